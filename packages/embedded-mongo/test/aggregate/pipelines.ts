import { compilePipeline } from '../../src/aggregate/pipeline.js';
import type { LeadingQuery, StageWork } from '../../src/aggregate/stage.js';
import type { Doc } from '../../src/bson/types.js';
import { TimeSlice, type Interruptible } from '../../src/query/execute/slice.js';
import { QueryMemory } from '../../src/query/memory.js';
import { compileSortOrder } from '../../src/query/sort/sort.js';
import { compileVariables } from '../../src/query/expression/variables.js';
import { doc, expectIdentical, type Plain } from '../query/notation.js';

export type PlainDoc = Record<string, Plain>;

/** Collections as tests write them. */
export type Collections = Readonly<Record<string, readonly PlainDoc[]>>;

/** Work upon collections in memory that goes on until `interruptible` says otherwise. */
export function work(
  collections: Collections = {},
  interruptible: Interruptible = { checkInterrupt: () => undefined },
): StageWork {
  return {
    slice: new TimeSlice(interruptible),
    memory: new QueryMemory(Infinity),
    reader: { read: (name, query) => answers(collections[name] ?? [], query) },
  };
}

async function* answers(
  rows: readonly PlainDoc[],
  { filter, sort, skip, limit }: LeadingQuery,
): AsyncGenerator<Doc> {
  const found = rows.map(doc).filter(filter.matches);
  if (sort !== undefined) {
    const { keyOf, compareKeys } = compileSortOrder(sort);
    found.sort((a, b) => compareKeys(keyOf(a), keyOf(b)));
  }
  yield* found.slice(skip, limit === undefined ? undefined : skip + limit);
}

export async function collect(docs: AsyncIterable<Doc>): Promise<Doc[]> {
  const all: Doc[] = [];
  for await (const each of docs) all.push(each);
  return all;
}

/** Runs stages that a `$unset` of nothing keeps from being taken over by the query. */
export async function run(
  stages: readonly PlainDoc[],
  docs: readonly PlainDoc[],
  collections: Collections = {},
  letDocument: PlainDoc = {},
): Promise<Doc[]> {
  const variables = compileVariables(doc(letDocument));
  const pipeline = compilePipeline([doc({ $unset: 'nothing' }), ...stages.map(doc)], variables);
  return collect(pipeline.rest(docs.map(doc), work(collections)));
}

/** Demands that stages make these documents of those. */
export async function check(
  stages: readonly PlainDoc[],
  docs: readonly PlainDoc[],
  expected: readonly PlainDoc[],
  collections: Collections = {},
): Promise<void> {
  expectIdentical(await run(stages, docs, collections), expected.map(doc), stages);
}
