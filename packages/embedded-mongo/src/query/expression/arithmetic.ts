import { Decimal128, Double, Int32, Long } from 'bson';
import { typeName } from '../../bson/compare.js';
import { add, compareNumbers, divide, isNumeric, mod, multiply, subtract } from '../../bson/numbers.js';
import { DateTime, type Numeric, type Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { fixed, variadic, type ExpressionOperator } from './types.js';
import { roundingOperator } from './rounding.js';
import { truncatedInt64 } from '../integers.js';
import { isNullish } from '../values.js';

const zero = new Int32(0);

function nameOf(value: Value | undefined): string {
  return value === undefined ? 'missing' : typeName(value);
}

/** A moment some milliseconds later. */
function later(moment: DateTime, by: Numeric): DateTime {
  const shift = truncatedInt64(by instanceof Double ? new Double(Math.round(by.value)) : by);
  const ms = shift === undefined ? undefined : moment.ms + shift;
  if (ms === undefined || BigInt.asIntN(64, ms) !== ms)
    throw new EngineError('Overflow', 'date overflow in $add');
  return new DateTime(ms);
}

const addOperands: ExpressionOperator = variadic((operands) => {
  let total: Numeric = zero;
  let moment: DateTime | undefined;
  for (const operand of operands) {
    if (isNullish(operand)) return null;
    if (isNumeric(operand)) total = add(total, operand, 'double');
    else if (!(operand instanceof DateTime)) {
      throw new EngineError(
        'TypeMismatch',
        `$add only supports numeric or date types, not ${typeName(operand)}`,
      );
    } else if (moment) throw new EngineError('Location16612', 'only one date allowed in an $add expression');
    else moment = operand;
  }
  return moment ? later(moment, total) : total;
});

const subtractOperands = fixed('$subtract', 2, (from, by) => {
  if (isNullish(from) || isNullish(by)) return null;
  if (isNumeric(from) && isNumeric(by)) return subtract(from, by, 'double');
  if (from instanceof DateTime && by instanceof DateTime) return Long.fromBigInt(from.ms - by.ms);
  if (from instanceof DateTime && isNumeric(by)) return later(from, subtract(zero, by, 'double'));
  throw new EngineError('TypeMismatch', `can't $subtract ${nameOf(by)} from ${nameOf(from)}`);
});

const multiplyOperands = variadic((operands) => {
  let product: Numeric = new Int32(1);
  for (const operand of operands) {
    if (isNullish(operand)) return null;
    if (!isNumeric(operand)) {
      throw new EngineError(
        'TypeMismatch',
        `$multiply only supports numeric types, not ${typeName(operand)}`,
      );
    }
    product = multiply(product, operand, 'double');
  }
  return product;
});

const divideOperands = fixed('$divide', 2, (dividend, divisor) => {
  if (isNullish(dividend) || isNullish(divisor)) return null;
  if (!isNumeric(dividend) || !isNumeric(divisor)) {
    throw new EngineError(
      'TypeMismatch',
      `$divide only supports numeric types, not ${nameOf(dividend)} and ${nameOf(divisor)}`,
    );
  }
  if (compareNumbers(divisor, zero) === 0) throw new EngineError('BadValue', "can't $divide by zero");
  return divide(dividend, divisor);
});

const modOperands = fixed('$mod', 2, (dividend, divisor) => {
  if (isNullish(dividend) || isNullish(divisor)) return null;
  if (!isNumeric(dividend) || !isNumeric(divisor)) {
    throw new EngineError(
      'Location16611',
      `$mod only supports numeric types, not ${nameOf(dividend)} and ${nameOf(divisor)}`,
    );
  }
  if (compareNumbers(divisor, zero) === 0) throw new EngineError('Location16610', "can't $mod by zero");
  return mod(dividend, divisor);
});

const absolute = fixed('$abs', 1, (value) => {
  if (isNullish(value)) return null;
  if (!isNumeric(value)) {
    throw new EngineError('Location28765', `$abs only supports numeric types, not ${typeName(value)}`);
  }
  if (value instanceof Double) return new Double(Math.abs(value.value));
  if (value instanceof Decimal128) return Decimal128.fromString(value.toString().replace(/^-/, ''));
  if (compareNumbers(value, zero) >= 0) return value;
  if (value instanceof Long && value.eq(Long.MIN_VALUE)) {
    throw new EngineError('Location28680', "can't take $abs of long long min");
  }
  return subtract(zero, value);
});

export const arithmeticOperators: readonly [string, ExpressionOperator][] = [
  ['$abs', absolute],
  ['$add', addOperands],
  ['$ceil', roundingOperator('$ceil', 'up')],
  ['$divide', divideOperands],
  ['$floor', roundingOperator('$floor', 'down')],
  ['$mod', modOperands],
  ['$multiply', multiplyOperands],
  ['$round', roundingOperator('$round', 'nearest')],
  ['$subtract', subtractOperands],
  ['$trunc', roundingOperator('$trunc', 'towards zero')],
];
