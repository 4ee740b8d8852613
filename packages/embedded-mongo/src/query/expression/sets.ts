import { typeName } from '../../bson/compare.js';
import { encodeKeyValue } from '../../bson/keystring.js';
import type { Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { bounded } from './bounded-value.js';
import { fixed, operandsOf, variadic, type ExpressionOperator } from './types.js';
import { isArray, isNullish, isTruthy } from '../values.js';

type Code = `Location${number}`;

/** The different values of an array, by what tells them apart; the first of equal ones. */
function setOf(items: readonly Value[]): Map<string, Value> {
  const set = new Map<string, Value>();
  for (const item of items) {
    const key = encodeKeyValue(item);
    if (!set.has(key)) set.set(key, item);
  }
  return set;
}

function arrayOf(name: string, code: Code, operand: Value | undefined): Value[] {
  if (isArray(operand)) return operand;
  const found = operand === undefined ? 'missing' : typeName(operand);
  throw new EngineError(code, `All operands of ${name} must be arrays. One argument is of type: ${found}`);
}

const union = variadic((operands) => {
  const lists: Value[][] = [];
  for (const operand of operands) {
    if (isNullish(operand)) return null;
    lists.push(arrayOf('$setUnion', 'Location17043', operand));
  }
  return [...setOf(bounded<Value[][]>(lists).flat(1)).values()];
});

const intersection = variadic((operands) => {
  let common: Map<string, Value> | undefined;
  for (const operand of operands) {
    if (isNullish(operand)) return null;
    const set = setOf(arrayOf('$setIntersection', 'Location17047', operand));
    common = common === undefined ? set : new Map([...common].filter(([key]) => set.has(key)));
  }
  return [...(common ?? new Map<string, Value>()).values()];
});

const difference = fixed('$setDifference', 2, (from, without) => {
  if (isNullish(from) || isNullish(without)) return null;
  const removed = setOf(arrayOf('$setDifference', 'Location17049', without));
  const kept = setOf(arrayOf('$setDifference', 'Location17048', from));
  return [...kept].filter(([key]) => !removed.has(key)).map(([, item]) => item);
});

const isSubset = fixed('$setIsSubset', 2, (part, whole) => {
  const keys = setOf(arrayOf('$setIsSubset', 'Location17046', part)).keys();
  const set = setOf(arrayOf('$setIsSubset', 'Location17042', whole));
  return [...keys].every((key) => set.has(key));
});

const equals: ExpressionOperator = (argument, compiler) => {
  const operands = operandsOf(argument, compiler);
  if (operands.length < 2) {
    throw new EngineError(
      'Location17045',
      `$setEquals needs at least two arguments had: ${String(operands.length)}`,
    );
  }
  return (doc, vars) => {
    const [first, ...others] = operands.map((operand) =>
      setOf(arrayOf('$setEquals', 'Location17044', operand(doc, vars))),
    );
    const keys = [...(first ?? new Map<string, Value>()).keys()];
    return others.every((other) => other.size === keys.length && keys.every((key) => other.has(key)));
  };
};

export const setOperators: readonly [string, ExpressionOperator][] = [
  [
    '$allElementsTrue',
    fixed('$allElementsTrue', 1, (list) =>
      arrayOf('$allElementsTrue', 'Location17040', list).every(isTruthy),
    ),
  ],
  [
    '$anyElementTrue',
    fixed('$anyElementTrue', 1, (list) => arrayOf('$anyElementTrue', 'Location17041', list).some(isTruthy)),
  ],
  ['$setDifference', difference],
  ['$setEquals', equals],
  ['$setIntersection', intersection],
  ['$setIsSubset', isSubset],
  ['$setUnion', union],
];
