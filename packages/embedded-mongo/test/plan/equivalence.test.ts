import { Decimal128, Double, Int32, Long } from 'bson';
import fc from 'fast-check';
import { decodeDoc } from '../../src/bson/codec.js';
import { DateTime, Undefined, type Doc, type Value } from '../../src/bson/types.js';
import { EngineError } from '../../src/errors.js';
import { countRows } from '../../src/query/execute-count.js';
import { RowScan } from '../../src/query/execute-scan.js';
import { TimeSlice } from '../../src/query/execute-slice.js';
import { compileSortKey } from '../../src/query/execute-sort.js';
import { ScanResults } from '../../src/query/execute.js';
import { compileFilter } from '../../src/query/match.js';
import { planQuery } from '../../src/query/plan.js';
import type { Collection, Index } from '../../src/storage/catalogue.js';
import type { Transaction } from '../../src/storage/transaction.js';
import { addIndex, collectionWith, indexOn, viewOf } from './memory-collection.js';

/*
 * Whatever plan is chosen, a query gives what a scan of all documents gives: the same documents, once each, and in
 * the order of the sort.
 */

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

interface IndexRecipe {
  readonly key: Key;
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partial: Doc | undefined;
}

interface Case {
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

const cases: fc.Arbitrary<Case> = fc
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

const slice = new TimeSlice({ checkInterrupt: () => undefined });

describe('a plan', () => {
  it('finds what a scan finds, in the order of the sort', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ docs, recipes, filter: wanted, sort: by, batchSize }) => {
        const collection = collectionWith();
        const view = viewOf(collection, docs);
        for (const [position, one] of recipes.entries()) tryIndex(view, collection, docs, one, position + 1);
        const expected = expectedRows(docs, wanted, by);
        if (expected === undefined) return;
        const rows = await query(view, collection, wanted, by, batchSize);
        const plan = planQuery(collection, wanted, by === undefined ? {} : { sort: by });
        expect({ ids: idsOf(rows).sort(), plan }).toEqual({ ids: idsOf(expected).sort(), plan });
        if (by !== undefined) {
          const keyOf = compileSortKey(by);
          expect(rows.map(keyOf)).toEqual(expected.map(keyOf));
        }
        expect(await count(view, collection, wanted)).toBe(expected.length);
      }),
      { numRuns: 2500 },
    );
  });

  it('finds the same by any index that a hint may name', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ docs, recipes: [one], filter: wanted, sort: by }) => {
        const collection = collectionWith();
        const view = viewOf(collection, docs);
        if (one !== undefined) tryIndex(view, collection, docs, one, 1);
        const expected = expectedRows(docs, wanted, by);
        for (const { name } of collection.indexes) {
          if (expected === undefined) return;
          try {
            planQuery(collection, wanted, { hint: name });
          } catch (error) {
            expect((error as EngineError).codeName).toBe('BadValue');
            continue;
          }
          const rows = await query(view, collection, wanted, by, 3, name);
          expect(idsOf(rows).sort()).toEqual(idsOf(expected).sort());
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** What the query should give; `undefined` where the sort is refused (parallel arrays). */
function expectedRows(docs: readonly Doc[], wanted: Doc, by: Doc | undefined): Doc[] | undefined {
  const { matches } = compileFilter(wanted);
  const rows = docs.filter(matches);
  if (by === undefined) return rows;
  const keyOf = compileSortKey(by);
  try {
    const keyed = rows.map((doc) => ({ doc, key: keyOf(doc) }));
    return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ doc }) => doc);
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

async function query(
  view: Transaction,
  collection: Collection,
  wanted: Doc,
  by: Doc | undefined,
  batchSize: number,
  hint?: string,
): Promise<Doc[]> {
  const plan = planQuery(collection, wanted, {
    ...(by === undefined ? {} : { sort: by }),
    ...(hint === undefined ? {} : { hint }),
  });
  const results = new ScanResults(new RowScan(collection, plan, compileFilter(wanted)), {
    skip: 0,
    limit: 0,
    ...(plan.sorted || by === undefined ? {} : { sortKey: compileSortKey(by) }),
  });
  const rows: Doc[] = [];
  for (let finished = false; !finished;) {
    const batch = await results.nextBatch(view, batchSize, slice);
    rows.push(...batch.docs.map(({ bytes }) => decodeDoc(bytes)));
    finished = batch.finished;
  }
  return rows;
}

async function count(view: Transaction, collection: Collection, wanted: Doc): Promise<number> {
  const scan = new RowScan(collection, planQuery(collection, wanted), compileFilter(wanted));
  return (await countRows(scan, view, Infinity, slice)).count;
}

/** Builds the index, where the documents allow it. */
function tryIndex(
  view: Transaction,
  collection: Collection,
  docs: readonly Doc[],
  { key: by, unique, sparse, partial: filtered }: IndexRecipe,
  id: number,
): void {
  const name = `index${id}`;
  const make = (isUnique: boolean): Index =>
    indexOn(id, by, {
      name,
      unique: isUnique,
      sparse: sparse && filtered === undefined,
      ...(filtered === undefined ? {} : { partialFilter: filtered }),
    });
  const trial = viewOf(collectionWith(make(unique)), []);
  try {
    addIndex(trial, collectionWith(), make(unique), docs);
    addIndex(view, collection, make(unique), docs);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (unique) tryIndex(view, collection, docs, { key: by, unique: false, sparse, partial: filtered }, id);
  }
}

function present(values: Readonly<Record<string, Value | undefined>>): Doc {
  return new Map(Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

function idsOf(docs: readonly Doc[]): number[] {
  return docs.map((doc) => (doc.get('_id') as Int32).value);
}
