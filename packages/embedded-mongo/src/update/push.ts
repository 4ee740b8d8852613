import { compareValues, typeName } from '../bson/compare.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compileSortOrder } from '../query/sort/sort.js';
import { isArray, safeInteger } from '../query/values.js';
import type { ModifierOperator } from './modifier.js';

type Compare = (a: Value, b: Value) => number;

interface Push {
  readonly values: readonly Value[];
  readonly position: number | undefined;
  readonly slice: number | undefined;
  readonly sort: Compare | undefined;
}

export const push: ModifierOperator = (argument, path) => {
  const pushed = pushOf(argument);
  return {
    creates: true,
    apply(current, { describedId }) {
      if (current !== undefined && !isArray(current)) {
        throw new EngineError(
          'BadValue',
          `The field '${path}' must be an array but is of type ${typeName(current)} in document {_id: ${describedId()}}`,
        );
      }
      const result = pushOnto(current ?? [], pushed);
      return current && sameItems(current, result) ? current : result;
    },
  };
};

function pushOf(argument: Value): Push {
  if (!(argument instanceof Map) || !argument.has('$each')) {
    return { values: [argument], position: undefined, slice: undefined, sort: undefined };
  }
  for (const name of argument.keys()) {
    if (!['$each', '$position', '$slice', '$sort'].includes(name)) {
      throw new EngineError('BadValue', `Unrecognized clause in $push: ${name}`);
    }
  }
  const values = argument.get('$each') ?? null;
  if (!isArray(values)) {
    throw new EngineError(
      'BadValue',
      `The argument to $each in $push must be an array but it was of type: ${typeName(values)}`,
    );
  }
  const sort = argument.get('$sort');
  return {
    values,
    position: wholeClause(argument, '$position', 'an integer value, not of type'),
    slice: wholeClause(argument, '$slice', 'an integer value but was given type'),
    sort: sort === undefined ? undefined : compileElementSort(sort),
  };
}

function wholeClause(clauses: Doc, name: string, wording: string): number | undefined {
  const value = clauses.get(name);
  if (value === undefined) return undefined;
  const number = safeInteger(value);
  if (number !== undefined) return number;
  throw new EngineError('BadValue', `The value for ${name} must be ${wording}: ${typeName(value)}`);
}

function compileElementSort(sort: Value): Compare {
  if (isNumeric(sort)) {
    const direction = toDouble(sort);
    if (direction !== 1 && direction !== -1) {
      throw new EngineError('BadValue', 'The $sort element value must be either 1 or -1');
    }
    return (a, b) => direction * compareValues(a, b);
  }
  if (!(sort instanceof Map)) {
    throw new EngineError(
      'BadValue',
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    );
  }
  if (sort.size === 0) {
    throw new EngineError('BadValue', 'The $sort pattern is empty when it should be a set of fields.');
  }
  return compareByFields(sort);
}

function compareByFields(sort: Doc): Compare {
  for (const direction of sort.values()) {
    const number = isNumeric(direction) ? toDouble(direction) : undefined;
    if (number !== 1 && number !== -1) {
      throw new EngineError('BadValue', 'The $sort element value must be either 1 or -1');
    }
  }
  const { keyOf, compareKeys } = compileSortOrder(sort);
  const empty: Doc = new Map();
  const key = (value: Value): Value[] => keyOf(value instanceof Map ? value : empty);
  return (a, b) => compareKeys(key(a), key(b));
}

function pushOnto(array: readonly Value[], { values, position, slice, sort }: Push): Value[] {
  const start = position ?? array.length;
  const at = start < 0 ? Math.max(0, array.length + start) : start;
  const joined = [...array.slice(0, at), ...values, ...array.slice(at)];
  if (sort) joined.sort(sort);
  if (slice === undefined) return joined;
  return slice >= 0 ? joined.slice(0, slice) : joined.slice(slice);
}

function sameItems(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
