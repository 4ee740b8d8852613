import { Int32, Long } from 'bson';
import type { Pipeline } from '../aggregate/pipeline.js';
import { isNumeric } from '../bson/numbers.js';
import type { Doc, Value } from '../bson/types.js';

/** The end of a pipeline that only counts, as drivers send it for `countDocuments`. */
export interface CountingStage {
  /** The one result, for a count that is not 0. */
  result(count: number): Doc;
}

const queryThenGroup = /^(\$match )*(\$skip )?(\$limit )?\$group$/;

/**
 * Finds out whether all that a pipeline does after its leading query is to count: one
 * `{ $group: { _id: <number or null>, <name>: { $sum: 1 } } }`. Then no document need be read for it.
 */
export function countingStage(
  stages: readonly Value[],
  { leading, isQueryOnly }: Pipeline,
): CountingStage | undefined {
  const last = stages[stages.length - 1];
  const group = last instanceof Map ? last.get('$group') : undefined;
  if (isQueryOnly || !(group instanceof Map) || group.size !== 2 || leading.sort !== undefined)
    return undefined;
  if (!queryThenGroup.test(stages.map(nameOf).join(' '))) return undefined;
  const [[idName, id], [name, accumulator]] = [...group] as [[string, Value], [string, Value]];
  if (idName !== '_id' || !(id === null || isNumeric(id)) || !isSumOfOnes(accumulator)) return undefined;
  return {
    result: (count) =>
      new Map<string, Value>([
        ['_id', id],
        [name, count < 2 ** 31 ? new Int32(count) : Long.fromNumber(count)],
      ]),
  };
}

function nameOf(stage: Value): string {
  return stage instanceof Map ? [...stage.keys()].join() : '';
}

function isSumOfOnes(accumulator: Value): boolean {
  if (!(accumulator instanceof Map) || accumulator.size !== 1) return false;
  const one = accumulator.get('$sum');
  return one instanceof Int32 && one.value === 1;
}
