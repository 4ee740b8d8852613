import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Variables } from '../query/expression-types.js';
import type { TimeSlice } from '../query/execute-slice.js';

/** Documents on their way through a pipeline: many at a time, so that each costs no promise of its own. */
export type Batches = AsyncIterable<Doc[]>;

/** One stage at work; `slice` tells when others must have their turn, and whether the work goes on at all. */
export type Stage = (input: Batches, slice: TimeSlice) => Batches;

/** Compiles a stage's argument. */
export type StageCompiler = (argument: Value, variables: Variables) => Stage;

/** A stage by its name. */
export interface NamedStage {
  readonly name: string;
  readonly argument: Value;
}

/** Takes a stage's document apart. Throws where it is not one field in a document. */
export function nameStage(stage: Value): NamedStage {
  if (!(stage instanceof Map)) {
    throw new EngineError('TypeMismatch', "Each element of the 'pipeline' array must be an object");
  }
  const [entry] = stage;
  if (stage.size !== 1 || !entry) {
    throw new EngineError(
      'Location40323',
      'A pipeline stage specification object must contain exactly one field.',
    );
  }
  return { name: entry[0], argument: entry[1] };
}

const batchLength = 256;

/** Documents in batches; between batches others have their turn. */
export async function* batchesOf(
  docs: Iterable<Doc> | AsyncIterable<Doc>,
  slice: TimeSlice,
): AsyncGenerator<Doc[]> {
  let batch: Doc[] = [];
  for await (const doc of docs) {
    const due = slice.isOver();
    if (batch.push(doc) < batchLength && !due) continue;
    yield batch;
    batch = [];
    if (due) await slice.rest();
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
