import { Int32 } from 'bson';
import { equalValues, typeName } from '../../bson/compare.js';
import { isNumeric } from '../../bson/numbers.js';
import type { Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { bounded } from './bounded-value.js';
import { fixed, ranged, variadic, type ExpressionOperator } from './types.js';
import { describe, isArray, isNullish, safeInteger } from '../values.js';

const isIn = fixed('$in', 2, (value, list) => {
  if (!isArray(list)) {
    const found = list === undefined ? 'missing' : typeName(list);
    throw new EngineError('Location40081', `$in requires an array as a second argument, found: ${found}`);
  }
  return value !== undefined && list.some((item) => equalValues(item, value));
});

const size = fixed('$size', 1, (list) => {
  if (!isArray(list)) {
    const found = list === undefined ? 'missing' : typeName(list);
    throw new EngineError(
      'Location17124',
      `The argument to $size must be an array, but was of type: ${found}`,
    );
  }
  return new Int32(list.length);
});

const arrayElemAt = fixed('$arrayElemAt', 2, (list, position) => {
  if (isNullish(list) || isNullish(position)) return null;
  if (!isArray(list)) {
    throw new EngineError(
      'Location28689',
      `$arrayElemAt's first argument must be an array, but is ${typeName(list)}`,
    );
  }
  if (!isNumeric(position)) {
    throw new EngineError(
      'Location28690',
      `$arrayElemAt's second argument must be a numeric value, but is ${typeName(position)}`,
    );
  }
  const index = safeInteger(position);
  if (index === undefined) {
    throw new EngineError(
      'Location28691',
      `$arrayElemAt's second argument must be representable as a 32-bit integer: ${describe(position)}`,
    );
  }
  return list.at(index);
});

function endOf(name: string, index: 0 | -1): [string, ExpressionOperator] {
  return [
    name,
    fixed(name, 1, (list) => {
      if (isNullish(list)) return null;
      if (!isArray(list)) {
        throw new EngineError(
          'Location28689',
          `${name}'s argument must be an array, but is ${typeName(list)}`,
        );
      }
      return list.at(index);
    }),
  ];
}

const concatArrays = variadic((operands) => {
  const lists: Value[][] = [];
  for (const operand of operands) {
    if (isNullish(operand)) return null;
    if (!isArray(operand)) {
      throw new EngineError('Location28664', `$concatArrays only supports arrays, not ${typeName(operand)}`);
    }
    lists.push(operand);
  }
  return bounded<Value[][]>(lists).flat(1);
});

const slice = ranged('$slice', 2, 3, (list, from, count) => {
  if (isNullish(list) || isNullish(from) || count === null) return null;
  if (!isArray(list)) {
    throw new EngineError(
      'Location28724',
      `First argument to $slice must be an array, but is of type: ${typeName(list)}`,
    );
  }
  return sliceArray(list, sliceNumber(from, 'Second', 'Location28725'), thirdOf(count));
});

function thirdOf(count: Value | undefined): number | undefined {
  if (count === undefined) return undefined;
  const number = sliceNumber(count, 'Third', 'Location28727');
  if (number <= 0)
    throw new EngineError('Location28729', `Third argument to $slice must be positive: ${number}`);
  return number;
}

function sliceNumber(value: Value, which: string, code: `Location${number}`): number {
  const number = safeInteger(value);
  if (number !== undefined) return number;
  throw new EngineError(
    code,
    `${which} argument to $slice must be a whole number, but is: ${describe(value)}`,
  );
}

/**
 * MongoDB's slice: with `count`, that many items from `from` (negative counts from the end); without, the first
 * `from` items, or the last where `from` is negative.
 */
export function sliceArray(list: readonly Value[], from: number, count?: number): Value[] {
  if (count === undefined) return from >= 0 ? list.slice(0, from) : list.slice(from);
  const start = from >= 0 ? from : Math.max(0, list.length + from);
  return list.slice(start, start + count);
}

export const arrayOperators: readonly [string, ExpressionOperator][] = [
  ['$arrayElemAt', arrayElemAt],
  ['$concatArrays', concatArrays],
  endOf('$first', 0),
  ['$in', isIn],
  ['$isArray', fixed('$isArray', 1, (value) => isArray(value))],
  endOf('$last', -1),
  ['$size', size],
  ['$slice', slice],
];
