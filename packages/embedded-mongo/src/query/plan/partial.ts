import { compareValues, equalValues, typeOrder } from '../../bson/compare.js';
import type { Doc, Value } from '../../bson/types.js';
import { isOrdered } from './bounds.js';
import { conjunctionOf, type Conjunction, type FieldCondition } from './conditions.js';
import { isTruthy } from '../values.js';

/**
 * Whether every document that satisfies the query is in an index with this partial filter: each condition of the
 * partial filter stands in the query, or follows from one single condition there. (From one, since in an array
 * different elements may satisfy different conditions.)
 */
export function impliesFilter(query: Conjunction, partialFilter: Doc): boolean {
  const wanted = conjunctionOf(partialFilter);
  if (wanted.opaque || wanted.alternatives.length > 0) return false;
  return wanted.conditions.every((condition) => impliesCondition(query.conditions, condition));
}

/** Whether the query only finds documents in which one of the paths exists, as all in a sparse index do. */
export function impliesExistence(query: Conjunction, paths: readonly string[]): boolean {
  return query.conditions.some((condition) => paths.includes(condition.path) && provesExistence(condition));
}

function impliesCondition(given: readonly FieldCondition[], wanted: FieldCondition): boolean {
  return given.some((condition) => condition.path === wanted.path && implies(condition, wanted));
}

function implies(given: FieldCondition, wanted: FieldCondition): boolean {
  if (given.operator === wanted.operator && equalValues(given.value, wanted.value)) return true;
  if (wanted.operator === '$exists') return isTruthy(wanted.value) && provesExistence(given);
  if (given.operator === '$in') return membersOf(given).every((member) => impliesAt(member, wanted));
  if (given.operator === '$eq') return impliesAt(given.value, wanted);
  return isNarrowerRange(given, wanted);
}

/** Whether equality with the value implies the wanted condition. */
function impliesAt(value: Value, wanted: FieldCondition): boolean {
  if (wanted.operator === '$eq') return equalValues(value, wanted.value);
  if (wanted.operator === '$in') return membersOf(wanted).some((member) => equalValues(value, member));
  return isOrdered(value) && isRange(wanted.operator) && withinRange(value, true, wanted);
}

function isNarrowerRange(given: FieldCondition, wanted: FieldCondition): boolean {
  if (!isRange(given.operator) || !isRange(wanted.operator) || !isOrdered(given.value)) return false;
  if (given.operator.slice(0, 2) !== wanted.operator.slice(0, 2)) return false;
  return withinRange(given.value, given.operator.endsWith('e'), wanted);
}

/** Whether a value, or everything beyond it when it is not `included`, is in the wanted range. */
function withinRange(value: Value, included: boolean, wanted: FieldCondition): boolean {
  if (!isOrdered(wanted.value) || typeOrder(value) !== typeOrder(wanted.value)) return false;
  const order = compareValues(value, wanted.value);
  const distance = wanted.operator.startsWith('$g') ? order : -order;
  return distance > 0 || (distance === 0 && (!included || wanted.operator.endsWith('e')));
}

function provesExistence({ path, operator, value }: FieldCondition): boolean {
  switch (operator) {
    case '$exists':
      return isTruthy(value);
    case '$eq':
      return value !== null;
    case '$ne':
      // In an empty array nothing equals null, and still no field of an element exists.
      return value === null && !path.includes('.');
    case '$in':
      return Array.isArray(value) && !value.includes(null);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return isOrdered(value);
    default:
      return false;
  }
}

function membersOf(condition: FieldCondition): readonly Value[] {
  return Array.isArray(condition.value) ? condition.value : [];
}

function isRange(operator: string): boolean {
  return operator === '$gt' || operator === '$gte' || operator === '$lt' || operator === '$lte';
}
