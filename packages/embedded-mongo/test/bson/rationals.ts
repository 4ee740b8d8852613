import { Decimal128, Long } from 'bson';
import type { Numeric } from '../../src/bson/types.js';

/** A number as a fraction of two integers, made from how it prints; independent of the engine's own arithmetic. */
type Rational = readonly [numerator: bigint, denominator: bigint];

const LOWEST = -2;
const NEGATIVE_INFINITY = -1;
const FINITE = 0;
const POSITIVE_INFINITY = 1;

/** The order of two numbers by their exact values: -1, 0 or 1, NaN below all. */
export function compareExactly(a: Numeric, b: Numeric): number {
  const group = groupOf(a) - groupOf(b);
  if (group !== 0 || groupOf(a) !== FINITE) return Math.sign(group);
  const [leftNumerator, leftDenominator] = rational(a);
  const [rightNumerator, rightDenominator] = rational(b);
  const left = leftNumerator * rightDenominator;
  const right = rightNumerator * leftDenominator;
  return left < right ? -1 : left > right ? 1 : 0;
}

function groupOf(value: Numeric): number {
  const printed = value.toString();
  if (printed === 'NaN') return LOWEST;
  if (printed === '-Infinity') return NEGATIVE_INFINITY;
  return printed === 'Infinity' ? POSITIVE_INFINITY : FINITE;
}

function rational(value: Numeric): Rational {
  if (value instanceof Long) return [BigInt(value.toString()), 1n];
  return value instanceof Decimal128 ? fromDecimal(value.toString()) : fromBinary(value.value.toString(2));
}

function fromDecimal(printed: string): Rational {
  const [digits = '', exponent = '0'] = printed.split('E');
  const [whole = '', fraction = ''] = digits.split('.');
  const scale = Number(exponent) - fraction.length;
  const all = BigInt(whole + fraction);
  return scale >= 0 ? [all * 10n ** BigInt(scale), 1n] : [all, 10n ** BigInt(-scale)];
}

/** JS prints doubles in base 2 in full, without an exponent. */
function fromBinary(printed: string): Rational {
  const negative = printed.startsWith('-');
  const [whole = '', fraction = ''] = printed.replace('-', '').split('.');
  const magnitude = BigInt(`0b${whole}${fraction}`);
  return [negative ? -magnitude : magnitude, 2n ** BigInt(fraction.length)];
}
