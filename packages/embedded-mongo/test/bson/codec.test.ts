import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  deserialize,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from 'bson';
import fc from 'fast-check';
import { decodeDoc, encodeDoc, encodeReply } from '../../src/bson/codec.js';
import { DateTime, DBPointer, JavaScript, Undefined, type Doc } from '../../src/bson/types.js';
import { validateDoc } from '../../src/bson/validate.js';
import { anyDoc } from './arbitraries.js';
import { doc, hex, withCode } from './encoded.js';

const fromHex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** A document of every type that the `bson` package can write. */
const sample = {
  _id: new ObjectId('0123456789abcdef01234567'),
  double: new Double(5),
  minusZero: new Double(-0),
  nan: new Double(NaN),
  string: 'naïve \u{1f600} text, long enough to leave the short way',
  nul: 'a\0b',
  empty: '',
  object: { nested: { deeper: new Int32(1) } },
  array: [new Int32(1), 'two', [], {}],
  binary: new Binary(Buffer.from([1, 2, 3]), 0),
  oldBinary: new Binary(Buffer.from([1, 2, 3]), 2),
  uuid: new Binary(Buffer.alloc(16, 7), 4),
  true: true,
  false: false,
  date: new Date(1_700_000_000_000),
  old: new Date(-1),
  null: null,
  regex: new BSONRegExp('^a', 'im'),
  code: new Code('f()'),
  scoped: new Code('f()', { x: new Int32(1) }),
  symbol: new BSONSymbol('s'),
  int: new Int32(-(2 ** 31)),
  long: Long.MIN_VALUE,
  timestamp: new Timestamp({ t: 4_294_967_295, i: 2_147_483_648 }),
  decimal: Decimal128.fromString('-1.50E-3000'),
  min: new MinKey(),
  max: new MaxKey(),
  nämé: new Int32(1),
};

describe('the codec', () => {
  it('gives back the very bytes that the bson package writes', () => {
    const bytes = serialize(sample);
    validateDoc(bytes);
    const decoded = decodeDoc(bytes);
    expect([...decoded.keys()]).toEqual(Object.keys(sample));
    expect(hex(encodeDoc(decoded))).toBe(hex(bytes));
  });

  it('writes what the bson package reads as the same values', () => {
    const read = deserialize(encodeDoc(decodeDoc(serialize(sample))), {
      promoteValues: false,
      bsonRegExp: true,
    });
    expect(hex(serialize(read))).toBe(hex(serialize(sample)));
  });

  it('round-trips documents of every type, and they validate', () => {
    fc.assert(
      fc.property(anyDoc, (value) => {
        const bytes = encodeDoc(value);
        validateDoc(bytes);
        expect(hex(encodeDoc(decodeDoc(bytes)))).toBe(hex(bytes));
        expect(decodeDoc(bytes)).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['undefined', '08000000 06 6100 00', doc(['a', Undefined.instance])],
    [
      'DBPointer',
      '1a000000 0c 6100 02000000 6200 0123456789abcdef01234567 00',
      doc(['a', new DBPointer('b', new ObjectId('0123456789abcdef01234567'))]),
    ],
    [
      'a date beyond JS dates',
      '10000000 09 6100 ffffffffffffff7f 00',
      doc(['a', new DateTime(2n ** 63n - 1n)]),
    ],
    ['the lowest date', '10000000 09 6100 0000000000000080 00', doc(['a', new DateTime(-(2n ** 63n))])],
    ['__proto__', '14000000 10 5f5f70726f746f5f5f00 01000000 00', doc(['__proto__', new Int32(1)])],
    [
      'code with an empty scope',
      '17000000 0f 6100 0f000000 02000000 6600 0500000000 00',
      doc(['a', new JavaScript('f', new Map())]),
    ],
  ])('knows %s', (_, bytes, expected) => {
    validateDoc(fromHex(bytes));
    expect(decodeDoc(fromHex(bytes))).toEqual(expected);
    expect(hex(encodeDoc(expected))).toBe(bytes.replaceAll(' ', ''));
  });

  it.each([
    ['a decimal with a coefficient out of range', '18000000 13 6100 ffffffffffffffffffffffffffff6f5f 00'],
    ['a NaN with a payload', '10000000 01 6100 010000000000f87f 00'],
    ['a regular expression with unknown flags', '0b000000 0b 6100 7800 7a6100 00'],
  ])('keeps the bytes of %s', (_, bytes) => {
    const given = Buffer.from(fromHex(bytes));
    given.writeInt32LE(given.length, 0);
    validateDoc(given);
    expect(hex(encodeDoc(decodeDoc(given)))).toBe(hex(given));
  });

  it('starts at an offset', () => {
    const bytes = Buffer.concat([Buffer.alloc(3), serialize({ a: 1 })]);
    expect(decodeDoc(bytes, 3)).toEqual(doc(['a', new Int32(1)]));
  });

  it('reads more names than it keeps, long and foreign ones too', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `${'n'.repeat(i % 60)}${i % 7 ? '' : 'ü'}${i}`);
    const bytes = encodeDoc(new Map(names.map((name) => [name, null])));
    for (let round = 0; round < 2; round++) expect([...decodeDoc(bytes).keys()]).toEqual(names);
  });

  it('takes the first of fields of one name', () => {
    const bytes = fromHex('13000000 10 6100 01000000 10 6100 02000000 00');
    expect(decodeDoc(bytes)).toEqual(doc(['a', new Int32(1)]));
  });

  it('gives values that stay when the bytes are used again', () => {
    const bytes = Buffer.from(serialize(sample));
    const decoded = decodeDoc(bytes);
    bytes.fill(0xff);
    expect(hex(encodeDoc(decoded))).toBe(hex(serialize(sample)));
  });

  it('gives bytes that stay when the next document is encoded', () => {
    const first = encodeDoc(doc(['a', 'first']));
    const kept = hex(first);
    encodeDoc(doc(['a', 'later']));
    expect(hex(first)).toBe(kept);
  });

  it('encodes documents of many megabytes', () => {
    const large = doc(['a', 'ä'.repeat(3_000_000)], ['b', new Binary(Buffer.alloc(2_000_000, 1))]);
    const bytes = encodeDoc(large);
    expect(bytes).toHaveLength(8_000_021);
    validateDoc(bytes);
    expect(decodeDoc(bytes).get('a')).toBe(large.get('a'));
  });

  it('tells more than a thousand elements of an array apart by their numbers', () => {
    const numbers = Array.from({ length: 1200 }, (_, i) => i);
    expect(deserialize(encodeReply({ a: numbers }))).toEqual({ a: numbers });
  });

  it('refuses names and regular expressions with a null byte', () => {
    expect(() => encodeDoc(doc(['a\0b', null]))).toThrow(withCode(2));
    const regex = new BSONRegExp('');
    regex.pattern = 'a\0b';
    expect(() => encodeDoc(doc(['a', regex]))).toThrow(withCode(2));
    expect(decodeDoc(encodeDoc(doc(['after', 'it'])))).toEqual(doc(['after', 'it']));
  });
});

describe('depth', () => {
  const nested = (levels: number): Doc => (levels > 1 ? doc(['a', nested(levels - 1)]) : doc());

  it('is limited to what may be stored, in replies to a little more', () => {
    validateDoc(encodeDoc(nested(180)));
    expect(() => encodeDoc(nested(181))).toThrow(withCode(15));
    expect(() => encodeReply({ cursor: { firstBatch: [nested(180)] } })).not.toThrow();
    expect(() => encodeReply({ deep: nested(3000) })).toThrow(withCode(15));
  });
});
