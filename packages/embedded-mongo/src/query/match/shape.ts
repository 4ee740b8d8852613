import { numberOfType, typeNumber } from '../../bson/compare.js';
import { isNumeric, toDouble } from '../../bson/numbers.js';
import type { Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { expanding, negated, whole } from './condition.js';
import type { MatchOperator } from './context.js';
import { truncatedInt64 } from '../integers.js';
import { describe, isArray, isTruthy, safeInteger } from '../values.js';

const numericTypes = [1, 16, 18, 19];
const knownTypes: ReadonlySet<number> = new Set([-1, 127, ...Array.from({ length: 19 }, (_, i) => i + 1)]);

export const exists: MatchOperator = (wanted) => {
  const present = whole((value) => value !== undefined);
  return isTruthy(wanted) ? present : negated(present);
};

export const type: MatchOperator = (argument, { field }) => {
  const listed = isArray(argument) ? argument : [argument];
  if (listed.length === 0) throw new EngineError('FailedToParse', `${field} must match at least one type`);
  const types = new Set(listed.flatMap(typesNamed));
  return expanding((value) => value !== undefined && types.has(typeNumber(value)));
};

function typesNamed(named: Value): number[] {
  if (typeof named === 'string') {
    if (named === 'number') return numericTypes;
    const number = numberOfType(named);
    if (number === undefined) throw new EngineError('BadValue', `Unknown type name alias: ${named}`);
    return [number];
  }
  if (!isNumeric(named))
    throw new EngineError('TypeMismatch', 'type must be represented as a number or a string');
  const number = toDouble(named);
  if (!knownTypes.has(number)) {
    throw new EngineError('BadValue', `Invalid numerical type code: ${describe(named)}`);
  }
  return [number];
}

export const size: MatchOperator = (argument) => {
  const length = safeInteger(argument);
  if (length === undefined) {
    throw new EngineError(
      'BadValue',
      `Failed to parse $size. Expected an integer: $size: ${describe(argument)}`,
    );
  }
  if (length < 0) {
    throw new EngineError(
      'BadValue',
      `Failed to parse $size. Expected a non-negative number in: $size: ${describe(argument)}`,
    );
  }
  return whole((value) => isArray(value) && value.length === length);
};

export const mod: MatchOperator = (argument) => {
  if (!isArray(argument)) throw new EngineError('BadValue', 'malformed mod, needs to be an array');
  if (argument.length < 2) throw new EngineError('BadValue', 'malformed mod, not enough elements');
  if (argument.length > 2) throw new EngineError('BadValue', 'malformed mod, too many elements');
  const divisor = modNumber(argument[0], 'divisor');
  const remainder = modNumber(argument[1], 'remainder');
  if (divisor === 0n) throw new EngineError('BadValue', 'divisor cannot be 0');
  return expanding((value) => {
    if (value === undefined || !isNumeric(value)) return false;
    const integer = truncatedInt64(value);
    return integer !== undefined && integer % divisor === remainder;
  });
};

function modNumber(value: Value | undefined, role: string): bigint {
  if (value === undefined || !isNumeric(value)) {
    throw new EngineError('BadValue', `malformed mod, ${role} not a number`);
  }
  const integer = truncatedInt64(value);
  if (integer === undefined) {
    throw new EngineError('BadValue', `malformed mod, ${role} value is invalid :: caused by :: out of range`);
  }
  return integer;
}
