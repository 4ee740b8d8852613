import { typeName } from '../../bson/compare.js';
import { isNumeric, toDouble } from '../../bson/numbers.js';
import type { Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { convertTo, isTarget, TARGETS, type Target } from './conversions.js';
import { fixed, namedArguments, type ExpressionOperator } from './types.js';
import { describe, isNullish } from '../values.js';

const convert: ExpressionOperator = (argument, compiler) => {
  const parts = namedArguments('$convert', argument, ['input', 'to'], ['onError', 'onNull']);
  const part = (name: string): ReturnType<typeof compiler.compile> | undefined => {
    const given = parts.get(name);
    return given === undefined ? undefined : compiler.compile(given);
  };
  const [input, to, onError, onNull] = ['input', 'to', 'onError', 'onNull'].map(part);
  return (doc, vars) => {
    const target = to?.(doc, vars);
    if (isNullish(target)) return null;
    const name = targetOf(target);
    const value = input?.(doc, vars);
    if (isNullish(value)) return onNull === undefined ? null : onNull(doc, vars);
    try {
      return convertTo(name, value);
    } catch (error) {
      const isFailure = error instanceof EngineError && error.codeName === 'ConversionFailure';
      if (!isFailure || onError === undefined) throw error;
      return onError(doc, vars);
    }
  };
};

/** The types by the numbers that BSON gives them. */
const BY_NUMBER: ReadonlyMap<number, Target> = new Map([
  [1, 'double'],
  [2, 'string'],
  [7, 'objectId'],
  [8, 'bool'],
  [9, 'date'],
  [16, 'int'],
  [18, 'long'],
  [19, 'decimal'],
]);

function targetOf(target: Value): Target {
  if (typeof target === 'string') {
    if (isTarget(target)) return target;
    throw new EngineError('BadValue', `Unknown type name: ${target}`);
  }
  if (!isNumeric(target)) {
    throw new EngineError(
      'FailedToParse',
      `$convert's 'to' argument must be a string or number, but is ${typeName(target)}`,
    );
  }
  const found = BY_NUMBER.get(toDouble(target));
  if (found !== undefined) return found;
  throw new EngineError(
    'FailedToParse',
    `In $convert, numeric 'to' argument is no known type: ${describe(target)}`,
  );
}

function converting(name: string, target: Target): [string, ExpressionOperator] {
  return [name, fixed(name, 1, (value) => (isNullish(value) ? null : convertTo(target, value)))];
}

/** `$convert` and its short forms, as `$toInt`. */
export const convertOperators: readonly [string, ExpressionOperator][] = [
  ['$convert', convert],
  ...TARGETS.map((target) => converting(`$to${target.slice(0, 1).toUpperCase()}${target.slice(1)}`, target)),
];
