import {
  Binary,
  BSONSymbol,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import fc from 'fast-check';
import {
  compareValues,
  equalValues,
  numberOfType,
  typeName,
  typeNumber,
  typeOrder,
} from '../../src/bson/compare.js';
import { DateTime, DBPointer, JavaScript, Undefined, type Value } from '../../src/bson/types.js';
import { BSONRegExp } from 'bson';
import { anyValue, closeNumerics, numeric, text, valuePair } from './arbitraries.js';
import { compareExactly } from './rationals.js';

const int = (value: number): Int32 => new Int32(value);
const doc = (...fields: [string, Value][]): Map<string, Value> => new Map(fields);
const sign = (order: number): number => Math.sign(order) + 0;

/** One or more values of every type in MongoDB's order, each below the next. */
const ascending: Value[] = [
  new MinKey(),
  Undefined.instance,
  null,
  new Double(NaN),
  new Double(-Infinity),
  Decimal128.fromString('-1E+6000'),
  Long.MIN_VALUE,
  int(-1),
  Decimal128.fromString('-1E-6000'),
  int(0),
  Decimal128.fromString('0.1'),
  new Double(0.1),
  Long.fromString('9007199254740992'),
  Long.fromString('9007199254740993'),
  new Double(9007199254740994),
  Decimal128.fromString('9007199254740994.5'),
  new Double(1e300),
  Decimal128.fromString('Infinity'),
  '',
  new BSONSymbol('a'),
  'a\0',
  'b',
  '\uffff',
  '\u{10000}',
  doc(),
  doc(['b', int(1)]),
  doc(['a', 'text']),
  doc(['a', 'text'], ['b', null]),
  [],
  [int(1)],
  [int(1), int(0)],
  [int(2)],
  ['a'],
  new Binary(new Uint8Array([9]), 0),
  new Binary(new Uint8Array([1]), 5),
  new Binary(new Uint8Array([1, 1, 1, 1]), 0),
  new Binary(new Uint8Array([1]), 2),
  new Binary(new Uint8Array([1, 1, 1, 1, 1]), 4),
  new ObjectId('000000000000000000000001'),
  new ObjectId('f00000000000000000000000'),
  false,
  true,
  new DateTime(-(1n << 63n)),
  new DateTime(-1n),
  new DateTime(0n),
  new Timestamp({ t: 1, i: 2 }),
  new Timestamp({ t: 4294967295, i: 0 }),
  new BSONRegExp('a', 'i'),
  new BSONRegExp('a', 'x'),
  new BSONRegExp('b', ''),
  new DBPointer('zz', new ObjectId('000000000000000000000001')),
  new DBPointer('aaa', new ObjectId('000000000000000000000001')),
  new JavaScript('a'),
  new JavaScript('b'),
  new JavaScript('a', doc(['x', int(1)])),
  new JavaScript('a', doc(['x', int(2)])),
  new MaxKey(),
];

describe('the order of values', () => {
  it("is MongoDB's over all types", () => {
    for (const [i, low] of ascending.entries()) {
      for (const [j, high] of ascending.entries()) {
        expect([i, j, sign(compareValues(low, high))]).toEqual([i, j, sign(i - j)]);
        expect(equalValues(low, high)).toBe(i === j);
      }
    }
  });

  it('is the same seen from both sides, and 0 for a value and itself', () => {
    fc.assert(
      fc.property(valuePair, ([a, b]) => {
        expect(sign(compareValues(a, b))).toBe(sign(-compareValues(b, a)));
        expect(compareValues(a, a) + 0).toBe(0);
      }),
      { numRuns: 3000 },
    );
  });

  it('is transitive', () => {
    const close = fc.oneof(anyValue, numeric, text);
    fc.assert(
      fc.property(fc.tuple(close, close, close), (values) => {
        const [a, b, c] = values.sort(compareValues);
        expect(compareValues(a, b)).toBeLessThanOrEqual(0);
        expect(compareValues(b, c)).toBeLessThanOrEqual(0);
        expect(compareValues(a, c)).toBeLessThanOrEqual(0);
        if (equalValues(a, b)) expect(sign(compareValues(a, c))).toBe(sign(compareValues(b, c)));
      }),
      { numRuns: 3000 },
    );
  });

  it('compares numbers of all types by their exact values', () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(numeric, numeric), closeNumerics), ([a, b]) => {
        expect(sign(compareValues(a, b))).toBe(compareExactly(a, b));
      }),
      { numRuns: 6000 },
    );
  });

  it('compares strings by their UTF-8 bytes', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(sign(compareValues(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 3000 },
    );
  });

  it('counts a symbol and a string of the same text as equal', () => {
    expect(equalValues('a', new BSONSymbol('a'))).toBe(true);
    expect(equalValues(doc(['a', int(1)]), doc(['a', new Double(1)]))).toBe(true);
  });
});

describe('types', () => {
  it.each<[Value, string, number, number]>([
    [new Double(1), 'double', 1, 10],
    ['a', 'string', 2, 15],
    [doc(), 'object', 3, 20],
    [[], 'array', 4, 25],
    [new Binary(), 'binData', 5, 30],
    [Undefined.instance, 'undefined', 6, 0],
    [new ObjectId(), 'objectId', 7, 35],
    [true, 'bool', 8, 40],
    [new DateTime(0n), 'date', 9, 45],
    [null, 'null', 10, 5],
    [new BSONRegExp('a'), 'regex', 11, 50],
    [new DBPointer('a', new ObjectId()), 'dbPointer', 12, 55],
    [new JavaScript('a'), 'javascript', 13, 60],
    [new BSONSymbol('a'), 'symbol', 14, 15],
    [new JavaScript('a', doc()), 'javascriptWithScope', 15, 65],
    [int(1), 'int', 16, 10],
    [new Timestamp({ t: 1, i: 1 }), 'timestamp', 17, 47],
    [Long.ONE, 'long', 18, 10],
    [Decimal128.fromString('1'), 'decimal', 19, 10],
    [new MinKey(), 'minKey', -1, -1],
    [new MaxKey(), 'maxKey', 127, 127],
  ])('%s is of type %s, number %i, rank %i', (value, name, number, rank) => {
    expect(typeName(value)).toBe(name);
    expect(typeNumber(value)).toBe(number);
    expect(typeOrder(value)).toBe(rank);
    expect(numberOfType(name)).toBe(number);
  });

  it('have no names beside these', () => {
    expect(numberOfType('toString')).toBeUndefined();
    expect(numberOfType('number')).toBeUndefined();
  });
});
