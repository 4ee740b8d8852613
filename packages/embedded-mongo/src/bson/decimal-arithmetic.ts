import { digitCount, finite, infinity, NAN, power10, type Decimal } from './decimal.js';

/** One digit more than a Decimal128 holds, so that the last rounding sees on which side of a tie it is. */
const QUOTIENT_DIGITS = 36;

/** The exact sum; round it with `toDecimal128`. */
export function addDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return NAN;
  if (a.kind === 'infinity') return b.kind === 'infinity' && a.negative !== b.negative ? NAN : a;
  if (b.kind === 'infinity') return b;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = signed(a, exponent) + signed(b, exponent);
  const negative = sum < 0n || (sum === 0n && a.negative && b.negative);
  return finite(negative, sum < 0n ? -sum : sum, exponent);
}

function signed(value: Decimal, exponent: number): bigint {
  const scaled = value.coefficient * power10(value.exponent - exponent);
  return value.negative ? -scaled : scaled;
}

/** The value with the opposite sign. */
function negateDecimal(value: Decimal): Decimal {
  return { ...value, negative: !value.negative };
}

/** The exact difference; round it with `toDecimal128`. */
export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  return addDecimals(a, negateDecimal(b));
}

/** The exact product; round it with `toDecimal128`. */
export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return NAN;
  const negative = a.negative !== b.negative;
  if (a.kind === 'infinity' || b.kind === 'infinity') {
    return isZero(a) || isZero(b) ? NAN : infinity(negative);
  }
  return finite(negative, a.coefficient * b.coefficient, a.exponent + b.exponent);
}

/** The quotient of two decimals, with digits enough that `toDecimal128` rounds it as if it were exact. `b` is not 0. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return NAN;
  const negative = a.negative !== b.negative;
  if (a.kind === 'infinity') return b.kind === 'infinity' ? NAN : infinity(negative);
  if (b.kind === 'infinity') return finite(negative, 0n, -6176);
  const shift = Math.max(0, QUOTIENT_DIGITS + digitCount(b.coefficient) - digitCount(a.coefficient));
  const dividend = a.coefficient * power10(shift);
  let quotient = dividend / b.coefficient;
  let exponent = a.exponent - b.exponent - shift;
  if (quotient * b.coefficient !== dividend) {
    // A digit behind the last stands for all that follow: it only breaks ties.
    return finite(negative, quotient * 10n + 1n, exponent - 1);
  }
  const preferred = a.exponent - b.exponent;
  while (exponent < preferred && quotient % 10n === 0n) {
    quotient /= 10n;
    exponent++;
  }
  return finite(negative, quotient, exponent);
}

/** What a division to a whole quotient, rounded towards 0, leaves over; it has the sign of `a`. `b` is not 0. */
export function remainderOfDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind !== 'finite' || b.kind === 'nan') return NAN;
  if (b.kind === 'infinity') return a;
  const exponent = Math.min(a.exponent, b.exponent);
  const dividend = a.coefficient * power10(a.exponent - exponent);
  const divisor = b.coefficient * power10(b.exponent - exponent);
  return finite(a.negative, dividend % divisor, exponent);
}

function isZero(value: Decimal): boolean {
  return value.kind === 'finite' && value.coefficient === 0n;
}
