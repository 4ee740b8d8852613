import { Decimal128, Double, Int32, Long, Timestamp } from 'bson';
import fc from 'fast-check';
import { equalValues, typeName } from '../../src/bson/compare.js';
import { DateTime, type Doc, type Numeric, type Value } from '../../src/bson/types.js';
import { EngineError } from '../../src/errors.js';
import { compileUpdate } from '../../src/update/update.js';
import { expectIdentical } from '../query/notation.js';
import { added, conditionDoc, pulled, pushed, type PullCondition } from './naive-lists.js';
import { calculatedExactly } from './naive-numbers.js';

const doc = (fields: Readonly<Record<string, Value>>): Doc => new Map(Object.entries(fields));
const int = fc.integer({ min: -3, max: 3 }).map((value) => new Int32(value));
const element = fc.oneof<fc.Arbitrary<Value>[]>(
  int,
  int.map((f) => doc({ f })),
  fc.constantFrom('x', null),
);
const elements = fc.array(element, { maxLength: 5 });

/** Applies one operator to one field of a document. */
function applied(operator: string, stored: Doc, argument: Value, path = 'a'): Doc {
  return compileUpdate(new Map([[operator, new Map([[path, argument]])]])).apply(stored);
}

describe('lists', () => {
  const clauses = fc.record(
    {
      $position: fc.integer({ min: -6, max: 6 }),
      $slice: fc.integer({ min: -6, max: 6 }),
      $sort: fc.constantFrom(1 as const, -1 as const, { f: 1 as const }, { f: -1 as const }),
    },
    { requiredKeys: [] },
  );

  it('$push puts values where its clauses say', () => {
    fc.assert(
      fc.property(elements, elements, clauses, (list, values, given) => {
        const argument: Doc = new Map([['$each', values]]);
        const { $position: position, $slice: slice, $sort: sort } = given;
        if (position !== undefined) argument.set('$position', new Int32(position));
        if (slice !== undefined) argument.set('$slice', new Int32(slice));
        if (sort !== undefined) {
          argument.set('$sort', typeof sort === 'number' ? new Int32(sort) : doc({ f: new Int32(sort.f) }));
        }
        expectIdentical(
          applied('$push', doc({ a: list }), argument),
          doc({ a: pushed(list, values, given) }),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('$addToSet with $each adds what is not there', () => {
    fc.assert(
      fc.property(elements, elements, (list, values) => {
        const argument: Doc = new Map([['$each', values]]);
        expectIdentical(applied('$addToSet', doc({ a: list }), argument), doc({ a: added(list, values) }));
      }),
      { numRuns: 300 },
    );
  });

  it('$pull by a condition and $pullAll take out what is meant', () => {
    const condition: fc.Arbitrary<PullCondition> = fc.oneof(
      fc.record({ kind: fc.constantFrom('$gte' as const, '$lt' as const), bound: int }),
      fc.record({ kind: fc.constant('$in' as const), values: elements }),
      fc.record({ kind: fc.constant('field' as const), f: int }),
    );
    fc.assert(
      fc.property(elements, condition, (list, wanted) => {
        expectIdentical(
          applied('$pull', doc({ a: list }), conditionDoc(wanted)),
          doc({ a: pulled(list, wanted) }),
        );
        if (wanted.kind !== '$in' || wanted.values.includes(null)) return;
        const rest = pulled(list, wanted);
        expectIdentical(applied('$pullAll', doc({ a: list }), [...wanted.values]), doc({ a: rest }));
      }),
      { numRuns: 600 },
    );
  });
});

describe('numbers of all four types', () => {
  const small = fc.integer({ min: -9, max: 9 });
  const number: fc.Arbitrary<Numeric> = fc.oneof(
    fc.oneof(small, fc.constantFrom(2 ** 31 - 1, -(2 ** 31), 65_536)).map((value) => new Int32(value)),
    fc
      .oneof(small.map(BigInt), fc.constantFrom(2n ** 31n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)))
      .map((value) => Long.fromBigInt(value)),
    fc.constantFrom(0, 0.5, -1.25, 1024).map((value) => new Double(value)),
    fc.constantFrom('0', '0.1', '1.10', '-3', '12345678901').map((text) => Decimal128.fromString(text)),
  );

  it('are added and multiplied exactly, promoted where they grow, refused beyond 64 bits', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.constantFrom('$inc' as const, '$mul' as const), number, number, (operator, a, b) => {
        const expected = calculatedExactly(operator, a, b);
        if (expected === undefined) {
          seen.add('refused');
          expect(() => applied(operator, doc({ a }), b)).toThrow(EngineError);
          return;
        }
        const actual = applied(operator, doc({ a }), b).get('a') as Numeric;
        if (a instanceof Int32 && b instanceof Int32 && expected instanceof Long) seen.add('promoted');
        expect({ type: typeName(actual), same: equalValues(actual, expected), actual }).toEqual({
          type: typeName(expected),
          same: true,
          actual,
        });
      }),
      { numRuns: 3000 },
    );
    expect([...seen].sort()).toEqual(['promoted', 'refused']);
  });

  it('$bit takes the wider of two integers', () => {
    const whole = number.filter((one): one is Int32 | Long => one instanceof Int32 || one instanceof Long);
    const ways = {
      and: (a: bigint, b: bigint) => a & b,
      or: (a: bigint, b: bigint) => a | b,
      xor: (a: bigint, b: bigint) => a ^ b,
    };
    fc.assert(
      fc.property(
        fc.constantFrom('and' as const, 'or' as const, 'xor' as const),
        whole,
        whole,
        (way, a, b) => {
          const result = ways[way](BigInt(a.toString()), BigInt(b.toString()));
          const isInt = a instanceof Int32 && b instanceof Int32;
          const expected = isInt ? new Int32(Number(result)) : Long.fromBigInt(result);
          expectIdentical(applied('$bit', doc({ a }), doc({ [way]: b })), doc({ a: expected }));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('fields', () => {
  const fields = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', '__proto__'), int), { maxLength: 4 });
  const name = fc.constantFrom('a', 'b', 'c', '__proto__');

  it('$rename moves a field to the end, over what had its new name', () => {
    fc.assert(
      fc.property(fields, name, name, (entries, from, to) => {
        fc.pre(from !== to);
        const stored = new Map<string, Value>(entries);
        const expected = new Map(stored);
        const value = stored.get(from);
        if (value !== undefined) {
          expected.delete(from);
          // A field that is there keeps its place.
          expected.set(to, value);
        }
        expectIdentical(applied('$rename', stored, to, from), expected);
      }),
      { numRuns: 300 },
    );
  });

  it('$setOnInsert is for new documents only', () => {
    fc.assert(
      fc.property(fields, name, int, (entries, path, value) => {
        const stored = new Map<string, Value>(entries);
        expect(applied('$setOnInsert', stored, value, path)).toBe(stored);
        const update = compileUpdate(new Map([['$setOnInsert', new Map([[path, value]])]]));
        const inserted = update.upsert(new Map([['_id', new Int32(1)]]), () => new Int32(2) as never);
        expectIdentical(
          inserted,
          new Map<string, Value>([
            ['_id', new Int32(1)],
            [path, value],
          ]),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('$currentDate gives a date or a timestamp, and leaves the rest alone', () => {
    fc.assert(
      fc.property(fields, name, fc.constantFrom('date', 'timestamp', true), (entries, path, type) => {
        const stored = new Map<string, Value>(entries);
        const argument = type === true ? true : doc({ $type: type });
        const result = applied('$currentDate', stored, argument, path);
        expect(result.get(path)).toBeInstanceOf(type === 'timestamp' ? Timestamp : DateTime);
        expectIdentical(new Map(result).set(path, null), new Map(stored).set(path, null));
      }),
      { numRuns: 150 },
    );
  });
});
