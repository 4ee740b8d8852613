import { Decimal128, Double, Int32, Long } from 'bson';
import type { Numeric } from '../../src/bson/types.js';

/** A number as a whole one and a power of ten. */
interface Exact {
  readonly digits: bigint;
  readonly exponent: number;
}

const [MIN_INT, MAX_INT] = [-(2n ** 31n), 2n ** 31n - 1n];
const [MIN_LONG, MAX_LONG] = [-(2n ** 63n), 2n ** 63n - 1n];

/** `$inc` or `$mul`; `undefined` where the result is beyond every integer type. */
export function calculatedExactly(operator: '$inc' | '$mul', a: Numeric, b: Numeric): Numeric | undefined {
  if (a instanceof Decimal128 || b instanceof Decimal128)
    return decimalOf(combined(operator, exact(a), exact(b)));
  if (a instanceof Double || b instanceof Double) {
    const [left, right] = [Number(a.toString()), Number(b.toString())];
    return new Double(operator === '$inc' ? left + right : left * right);
  }
  const { digits } = combined(operator, exact(a), exact(b));
  if (a instanceof Int32 && b instanceof Int32 && digits >= MIN_INT && digits <= MAX_INT) {
    return new Int32(Number(digits));
  }
  return digits >= MIN_LONG && digits <= MAX_LONG ? Long.fromBigInt(digits) : undefined;
}

function combined(operator: '$inc' | '$mul', a: Exact, b: Exact): Exact {
  if (operator === '$mul') return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent };
  const exponent = Math.min(a.exponent, b.exponent);
  const at = (one: Exact): bigint => one.digits * 10n ** BigInt(one.exponent - exponent);
  return { digits: at(a) + at(b), exponent };
}

function exact(number: Numeric): Exact {
  const [whole = '', fraction = ''] = number.toString().split('.');
  return { digits: BigInt(whole + fraction), exponent: -fraction.length };
}

function decimalOf({ digits, exponent }: Exact): Decimal128 {
  return Decimal128.fromString(`${String(digits)}E${String(exponent)}`);
}
