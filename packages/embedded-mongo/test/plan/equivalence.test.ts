import type { Int32 } from 'bson';
import fc from 'fast-check';
import { decodeDoc } from '../../src/bson/codec.js';
import type { Doc, Value } from '../../src/bson/types.js';
import { EngineError } from '../../src/errors.js';
import { countRows } from '../../src/query/execute/count.js';
import { scanOf } from '../../src/query/execute/merge.js';
import { RowScan } from '../../src/query/execute/scan.js';
import { TimeSlice } from '../../src/query/execute/slice.js';
import { compileSortKey } from '../../src/query/execute/sort.js';
import { ScanResults } from '../../src/query/execute/execute.js';
import { LONG_LIST } from '../../src/query/long-list.js';
import { compileFilter } from '../../src/query/match/match.js';
import { QueryMemory } from '../../src/query/memory.js';
import { planQuery } from '../../src/query/plan/plan.js';
import { LongPoints } from '../../src/query/plan/ranges.js';
import type { Collection, Index } from '../../src/storage/collection.js';
import type { Transaction } from '../../src/storage/transaction.js';
import { cases, type Case, type IndexRecipe } from './cases.js';
import { addIndex, collectionWith, indexOn, viewOf } from './memory-collection.js';

/*
 * Whatever plan is chosen, a query gives what a scan of all documents gives: the same documents, once each, and in
 * the order of the sort.
 */

const slice = new TimeSlice({ checkInterrupt: () => undefined });

/** Holds a query and its count to what a scan finds. */
async function agrees({ docs, recipes, filter: wanted, sort: by, batchSize }: Case): Promise<void> {
  const { collection, view } = indexed(docs, recipes);
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
}

describe('a plan', () => {
  it('finds what a scan finds, in the order of the sort', async () => {
    await fc.assert(fc.asyncProperty(cases, agrees), { numRuns: 2500 });
  });

  it('finds what a scan finds where lists are long', async () => {
    await fc.assert(fc.asyncProperty(longCases, agrees), { numRuns: 60 });
  });

  it('finds what a scan finds where a long list names the points of an index', async () => {
    await fc.assert(fc.asyncProperty(longCases.filter(hasLongPoints), agrees), { numRuns: 15 });
  });

  it('finds the same in the same order by any index that a hint may name, and the same part of it', async () => {
    let inOrder = 0;
    await fc.assert(
      fc.asyncProperty(cases, windows, async ({ docs, recipes, filter: wanted, sort: by }, window) => {
        const { collection, view } = indexed(docs, recipes);
        const expected = expectedRows(docs, wanted, by);
        for (const { name } of collection.indexes) {
          if (expected === undefined) return;
          try {
            planQuery(collection, wanted, { hint: name });
          } catch (error) {
            expect((error as EngineError).codeName).toBe('BadValue');
            continue;
          }
          const rows = await query(view, collection, wanted, by, 3, { hint: name });
          expect(idsOf(rows).sort()).toEqual(idsOf(expected).sort());
          const part = await query(view, collection, wanted, by, 3, { hint: name, ...window });
          const { skip, limit } = window;
          const upTo = limit === 0 ? expected.length : skip + limit;
          expect(part).toHaveLength(expected.slice(skip, upTo).length);
          expect(new Set(idsOf(part)).size).toBe(part.length);
          expect(idsOf(expected)).toEqual(expect.arrayContaining(idsOf(part)));
          if (by === undefined) continue;
          // Which of those with the same key comes first is open.
          const keyOf = compileSortKey(by);
          expect(rows.map(keyOf)).toEqual(expected.map(keyOf));
          expect(part.map(keyOf)).toEqual(expected.slice(skip, upTo).map(keyOf));
          if (expected.length > skip + limit) inOrder += 1;
        }
      }),
      { numRuns: 500 },
    );
    // Some 80 as a rule, of which chance takes a few dozen.
    expect(inOrder).toBeGreaterThan(10);
  });
});

/** The same with lists that are put in order step by step. */
const longCases = cases.map((one) => ({ ...one, filter: lengthened(one.filter) as Doc }));

/** Whether the plan looks up the values of a long list one after the other in an index. */
function hasLongPoints({ docs, recipes, filter, sort: by }: Case): boolean {
  const { collection } = indexed(docs, recipes);
  if (expectedRows(docs, filter, by) === undefined) return false;
  const { scans } = planQuery(collection, filter, by === undefined ? {} : { sort: by });
  return scans.some(({ ranges }) => ranges instanceof LongPoints);
}

/** What is left out and how many rows there may be; 0 for all. */
const windows = fc.record({ skip: fc.integer({ min: 0, max: 4 }), limit: fc.integer({ min: 0, max: 5 }) });

const fillers = Array.from(
  { length: LONG_LIST },
  (_, n) => `no document has this: ${String((n * 7919) % LONG_LIST)}`,
);

/** The filter with so many more values in each of its lists that they are put in order step by step. */
function lengthened(value: Value, operator?: string): Value {
  if (Array.isArray(value)) {
    if (operator === '$in' || operator === '$nin')
      return [...value, ...fillers, ...value, fillers[0] as string];
    return value.map((item) => lengthened(item));
  }
  if (!(value instanceof Map)) return value;
  return new Map([...value].map(([name, part]) => [name, lengthened(part, name)]));
}

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
  { hint, skip = 0, limit = 0 }: { hint?: string; skip?: number; limit?: number } = {},
): Promise<Doc[]> {
  const plan = planQuery(collection, wanted, {
    ...(by === undefined ? {} : { sort: by }),
    ...(hint === undefined ? {} : { hint }),
  });
  const shaping = {
    skip,
    limit,
    ...(plan.sorted || by === undefined ? {} : { sortKey: compileSortKey(by) }),
  };
  const scan = scanOf(collection, plan, compileFilter(wanted), by);
  const results = new ScanResults(scan, shaping, new QueryMemory(Infinity));
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

/** A collection of these documents with the indexes that they allow. */
function indexed(docs: readonly Doc[], recipes: readonly IndexRecipe[]) {
  const collection = collectionWith();
  const view = viewOf(collection, docs);
  for (const [position, one] of recipes.entries()) tryIndex(view, collection, docs, one, position + 1);
  return { collection, view };
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

function idsOf(docs: readonly Doc[]): number[] {
  return docs.map((doc) => (doc.get('_id') as Int32).value);
}
