import { eachStage } from '../aggregate/each-stage.js';
import { withEqualities } from '../aggregate/expression-equalities.js';
import { compilePipeline, type Pipeline } from '../aggregate/pipeline.js';
import { encodeDoc, type Reply } from '../bson/codec.js';
import { isNumeric } from '../bson/numbers.js';
import { RawDoc, type Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { PipelineResults } from '../query/execute/pipeline.js';
import { BufferedResults, type ResultSource, type ScanResults } from '../query/execute/execute.js';
import type { Variables } from '../query/expression/types.js';
import { compileFilterWith } from '../query/match/match.js';
import { PipelineReader, type OpenQuery } from '../query/execute/pipeline-reader.js';
import { firstField } from '../query/values.js';
import { compileVariables } from '../query/expression/variables.js';
import type { Collection } from '../storage/collection.js';
import { checkOutput, writeResults } from './aggregate-output.js';
import { checkSource, sourceDocuments } from './aggregate-source.js';
import { Arguments } from './arguments.js';
import { batchSize } from './cursor-option.js';
import { checkCollatedStages, collationOf } from './collation.js';
import type { Command, CommandContext } from './command.js';
import { countMatching } from './count.js';
import { countingStage, type CountingStage } from './counting-stage.js';
import { explainPipeline } from './explain-reply.js';
import { checkDatabase, checkedNamespace, namespaceOf } from './namespace.js';
import {
  collectionToRead,
  FIRST_BATCH,
  firstReply,
  noResults,
  resultsOf,
  type Query,
  type Window,
} from './reading.js';

/** What an `aggregate` asks for: a query to begin with, then the stages that are no query. */
export interface AggregateRequest {
  readonly query: Query;
  readonly window: Window;
  readonly pipeline: Pipeline;
  /** Set where all that is left is to count. */
  readonly counting: CountingStage | undefined;
  /** The stages as they were given. */
  readonly stages: readonly Value[];
  /** What expressions see beside documents. */
  readonly variables: Variables;
}

/** Stages that MongoDB does not run inside a transaction. */
const OUTSIDE_TRANSACTIONS = [
  '$collStats',
  '$currentOp',
  '$listLocalSessions',
  '$merge',
  '$out',
  '$unionWith',
];

const FIELDS = [
  'pipeline',
  'explain',
  'allowDiskUse',
  'cursor',
  'bypassDocumentValidation',
  'hint',
  'let',
  'collation',
];

/** `aggregate`: a pipeline over one collection, or over what the server itself tells, through a cursor. */
export const aggregate: Command = {
  name: 'aggregate',
  fields: FIELDS,
  inTransaction: true,
  write: false,
  async run(context: CommandContext): Promise<Reply> {
    const args = Arguments.ofCommand('aggregate', context.request.body);
    const request = readAggregate(args);
    const ns = readScope(context, request);
    if (context.transaction !== undefined) refuseInTransaction(request.stages);
    const { output } = request.pipeline;
    if (output !== undefined) checkOutput(context, output);
    const collection = await collectionToRead(context, ns);
    if (args.flag('explain')) return explainPipeline(context, ns, collection, request, 'queryPlanner');
    if (!args.has('cursor')) {
      throw new EngineError(
        'FailedToParse',
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    }
    const size = batchSize(args) ?? FIRST_BATCH;
    const results = await resultsFor(context, ns, collection, request);
    if (output === undefined) return firstReply(context, ns, results, size);
    return { cursor: { firstBatch: [], id: 0n, ns }, ...(await writeResults(context, results, output)) };
  },
};

/** Reads the arguments that say what to compute. Throws what MongoDB answers to bad ones. */
export function readAggregate(args: Arguments): AggregateRequest {
  const collation = collationOf(args);
  const stages = args.list('pipeline');
  if (stages === undefined) throw args.missing('pipeline');
  const variables = compileVariables(args.document('let'));
  const pipeline = compilePipeline(stages, variables);
  const { filter, sort, skip, limit } = pipeline.leading;
  const counting = countingStage(stages, pipeline);
  checkCollatedStages(collation, counting === undefined ? stages : stages.slice(0, -1));
  return {
    query: {
      filter: compileFilterWith(withEqualities(filter, variables), variables, collation),
      sort,
      hint: args.hint(),
      collation,
    },
    window: { skip, limit },
    pipeline,
    counting,
    stages,
    variables,
  };
}

/** The namespace that the pipeline is about. Throws where its first stage is none for that. */
function readScope(context: CommandContext, { pipeline, stages }: AggregateRequest): string {
  const upon = isNumeric(Arguments.ofCommand('aggregate', context.body).value('aggregate') ?? null)
    ? undefined
    : namespaceOf(context);
  checkSource(context.db, pipeline.source, upon !== undefined, firstStage(stages));
  if (upon !== undefined) return upon.ns;
  checkDatabase(context.db);
  return `${context.db}.$cmd.aggregate`;
}

function firstStage([first]: readonly Value[]): string {
  const name = first instanceof Map ? firstField(first) : undefined;
  return name ?? 'an empty pipeline';
}

function refuseInTransaction(stages: readonly Value[]): void {
  eachStage(stages, (name) => {
    if (!OUTSIDE_TRANSACTIONS.includes(name)) return;
    throw new EngineError(
      'OperationNotSupportedInTransaction',
      `Stage not supported inside of a multi-document transaction: ${name}`,
    );
  });
}

async function resultsFor(
  context: CommandContext,
  ns: string,
  collection: Collection | undefined,
  request: AggregateRequest,
): Promise<ResultSource> {
  const { query, window, pipeline, counting } = request;
  if (counting !== undefined && collection !== undefined) {
    const { skip = 0, limit = 0 } = window;
    const count = await countMatching(context, collection, { query, skip, limit });
    const docs = count === 0 ? [] : [new RawDoc(encodeDoc(counting.result(count)))];
    return new BufferedResults(docs, context.engine.queryMemory);
  }
  const scanned = (): ScanResults | undefined => collection && resultsOf(context, collection, query, window);
  if (pipeline.isQueryOnly && pipeline.source === undefined) return scanned() ?? noResults(context);
  const reader = new PipelineReader(await foreignQueries(context, pipeline.collections));
  const input =
    pipeline.source === undefined
      ? reader.documents(scanned())
      : sourceDocuments(context, pipeline.source, { ns, collection, variables: request.variables, reader });
  return new PipelineResults(input, pipeline, reader, context.engine.queryMemory);
}

/** Finds the further collections that a pipeline reads, all at its beginning. */
async function foreignQueries(context: CommandContext, names: ReadonlySet<string>): Promise<OpenQuery> {
  const collections = new Map<string, Collection>();
  for (const name of names) {
    const { ns } = checkedNamespace(context.db, name);
    const collection = await collectionToRead(context, ns);
    if (collection !== undefined) collections.set(name, collection);
  }
  return (name, { filter, sort, skip, limit }, { sequence }) => {
    const collection = collections.get(name);
    return collection && resultsOf(context, collection, { filter, sort }, { skip, limit }, sequence);
  };
}
