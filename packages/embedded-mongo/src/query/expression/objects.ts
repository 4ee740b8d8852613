import { typeName } from '../../bson/compare.js';
import { isNumeric } from '../../bson/numbers.js';
import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { fixed, variadic, type ExpressionOperator } from './types.js';
import { isNullish } from '../values.js';

/** Merges documents, later ones over earlier ones; missing and null are nothing. */
export function mergeObjects(operands: readonly (Value | undefined)[]): Doc {
  const merged: Doc = new Map();
  for (const operand of operands) {
    if (isNullish(operand)) continue;
    if (!(operand instanceof Map)) {
      throw new EngineError(
        'Location40400',
        `$mergeObjects requires object inputs, but input is of type ${typeName(operand)}`,
      );
    }
    for (const [name, value] of operand) merged.set(name, value);
  }
  return merged;
}

const getField: ExpressionOperator = (argument, compiler) => {
  const named = argument instanceof Map && argument.has('field') ? argument : undefined;
  for (const name of named?.keys() ?? []) {
    if (name !== 'field' && name !== 'input') {
      throw new EngineError('Location3041701', `$getField found an unknown argument: ${name}`);
    }
  }
  if (named && !named.has('input')) {
    throw new EngineError('Location3041703', "$getField requires 'input' to be specified");
  }
  const field = compiler.compile(named ? (named.get('field') ?? null) : argument);
  const input = compiler.compile(named ? (named.get('input') ?? null) : '$$CURRENT');
  return (doc, vars) => {
    const name = field(doc, vars);
    if (typeof name !== 'string') {
      const found = name === undefined ? 'missing' : typeName(name);
      throw new EngineError(
        'Location3041704',
        `$getField requires 'field' to evaluate to type String, but got ${found}`,
      );
    }
    const from = input(doc, vars);
    if (from instanceof Map) return from.get(name);
    return isNullish(from) && from !== undefined ? null : undefined;
  };
};

export const objectOperators: readonly [string, ExpressionOperator][] = [
  ['$getField', getField],
  ['$isNumber', fixed('$isNumber', 1, (value) => isNumeric(value))],
  ['$mergeObjects', variadic(mergeObjects)],
  ['$type', fixed('$type', 1, (value) => (value === undefined ? 'missing' : typeName(value)))],
];
