import { compilePipeline, type Pipeline } from '../aggregate/pipeline.js';
import { encodeDoc, type Reply } from '../bson/codec.js';
import { isNumeric } from '../bson/numbers.js';
import { RawDoc, type Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { PipelineResults } from '../query/execute-pipeline.js';
import { BufferedResults, type ResultSource } from '../query/execute.js';
import { compileFilterWith } from '../query/match.js';
import { compileVariables } from '../query/variables.js';
import type { Collection } from '../storage/catalogue.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { countMatching } from './count.js';
import { countingStage, type CountingStage } from './counting-stage.js';
import { explainPipeline } from './explain-reply.js';
import { namespaceOf } from './namespace.js';
import { collectionToRead, FIRST_BATCH, firstReply, resultsOf, type Query, type Window } from './reading.js';

/** What an `aggregate` asks for: a query to begin with, then the stages that are no query. */
export interface AggregateRequest {
  readonly query: Query;
  readonly window: Window;
  readonly pipeline: Pipeline;
  /** Set where all that is left is to count. */
  readonly counting: CountingStage | undefined;
  /** The stages as they were given. */
  readonly stages: readonly Value[];
}

export const AGGREGATE_FIELDS = [
  'pipeline',
  'explain',
  'allowDiskUse',
  'cursor',
  'bypassDocumentValidation',
  'hint',
  'let',
  'collation',
];

/** `aggregate`: a pipeline over one collection, through a cursor. */
export const aggregate: Command = {
  name: 'aggregate',
  fields: AGGREGATE_FIELDS,
  inTransaction: true,
  write: false,
  async run(context: CommandContext): Promise<Reply> {
    const args = new Arguments('aggregate', context.request.body);
    const request = readAggregate(args);
    if (isNumeric(args.value('aggregate'))) throw collectionRequired(request.stages);
    const { ns } = namespaceOf(context);
    const collection = await collectionToRead(context, ns);
    if (args.flag('explain')) return explainPipeline(context, ns, collection, request, 'queryPlanner');
    const cursor = args.document('cursor');
    if (cursor === undefined) {
      throw new EngineError(
        'FailedToParse',
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    }
    const size = new Arguments('aggregate.cursor', cursor).size('batchSize') ?? FIRST_BATCH;
    return firstReply(context, ns, await resultsFor(context, collection, request), size);
  },
};

/** Reads the arguments that say what to compute. Throws what MongoDB answers to bad ones. */
export function readAggregate(args: Arguments): AggregateRequest {
  args.refuseCollation();
  const stages = args.list('pipeline');
  if (stages === undefined) throw args.missing('pipeline');
  const variables = compileVariables(args.document('let'));
  const pipeline = compilePipeline(stages, variables);
  const { filter, sort, skip, limit } = pipeline.leading;
  return {
    query: { filter: compileFilterWith(filter, variables), sort, hint: args.hint() },
    window: { skip, limit },
    pipeline,
    counting: countingStage(stages, pipeline),
    stages,
  };
}

function collectionRequired(stages: readonly Value[]): EngineError {
  const [first] = stages;
  const name = first instanceof Map ? [...first.keys()][0] : undefined;
  return new EngineError(
    'InvalidNamespace',
    `{aggregate: 1} is not valid for '${name ?? 'an empty pipeline'}'; a collection is required.`,
  );
}

async function resultsFor(
  context: CommandContext,
  collection: Collection | undefined,
  { query, window, pipeline, counting }: AggregateRequest,
): Promise<ResultSource> {
  if (collection === undefined) {
    return pipeline.isQueryOnly ? new BufferedResults([]) : new PipelineResults(undefined, pipeline);
  }
  if (counting !== undefined) {
    const { skip = 0, limit = 0 } = window;
    const count = await countMatching(context, collection, { query, skip, limit });
    return new BufferedResults(count === 0 ? [] : [new RawDoc(encodeDoc(counting.result(count)))]);
  }
  const results = resultsOf(collection, query, window);
  return pipeline.isQueryOnly ? results : new PipelineResults(results, pipeline);
}
