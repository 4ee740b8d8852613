import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Variables } from '../query/expression/types.js';
import { compileFilterWith } from '../query/match/match.js';
import { compileVariables } from '../query/expression/variables.js';
import { checkArrangement, type Place } from './arrangement.js';
import { withEqualities } from './expression-equalities.js';
import { foreignCollections } from './each-stage.js';
import { isOutput, readOutput, type Output } from './output.js';
import { limitArgument, matchArgument, skipArgument, sortArgument, sortStage } from './simple-stages.js';
import { givenDocuments, isSource, readSource, type Source } from './source.js';
import {
  batchesOf,
  documentsOf,
  nameStage,
  unknownStage,
  type Batches,
  type LeadingQuery,
  type NamedStage,
  type NestedPipeline,
  type Stage,
  type StageCompiler,
  type StageWork,
} from './stage.js';
import { stages as stagesByName } from './stages.js';

/** MongoDB's internalPipelineLengthLimit. */
const MAX_STAGES = 1000;

/** The leading stages of a pipeline as they were given. */
export interface LeadingStages extends Omit<LeadingQuery, 'filter'> {
  /** All leading `$match` stages together; empty where there is none. */
  readonly filter: Doc;
}

/** A compiled aggregation pipeline. */
export interface Pipeline {
  readonly leading: LeadingStages;
  /** Whether nothing is left to do after the leading stages: neither to compute nor to write. */
  readonly isQueryOnly: boolean;
  /** The first stage where that brings documents of its own. */
  readonly source: Source | undefined;
  /** The last stage where that writes the results. */
  readonly output: Output | undefined;
  /** The further collections of the same database that are read. */
  readonly collections: ReadonlySet<string>;
  /** The results of all stages after the leading ones and before the output. */
  rest(docs: Iterable<Doc> | AsyncIterable<Doc>, work: StageWork): AsyncIterable<Doc>;
}

/**
 * Compiles an aggregation pipeline.
 * @param variables - what expressions see as `$$name`: the command's time and `let`.
 * @throws EngineError Location40324 for unknown stages, MongoDB's own codes for bad arguments and misplaced stages.
 */
export function compilePipeline(
  pipeline: readonly Value[],
  variables: Variables = compileVariables(),
): Pipeline {
  const { leading, stages, source, output } = compileParts(pipeline, variables, 'top');
  return {
    leading,
    isQueryOnly: stages.length === 0 && output === undefined,
    source,
    output,
    collections: foreignCollections(pipeline),
    rest: (docs, work) => documentsOf(flow(stages, batchesOf(docs, work.slice), work)),
  };
}

function flow(stages: readonly Stage[], input: Batches, work: StageWork): Batches {
  return stages.reduce((batches, stage) => stage(batches, work), input);
}

function compileNested(owner: string, pipeline: readonly Value[], variables: Variables): NestedPipeline {
  const { leading, stages, source } = compileParts(pipeline, variables, owner);
  const { filter, ...order } = leading;
  const query = { ...order, filter: compileFilterWith(withEqualities(filter, variables), variables) };
  return {
    hasSource: source !== undefined,
    over(collection, work) {
      const docs =
        source === undefined
          ? work.reader.read(collection ?? '', query)
          : givenDocuments(source.argument, variables);
      return flow(stages, batchesOf(docs, work.slice), work);
    },
    upon: (input, work) => flow(stages, input, work),
  };
}

interface Parts extends Pick<Pipeline, 'leading' | 'source' | 'output'> {
  /** All stages but the leading ones, the source and the output. */
  readonly stages: readonly Stage[];
}

function compileParts(pipeline: readonly Value[], variables: Variables, place: Place): Parts {
  if (pipeline.length > MAX_STAGES) {
    throw new EngineError(
      'Location7749501',
      `Pipeline length must be no longer than ${String(MAX_STAGES)} stages`,
    );
  }
  const named = pipeline.map(nameStage);
  checkArrangement(named, place);
  const first = named[0];
  const last = named.at(-1);
  const source = first && isSource(first.name) ? readSource(first.name, first.argument) : undefined;
  const output = last && isOutput(last.name) ? readOutput(last.name, last.argument, variables) : undefined;
  const between = named.slice(source && 1, output && -1);
  const compiled = compileStages(between, variables);
  // A pipeline upon given documents has no query that could do its leading stages.
  const canLead = source === undefined && place !== '$facet';
  const { leading, used } = takeLeading(canLead ? between : []);
  return { leading, source, output, stages: compiled.slice(used) };
}

function stageCompiler(name: string): StageCompiler {
  const compiler = stagesByName.get(name);
  if (!compiler) throw unknownStage(name);
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
    return stageCompiler(name)(argument, variables, compileNested);
  });
}
