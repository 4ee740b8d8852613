import { nameStage } from '../aggregate/stage.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { readCollation, type Collation } from '../query/collation.js';
import type { Arguments } from './arguments.js';

/** Operators whose outcome a collation would change, and that do not heed one here. */
const COMPARING: ReadonlySet<string> = new Set([
  ...['$addToSet', '$allElementsTrue', '$cmp', '$elemMatch', '$eq', '$expr', '$filter', '$gt', '$gte', '$in'],
  ...['$indexOfArray', '$jsonSchema', '$lt', '$lte', '$max', '$maxN', '$min', '$minN', '$ne', '$pull'],
  ...['$pullAll', '$setDifference', '$setEquals', '$setIntersection', '$setIsSubset', '$setUnion'],
  ...['$sort', '$sortArray', '$where', '$rank', '$top', '$topN', '$bottom', '$bottomN'],
]);

/** The part of those that may not stand in a filter; the others are query operators there, which heed the collation. */
const NOT_IN_FILTERS: ReadonlySet<string> = new Set(['$expr', '$jsonSchema', '$where']);

/** The stages that a collation does not concern, or (at the beginning) that heed it. */
const STAGES: ReadonlySet<string> = new Set([
  ...['$addFields', '$count', '$limit', '$match', '$project', '$replaceRoot', '$replaceWith', '$set'],
  ...['$skip', '$sort', '$unset', '$unwind'],
]);

/** The collation of a command or statement; `undefined` where strings compare by their bytes. */
export function collationOf(args: Arguments): Collation | undefined {
  const spec = args.document('collation');
  return spec && readCollation(spec);
}

/** Throws where a filter asks, under a collation, for what does not heed it. */
export function checkCollatedFilter(collation: Collation | undefined, filter: Doc): void {
  if (collation !== undefined) refuse(filter, NOT_IN_FILTERS);
}

/** Throws where a projection, or an update, would have to heed the collation. */
export function checkCollatedChange(collation: Collation | undefined, ...parts: (Value | undefined)[]): void {
  if (collation === undefined) return;
  for (const part of parts) if (part !== undefined) refuse(part, COMPARING);
}

/** Throws where stages would have to heed the collation: only the plain query that a pipeline begins with does. */
export function checkCollatedStages(collation: Collation | undefined, stages: readonly Value[]): void {
  if (collation === undefined) return;
  let heeding = new Set(['$match', '$sort']);
  for (const stage of stages) {
    const { name, argument } = nameStage(stage);
    const isQuery = heeding.has(name);
    if (name !== '$match') heeding = new Set();
    const comparesItself = name === '$match' || name === '$sort';
    if (!STAGES.has(name) || (comparesItself && !isQuery)) throw notHeeded(name);
    refuse(argument, name === '$match' ? NOT_IN_FILTERS : COMPARING);
  }
}

function refuse(value: Value, operators: ReadonlySet<string>): void {
  if (value instanceof Map) {
    for (const [name, inner] of value) {
      if (operators.has(name)) throw notHeeded(name);
      refuse(inner, operators);
    }
  } else if (Array.isArray(value)) for (const item of value) refuse(item, operators);
}

function notHeeded(name: string): EngineError {
  return new EngineError('CommandNotSupported', `${name} with a collation is not supported by this engine`);
}
