import type { Value } from '../../bson/types.js';
import { extreme, Sum } from './accumulators.js';
import { operandsOf, type ExpressionOperator } from './types.js';
import { isArray } from '../values.js';

/** An operator upon a list: several operands, or the items of a single one that is an array. */
function upon(apply: (values: readonly (Value | undefined)[]) => Value): ExpressionOperator {
  return (argument, compiler) => {
    const operands = operandsOf(argument, compiler);
    const [only] = operands;
    if (operands.length === 1 && only) {
      return (doc, vars) => {
        const value = only(doc, vars);
        return apply(isArray(value) ? value : [value]);
      };
    }
    return (doc, vars) => apply(operands.map((operand) => operand(doc, vars)));
  };
}

function summed(values: readonly (Value | undefined)[]): Sum {
  const sum = new Sum();
  for (const value of values) sum.add(value);
  return sum;
}

/** `$group`'s totals as expressions upon lists. */
export const totalOperators: readonly [string, ExpressionOperator][] = [
  ['$avg', upon((values) => summed(values).average())],
  ['$max', upon((values) => extreme(values, -1))],
  ['$min', upon((values) => extreme(values, 1))],
  ['$sum', upon((values) => summed(values).total())],
];
