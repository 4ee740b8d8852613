import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { TimeSlice, type Interruptible } from '../query/execute-slice.js';
import type { Variables } from '../query/expression-types.js';
import { compileVariables } from '../query/variables.js';
import { documentStages } from './document-stages.js';
import { group } from './group.js';
import {
  count,
  limitArgument,
  limitStage,
  match,
  matchArgument,
  skipArgument,
  skipStage,
  sortArgument,
  sortStage,
} from './simple-stages.js';
import {
  batchesOf,
  documentsOf,
  mapping,
  nameStage,
  type Batches,
  type NamedStage,
  type Stage,
  type StageCompiler,
} from './stage.js';

/** What a pipeline begins with and a plain query does as well, in this order: filter, sort, skip, limit. */
export interface LeadingStages {
  /** All leading `$match` stages together; empty where there is none. */
  readonly filter: Doc;
  readonly sort: Doc | undefined;
  readonly skip: number;
  readonly limit: number | undefined;
}

/** A compiled aggregation pipeline. */
export interface Pipeline {
  readonly leading: LeadingStages;
  /** Whether nothing is left to do after the leading stages. */
  readonly isQueryOnly: boolean;
  /** The results of all stages after the leading ones; `work` is asked now and then whether it may go on. */
  rest(docs: Iterable<Doc> | AsyncIterable<Doc>, work: Interruptible): AsyncIterable<Doc>;
}

const changing = [...documentStages].map(([name, compile]): [string, StageCompiler] => [
  name,
  (argument, variables) => mapping(compile(argument, variables)),
]);

const stages: ReadonlyMap<string, StageCompiler> = new Map([
  ...changing,
  ['$count', count],
  ['$group', group],
  ['$limit', (argument) => limitStage(limitArgument(argument))],
  ['$match', match],
  ['$skip', (argument) => skipStage(skipArgument(argument))],
  ['$sort', (argument) => sortStage(sortArgument(argument))],
]);

/**
 * Compiles an aggregation pipeline.
 * @param variables - what expressions see as `$$name`: the command's time and `let`.
 * @throws EngineError Location40324 for unknown stages, MongoDB's own codes for bad arguments.
 */
export function compilePipeline(
  pipeline: readonly Value[],
  variables: Variables = compileVariables(),
): Pipeline {
  const named = pipeline.map(nameStage);
  for (const { name, argument } of named) stageCompiler(name)(argument, variables);
  const { leading, used } = takeLeading(named);
  const rest = compileStages(named.slice(used), variables);
  return {
    leading,
    isQueryOnly: rest.length === 0,
    rest(docs, work) {
      const slice = new TimeSlice(work);
      return documentsOf(rest.reduce<Batches>((input, stage) => stage(input, slice), batchesOf(docs, slice)));
    },
  };
}

function stageCompiler(name: string): StageCompiler {
  const compiler = stages.get(name);
  if (!compiler) throw new EngineError('Location40324', `Unrecognized pipeline stage name: '${name}'`);
  return compiler;
}

/** Splits off the stages that a query does: any number of `$match`, then at most one `$sort`, `$skip` and `$limit`. */
function takeLeading(named: readonly NamedStage[]): { leading: LeadingStages; used: number } {
  let used = 0;
  const take = (name: string): Value | undefined =>
    named[used]?.name === name ? named[used++]?.argument : undefined;
  const filters: Doc[] = [];
  for (let filter = take('$match'); filter !== undefined; filter = take('$match')) {
    filters.push(matchArgument(filter));
  }
  const sort = take('$sort');
  const skip = take('$skip');
  const limit = take('$limit');
  const leading = {
    filter: conjunction(filters),
    sort: sort === undefined ? undefined : sortArgument(sort),
    skip: skip === undefined ? 0 : skipArgument(skip),
    limit: limit === undefined ? undefined : limitArgument(limit),
  };
  return { leading, used };
}

function conjunction(filters: Doc[]): Doc {
  const [first] = filters;
  if (filters.length > 1) return new Map([['$and', filters]]);
  return first ?? new Map<string, Value>();
}

/** Compiles stages; a `$sort` right before a `$limit` keeps only what the limit lets through. */
function compileStages(named: readonly NamedStage[], variables: Variables): Stage[] {
  return named.map(({ name, argument }, i) => {
    const next = named[i + 1];
    if (name === '$sort' && next?.name === '$limit') {
      return sortStage(sortArgument(argument), limitArgument(next.argument));
    }
    return stageCompiler(name)(argument, variables);
  });
}
