import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Variables } from '../query/expression/types.js';
import type { TimeSlice } from '../query/execute/slice.js';
import type { Filter } from '../query/match/match.js';
import type { QueryMemory } from '../query/memory.js';

/** Documents on their way through a pipeline: many at a time, so that each costs no promise of its own. */
export type Batches = AsyncIterable<Doc[]>;

/** Reads further collections of the database, all in the picture that the pipeline itself reads. */
export interface CollectionReader {
  /** The documents of a collection that the query asks for, in its order; none where there is no collection. */
  read(collection: string, query: LeadingQuery): AsyncIterable<Doc>;
}

/** What stages work with beside their input. */
export interface StageWork {
  /** Tells when others must have their turn, and whether the work goes on at all. */
  readonly slice: TimeSlice;
  readonly reader: CollectionReader;
  /** What it holds of many documents at once is held here. */
  readonly memory: QueryMemory;
}

/** One stage at work. */
export type Stage = (input: Batches, work: StageWork) => Batches;

/** Compiles a stage's argument; `nest` compiles the pipelines in it. */
export type StageCompiler = (argument: Value, variables: Variables, nest: NestedCompiler) => Stage;

/** What a pipeline begins with and a plain query does as well, in this order: filter, sort, skip, limit. */
export interface LeadingQuery {
  readonly filter: Filter;
  readonly sort: Doc | undefined;
  readonly skip: number;
  readonly limit: number | undefined;
}

/** A pipeline within a stage of another one. */
export interface NestedPipeline {
  /** Whether its documents come from a first stage of its own and not from a collection. */
  readonly hasSource: boolean;
  /** Its results upon a collection, whose name may be left out where it has a source of its own. */
  over(collection: string | undefined, work: StageWork): Batches;
  /** Its results upon the documents given. */
  upon(input: Batches, work: StageWork): Batches;
}

/** Compiles a pipeline in the argument of the stage `owner`. */
export type NestedCompiler = (
  owner: string,
  stages: readonly Value[],
  variables: Variables,
) => NestedPipeline;

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

/** The refusal of a stage that the engine does not have. */
export function unknownStage(name: string): EngineError {
  return new EngineError('Location40324', `Unrecognized pipeline stage name: '${name}'`);
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

/** A stage that turns each document into any number of them. */
export function expanding(expand: (doc: Doc) => Iterable<Doc>): Stage {
  return (input, { slice }) => batchesOf(expandAll(input, expand), slice);
}

async function* expandAll(input: Batches, expand: (doc: Doc) => Iterable<Doc>): AsyncGenerator<Doc> {
  for await (const doc of documentsOf(input)) yield* expand(doc);
}

/** A stage that turns each document into one. */
export function mapping(change: (doc: Doc) => Doc): Stage {
  return async function* (input, { slice }) {
    for await (const batch of input) {
      const changed: Doc[] = [];
      for (const doc of batch) {
        changed.push(change(doc));
        if (slice.isPast()) await slice.rest();
      }
      yield changed;
    }
  };
}

/** Two stages, one after the other. */
export function chained(first: Stage, second: Stage): Stage {
  return (input, work) => second(first(input, work), work);
}
