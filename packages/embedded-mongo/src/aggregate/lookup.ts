import type { Doc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compileExpression } from '../query/expression/expression.js';
import type { Expression, Variables } from '../query/expression/types.js';
import { joinFilter, joinValues } from './join.js';
import { readLookup, type LookupSpec } from './lookup-spec.js';
import { approximateSize } from './memory.js';
import { withNestedField } from './nested-field.js';
import type { NestedCompiler, Stage, StageCompiler, StageWork } from './stage.js';

/** What one document may gather, in bytes. */
const MAX_GATHERED = 100 * 1024 * 1024;
/** A batch goes on its way when it has so many documents, or has gathered so many bytes. */
const BATCH_LENGTH = 256;
const BATCH_BYTES = 4 * 1024 * 1024;

/** Finds the documents that belong to one document. */
type Join = (doc: Doc, work: StageWork) => Promise<Gathered>;

interface Gathered {
  readonly docs: Doc[];
  readonly bytes: number;
}

/** `$lookup`: to each document, the array of those that belong to it in another collection. */
export const lookup: StageCompiler = (argument, variables, nest) => {
  const spec = readLookup(argument);
  const bound = [...spec.let].map(([name, value]): [string, Expression] => [
    name,
    compileExpression(value, variables),
  ]);
  const inner = new Map(variables);
  for (const [name] of bound) inner.set(name, undefined);
  const checked = nest('$lookup', spec.pipeline, inner);
  if ((spec.from === undefined) !== checked.hasSource) {
    throw new EngineError(
      'FailedToParse',
      "$lookup needs a 'from' collection, unless its pipeline begins with $documents, which must have none",
    );
  }
  const correlated = spec.fields !== undefined || bound.length > 0;
  return joining(spec, () =>
    correlated ? correlatedJoin(spec, bound, variables, nest) : onceJoin(spec, variables, nest),
  );
};

function joining(spec: LookupSpec, startJoin: () => Join): Stage {
  return async function* (input, work) {
    const join = startJoin();
    let batch: Doc[] = [];
    let bytes = 0;
    for await (const docs of input) {
      for (const doc of docs) {
        const gathered = await join(doc, work);
        batch.push(withNestedField(doc, spec.as, gathered.docs));
        bytes += gathered.bytes;
        const due = work.slice.isPast();
        if (due) await work.slice.rest();
        if (!due && batch.length < BATCH_LENGTH && bytes < BATCH_BYTES) continue;
        yield batch;
        batch = [];
        bytes = 0;
      }
    }
    if (batch.length > 0) yield batch;
  };
}

/** Documents that depend on the one they are for: by its fields, or by variables that are bound to it. */
function correlatedJoin(
  { from, fields, pipeline }: LookupSpec,
  bound: readonly [string, Expression][],
  variables: Variables,
  nest: NestedCompiler,
): Join {
  return (doc, work) => {
    const inner = new Map(variables);
    for (const [name, evaluate] of bound) inner.set(name, evaluate(doc, variables));
    const matched =
      fields === undefined
        ? pipeline
        : [new Map([['$match', joinFilter(fields.foreign, joinValues(doc, fields.local))]]), ...pipeline];
    return gather(nest('$lookup', matched, inner).over(from, work), work);
  };
}

/** Documents that are the same for all: they are found once. */
function onceJoin({ from, pipeline }: LookupSpec, variables: Variables, nest: NestedCompiler): Join {
  let found: Promise<Gathered> | undefined;
  return (_doc, work) => (found ??= gather(nest('$lookup', pipeline, variables).over(from, work), work));
}

async function gather(batches: AsyncIterable<Doc[]>, { slice }: StageWork): Promise<Gathered> {
  const docs: Doc[] = [];
  let bytes = 0;
  for await (const batch of batches) {
    for (const doc of batch) {
      docs.push(doc);
      bytes += approximateSize(doc);
    }
    if (bytes > MAX_GATHERED) {
      throw new EngineError(
        'Location4568',
        `Total size of documents matching pipeline's $lookup stage exceeds ${String(MAX_GATHERED)} bytes`,
      );
    }
    if (slice.isPast()) await slice.rest();
  }
  return { docs, bytes };
}
