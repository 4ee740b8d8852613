import { Decimal128, Double, Int32, Long } from 'bson';
import fc from 'fast-check';
import { DateTime, Undefined, type Doc, type Value } from '../../src/bson/types.js';

const long = 'x'.repeat(950);
const scalars: readonly Value[] = [
  null,
  Undefined.instance,
  new Int32(-1),
  new Int32(1),
  new Double(1),
  new Double(1.5),
  Long.fromNumber(2),
  Decimal128.fromString('2.0'),
  new Double(NaN),
  new Double(Infinity),
  '',
  'a',
  'ab',
  `${long}a`,
  `${long}b`,
  true,
  false,
  new DateTime(-1n),
  new DateTime(5n),
  new Map([['x', new Int32(1)]]),
  new Map(),
];

const paths = ['_id', 'a', 'b', 'c', 'd.x', 'd.y'] as const;
type Path = (typeof paths)[number];
type Key = [Path, 1 | -1][];

/** An index to be made, as far as the documents allow. */
export interface IndexRecipe {
  readonly key: Key;
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partial: Doc | undefined;
}

/** A small collection with indexes, and a query upon it. */
export interface Case {
  readonly docs: Doc[];
  readonly recipes: IndexRecipe[];
  readonly filter: Doc;
  readonly sort: Doc | undefined;
  readonly batchSize: number;
}

const direction = fc.constantFrom<(1 | -1)[]>(1, -1);

/** A few values that documents, filters and partial indexes share, so that they meet. */
const palette = fc.oneof(
  fc.constant([new Int32(1), new Int32(2), new Int32(3), null]),
  fc.constant([`${long}a`, `${long}b`, `${long}c`, 'x'.repeat(900), 'a']),
  fc.subarray([...scalars], { minLength: 3, maxLength: 6 }),
);

/** The key that the case is about: the first index has it, filters and sorts follow it more often than not. */
const focus: fc.Arbitrary<Key> = fc
  .oneof(
    { weight: 3, arbitrary: fc.uniqueArray(fc.constantFrom(...paths), { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant<Path[]>(['d.x', 'd.y']) },
  )
  .chain((names) => fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), direction))));

export const cases: fc.Arbitrary<Case> = fc
  .tuple(palette, focus, fc.boolean())
  .chain(([values, key, arrays]) => caseOf(values, key, arrays));

function caseOf(values: readonly Value[], key: Key, arrays: boolean): fc.Arbitrary<Case> {
  const scalar = fc.constantFrom(...values);
  const queried = fc.constantFrom<Value[]>(
    ...values.filter((value) => !(value instanceof Undefined)),
    new Int32(2),
  );
  const path = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...key.map(([name]) => name)) },
    { weight: 1, arbitrary: fc.constantFrom(...paths) },
  );
  return fc.record({
    docs: documentsOf(scalar, arrays),
    recipes: fc
      .tuple(
        recipeOf(fc.constant(key), path, queried),
        fc.array(recipeOf(focus, path, queried), { maxLength: 2 }),
      )
      .map(([first, others]) => [first, ...others]),
    filter: filterOf(path, queried),
    sort: sortOf(key),
    batchSize: fc.integer({ min: 1, max: 5 }),
  });
}

function documentsOf(scalar: fc.Arbitrary<Value>, arrays: boolean): fc.Arbitrary<Doc[]> {
  const list = fc.array(scalar, { maxLength: 3 });
  const stored: fc.Arbitrary<Value | undefined> = arrays
    ? fc.oneof(
        { weight: 3, arbitrary: fc.option(scalar, { nil: undefined }) },
        { weight: 1, arbitrary: list },
      )
    : fc.option(scalar, { nil: undefined });
  const part = fc.record({ x: stored, y: stored }).map(present);
  const nested: fc.Arbitrary<Value | undefined> = arrays
    ? fc.oneof(part, fc.array(part, { maxLength: 3 }), scalar)
    : part;
  return fc
    .array(fc.record({ a: stored, b: stored, c: stored, d: nested }).map(present), { maxLength: 14 })
    .map((docs) => docs.map((doc, i): Doc => new Map<string, Value>([['_id', new Int32(i)], ...doc])));
}

function recipeOf(
  key: fc.Arbitrary<Key>,
  path: fc.Arbitrary<string>,
  queried: fc.Arbitrary<Value>,
): fc.Arbitrary<IndexRecipe> {
  const partial = fc
    .tuple(
      path,
      fc.oneof(comparisonOf(queried), fc.constant<Doc>(new Map([['$exists', true]])), listOf(queried)),
    )
    .map(([name, wanted]): Doc => new Map([[name, wanted]]));
  return fc.record({
    key,
    unique: fc.boolean(),
    sparse: fc.boolean(),
    partial: fc.option(partial, { nil: undefined, freq: 2 }),
  });
}

function comparisonOf(queried: fc.Arbitrary<Value>): fc.Arbitrary<Doc> {
  return fc
    .tuple(fc.constantFrom('$eq', '$gt', '$gte', '$lt', '$lte'), queried)
    .map(([operator, value]) => new Map([[operator, value]]));
}

function listOf(queried: fc.Arbitrary<Value>): fc.Arbitrary<Doc> {
  return fc.array(queried, { maxLength: 4 }).map((values) => new Map([['$in', values]]));
}

function conditionOf(queried: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  const span = fc.tuple(fc.constantFrom('$gt', '$gte'), queried, fc.constantFrom('$lt', '$lte'), queried).map(
    ([from, low, to, high]): Doc =>
      new Map([
        [from, low],
        [to, high],
      ]),
  );
  const other: fc.Arbitrary<Doc> = fc.oneof(
    queried.map((value): Doc => new Map([['$ne', value]])),
    fc.boolean().map((value): Doc => new Map([['$exists', value]])),
    fc.array(queried, { maxLength: 2 }).map((values): Doc => new Map([['$eq', values]])),
  );
  return fc.oneof(
    { weight: 3, arbitrary: queried },
    { weight: 2, arbitrary: comparisonOf(queried) },
    { weight: 2, arbitrary: span },
    { weight: 2, arbitrary: listOf(queried) },
    { weight: 1, arbitrary: other },
  );
}

function filterOf(path: fc.Arbitrary<string>, queried: fc.Arbitrary<Value>): fc.Arbitrary<Doc> {
  const conjunction = fc
    .array(fc.tuple(path, conditionOf(queried)), { maxLength: 3 })
    .map((conditions): Doc => new Map(conditions));
  const branches = fc.array(conjunction, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: conjunction },
    {
      weight: 2,
      arbitrary: fc
        .tuple(conjunction, branches)
        .map(([all, or]): Doc => new Map<string, Value>([...all, ['$or', or]])),
    },
    { weight: 1, arbitrary: branches.map((and): Doc => new Map([['$and', and]])) },
  );
}

function sortOf(key: Key): fc.Arbitrary<Doc | undefined> {
  const following = fc
    .tuple(fc.nat({ max: key.length - 1 }), direction)
    .map(([start, turn]) => key.slice(start).map(([name, by]): [Path, number] => [name, by * turn]));
  const crossed = fc.tuple(...key.map(([name]) => fc.tuple(fc.constant(name), direction)));
  const any = fc.oneof(
    { weight: 4, arbitrary: following },
    { weight: 1, arbitrary: crossed },
    { weight: 1, arbitrary: focus },
  );
  return fc.option(
    any.map((by): Doc => new Map(by.map(([name, turn]) => [name, new Int32(turn)]))),
    { nil: undefined },
  );
}

function present(values: Readonly<Record<string, Value | undefined>>): Doc {
  return new Map(Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined));
}
