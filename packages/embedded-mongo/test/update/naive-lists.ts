import { Int32 } from 'bson';
import { compareValues, equalValues } from '../../src/bson/compare.js';
import type { Doc, Value } from '../../src/bson/types.js';

/** What `$push` is told besides its values. */
export interface PushClauses {
  readonly $position?: number;
  readonly $slice?: number;
  /** 1 or -1 for whole elements, or by the field `f` of each. */
  readonly $sort?: 1 | -1 | { readonly f: 1 | -1 };
}

/** `$push`, one value after the other. */
export function pushed(list: readonly Value[], values: readonly Value[], clauses: PushClauses): Value[] {
  const { $position: position = list.length, $slice: slice, $sort: sort } = clauses;
  const result = [...list];
  let at = position < 0 ? list.length + position : position;
  at = Math.min(Math.max(at, 0), list.length);
  for (const value of values) result.splice(at++, 0, value);
  const sorted = sort === undefined ? result : insertionSorted(result, sort);
  if (slice === undefined) return sorted;
  while (sorted.length > Math.abs(slice)) {
    if (slice < 0) sorted.shift();
    else sorted.pop();
  }
  return sorted;
}

function insertionSorted(values: readonly Value[], sort: NonNullable<PushClauses['$sort']>): Value[] {
  const direction = typeof sort === 'number' ? sort : sort.f;
  const keyOf = (value: Value): Value =>
    typeof sort === 'number' ? value : value instanceof Map ? (value.get('f') ?? null) : null;
  const sorted: Value[] = [];
  for (const value of values) {
    let at = sorted.length;
    while (at > 0 && direction * compareValues(keyOf(sorted[at - 1] as Value), keyOf(value)) > 0) at -= 1;
    sorted.splice(at, 0, value);
  }
  return sorted;
}

/** `$addToSet` with `$each`. */
export function added(list: readonly Value[], values: readonly Value[]): Value[] {
  const result = [...list];
  for (const value of values) if (!result.some((item) => equalValues(item, value))) result.push(value);
  return result;
}

/** A condition of `$pull`, in the only forms that the model knows. */
export type PullCondition =
  | { readonly kind: '$gte' | '$lt'; readonly bound: Int32 }
  | { readonly kind: '$in'; readonly values: readonly Value[] }
  | { readonly kind: 'field'; readonly f: Int32 };

export function conditionDoc(condition: PullCondition): Doc {
  if (condition.kind === 'field') return new Map([['f', condition.f]]);
  if (condition.kind === '$in') return new Map([['$in', [...condition.values]]]);
  return new Map([[condition.kind, condition.bound]]);
}

/** `$pull`: what the condition does not meet. Numbers compare with numbers only. */
export function pulled(list: readonly Value[], condition: PullCondition): Value[] {
  return list.filter((item) => {
    switch (condition.kind) {
      case 'field':
        return !(item instanceof Map && equalValues(item.get('f') ?? null, condition.f));
      case '$in':
        return !condition.values.some((value) => equalValues(value, item));
      case '$gte':
        return !(item instanceof Int32 && item.value >= condition.bound.value);
      case '$lt':
        return !(item instanceof Int32 && item.value < condition.bound.value);
    }
  });
}
