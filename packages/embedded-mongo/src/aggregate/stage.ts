import type { Doc, Value } from '../bson/types.js';
import type { Variables } from '../query/expression-types.js';
import { Pace } from '../query/pace.js';

/** Documents on their way through a pipeline: many at a time, so that each costs no promise of its own. */
export type Batches = AsyncIterable<Doc[]>;

/** One stage at work. */
export type Stage = (input: Batches) => Batches;

/** Compiles a stage's argument. */
export type StageCompiler = (argument: Value, variables: Variables) => Stage;

const batchLength = 256;

/** Documents in batches; between batches the event loop has its turn. */
export async function* batchesOf(docs: Iterable<Doc> | AsyncIterable<Doc>): AsyncGenerator<Doc[]> {
  const pace = new Pace();
  let batch: Doc[] = [];
  if (Symbol.iterator in docs) {
    for (const doc of docs) {
      if (batch.push(doc) < batchLength && !pace.due) continue;
      yield batch;
      batch = [];
      await pace.rest();
    }
  } else {
    for await (const doc of docs) {
      if (batch.push(doc) < batchLength && !pace.due) continue;
      yield batch;
      batch = [];
      await pace.rest();
    }
  }
  if (batch.length > 0) yield batch;
}

/** The documents of batches, one by one. */
export async function* documentsOf(batches: Batches): AsyncGenerator<Doc> {
  for await (const batch of batches) yield* batch;
}

/** A stage that turns each document into one. */
export function mapping(change: (doc: Doc) => Doc): Stage {
  return async function* (input) {
    for await (const batch of input) yield batch.map(change);
  };
}
