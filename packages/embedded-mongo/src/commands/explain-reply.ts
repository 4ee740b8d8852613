import { hostname } from 'node:os';
import type { Reply, ReplyValue } from '../bson/codec.js';
import { countRows, isCovered } from '../query/execute/count.js';
import { TimeSlice } from '../query/execute/slice.js';
import { ScanResults } from '../query/execute/execute.js';
import { describePlan, type ExplainedShaping } from '../query/plan/explain.js';
import type { Collection } from '../storage/collection.js';
import { MONGODB_VERSION } from '../version.js';
import type { AggregateRequest } from './aggregate.js';
import type { CommandContext } from './command.js';
import { scanFor, type Query, type Window } from './reading.js';

/** How much an explanation tells: the plan alone, or what carrying it out takes. */
export type Verbosity = 'queryPlanner' | 'executionStats' | 'allPlansExecution';

/** A query to be explained. */
export interface Explained {
  readonly query: Query;
  readonly window: Window;
  readonly projection?: ExplainedShaping['projection'];
  readonly counting?: boolean;
}

/** Explains a query upon one collection. Beyond `queryPlanner` it is carried out; nothing is ever changed. */
export async function explainQuery(
  context: CommandContext,
  ns: string,
  collection: Collection | undefined,
  explained: Explained,
  verbosity: Verbosity,
): Promise<Reply> {
  const sections = await explain(context, ns, collection, explained, verbosity);
  return { explainVersion: '1', ...sections, ...aboutServer(context) };
}

/** Explains a pipeline: the leading query by its plan, further stages by their names. */
export async function explainPipeline(
  context: CommandContext,
  ns: string,
  collection: Collection | undefined,
  { query, window, pipeline, stages, counting }: AggregateRequest,
  verbosity: Verbosity,
): Promise<Reply> {
  const explained = { query, window, counting: counting !== undefined };
  const sections = await explain(context, ns, collection, explained, verbosity);
  if (pipeline.isQueryOnly) return { explainVersion: '1', ...sections, ...aboutServer(context) };
  return { explainVersion: '1', stages: [{ $cursor: sections }, ...stages], ...aboutServer(context) };
}

async function explain(
  context: CommandContext,
  ns: string,
  collection: Collection | undefined,
  { query, window, projection, counting }: Explained,
  verbosity: Verbosity,
): Promise<Reply> {
  const filter = query.filter.source;
  const planned = collection && scanFor(collection, query, context.shownUpTo);
  const covered = planned !== undefined && isCovered(planned.scan.plan) ? 'covered' : 'fetched';
  const winningPlan: Reply = planned
    ? describePlan(planned.scan.plan, {
        filter,
        sort: query.sort,
        skip: window.skip,
        limit: window.limit,
        projection,
        counting: counting ? covered : undefined,
      })
    : { stage: 'EOF' };
  const queryPlanner = {
    namespace: ns,
    parsedQuery: filter,
    indexFilterSet: false,
    optimizationTimeMillis: 0,
    maxIndexedOrSolutionsReached: false,
    winningPlan,
    rejectedPlans: [],
  };
  if (verbosity === 'queryPlanner') return { queryPlanner };
  const began = performance.now();
  const figures = planned ? await carryOut(context, planned, window, counting === true) : NO_FIGURES;
  const executionStats: Reply = {
    executionSuccess: true,
    nReturned: figures.nReturned,
    executionTimeMillis: Math.round(performance.now() - began),
    totalKeysExamined: figures.keysExamined,
    totalDocsExamined: figures.docsExamined,
    executionStages: { ...winningPlan, ...figures },
  };
  return { queryPlanner, executionStats };
}

/** What carrying out a plan has taken. */
interface Figures extends Record<string, ReplyValue> {
  readonly nReturned: number;
  readonly keysExamined: number;
  readonly docsExamined: number;
}

const NO_FIGURES: Figures = { nReturned: 0, keysExamined: 0, docsExamined: 0 };

async function carryOut(
  context: CommandContext,
  { scan, sortKey }: ReturnType<typeof scanFor>,
  { skip = 0, limit = 0 }: Window,
  counting: boolean,
): Promise<Figures> {
  const slice = new TimeSlice(context);
  const view = context.view();
  try {
    if (counting) {
      const most = limit === 0 ? Infinity : skip + limit;
      const { keysExamined, docsExamined } = await countRows(scan, view, most, slice);
      return { nReturned: 0, keysExamined, docsExamined };
    }
    const shaping = { skip, limit, ...(sortKey === undefined ? {} : { sortKey }) };
    const results = new ScanResults(scan, shaping, context.engine.queryMemory);
    let nReturned = 0;
    try {
      for (let finished = false; !finished;) {
        const batch = await results.nextBatch(view, Infinity, slice);
        nReturned += batch.docs.length;
        finished = batch.finished;
      }
    } finally {
      results.close();
    }
    return { nReturned, keysExamined: scan.keysExamined, docsExamined: scan.docsExamined };
  } finally {
    scan.pause();
    view.release();
  }
}

function aboutServer({ request }: CommandContext): Reply {
  const port = Number(/:(\d+)$/.exec(request.connection.address)?.[1] ?? 0);
  return { serverInfo: { host: hostname(), port, version: MONGODB_VERSION, gitVersion: '' } };
}
