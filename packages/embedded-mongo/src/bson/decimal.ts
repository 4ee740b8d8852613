import { Decimal128 } from 'bson';

/** A Decimal128 taken apart: (-1)^negative × coefficient × 10^exponent, an infinity or NaN. */
export interface Decimal {
  readonly kind: 'finite' | 'infinity' | 'nan';
  readonly negative: boolean;
  readonly coefficient: bigint;
  readonly exponent: number;
}

const DIGITS = 34;
const LARGEST_COEFFICIENT = 10n ** 34n - 1n;
const BIAS = 6176;
const LOWEST_EXPONENT = -6176;
const HIGHEST_EXPONENT = 6111;

export const NAN: Decimal = { kind: 'nan', negative: false, coefficient: 0n, exponent: 0 };

/** A finite decimal of any size; it need not fit a Decimal128. */
export function finite(negative: boolean, coefficient: bigint, exponent: number): Decimal {
  return { kind: 'finite', negative, coefficient, exponent };
}

/** An infinity of the given sign. */
export function infinity(negative: boolean): Decimal {
  return { kind: 'infinity', negative, coefficient: 0n, exponent: 0 };
}

/** Takes a Decimal128 apart. A coefficient that no canonical Decimal128 has counts as 0, as IEEE 754 says. */
export function readDecimal(value: Decimal128): Decimal {
  const bytes = value.bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const high = view.getBigUint64(8, true);
  const top = view.getUint32(12, true);
  const negative = top >>> 31 === 1;
  if (((top >>> 29) & 3) === 3) {
    const special = (top >>> 26) & 0x1f;
    if (special === 0x1f) return NAN;
    if (special === 0x1e) return infinity(negative);
    return finite(negative, 0n, ((top >>> 15) & 0x3fff) - BIAS);
  }
  const coefficient = ((high & 0x1ffffffffffffn) << 64n) | view.getBigUint64(0, true);
  const exponent = ((top >>> 17) & 0x3fff) - BIAS;
  return finite(negative, coefficient > LARGEST_COEFFICIENT ? 0n : coefficient, exponent);
}

/** The Decimal128 nearest to the value: 34 digits, ties to even, too large is infinite. */
export function toDecimal128(value: Decimal): Decimal128 {
  if (value.kind !== 'finite') {
    return pack(value.negative, value.kind === 'nan' ? 0x7c00n : 0x7800n, 0n);
  }
  let { coefficient, exponent } = value;
  // One rounding only, to the precision and to the lowest exponent at once.
  const excess = Math.max(digitCount(coefficient) - DIGITS, LOWEST_EXPONENT - exponent);
  if (excess > 0) {
    coefficient = roundHalfEven(coefficient, excess);
    exponent += excess;
    if (coefficient > LARGEST_COEFFICIENT) {
      coefficient /= 10n;
      exponent++;
    }
  }
  if (exponent > HIGHEST_EXPONENT) {
    const padding = exponent - HIGHEST_EXPONENT;
    if (coefficient !== 0n) {
      if (digitCount(coefficient) + padding > DIGITS) return pack(value.negative, 0x7800n, 0n);
      coefficient *= power10(padding);
    }
    exponent = HIGHEST_EXPONENT;
  }
  return pack(value.negative, BigInt(exponent + BIAS) << 1n, coefficient);
}

/** `top` holds the 16 bits below the sign that come before the coefficient's upper 49 bits (one bit shared). */
function pack(negative: boolean, top: bigint, coefficient: bigint): Decimal128 {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt.asUintN(64, coefficient), true);
  view.setBigUint64(8, (negative ? 1n << 63n : 0n) | (top << 48n) | (coefficient >> 64n), true);
  return new Decimal128(bytes);
}

/** The coefficient without its last `digits` decimal digits, rounded to nearest, ties to even. */
function roundHalfEven(coefficient: bigint, digits: number): bigint {
  if (digits > digitCount(coefficient)) return 0n;
  const unit = power10(digits);
  const quotient = coefficient / unit;
  const twice = (coefficient % unit) * 2n;
  const up = twice > unit || (twice === unit && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}

/** How many decimal digits a coefficient has; 1 for 0. */
export function digitCount(coefficient: bigint): number {
  return coefficient.toString().length;
}

const powers: bigint[] = Array.from({ length: 70 }, (_, n) => 10n ** BigInt(n));

/** 10 to the power of a non-negative integer. */
export function power10(exponent: number): bigint {
  return powers[exponent] ?? 10n ** BigInt(exponent);
}

/** The exact value of a double. */
export function exactDecimal(value: number): Decimal {
  if (Number.isNaN(value)) return NAN;
  const negative = value < 0 || Object.is(value, -0);
  if (!Number.isFinite(value)) return infinity(negative);
  if (Number.isInteger(value)) return finite(negative, BigInt(Math.abs(value)), 0);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const significand = field === 0 ? fraction : fraction | (1n << 52n);
  const binary = Math.max(field, 1) - 1075;
  return finite(negative, significand * 5n ** BigInt(-binary), binary);
}

/** The double's value to 15 significant digits, which is what MongoDB makes of a double that meets a decimal. */
export function decimalOf15Digits(value: number): Decimal {
  const exact = exactDecimal(value);
  if (exact.kind !== 'finite' || exact.coefficient === 0n) return exact;
  const missing = 15 - digitCount(exact.coefficient);
  if (missing >= 0) {
    return finite(exact.negative, exact.coefficient * power10(missing), exact.exponent - missing);
  }
  const rounded = roundHalfEven(exact.coefficient, -missing);
  const carried = digitCount(rounded) > 15;
  return finite(
    exact.negative,
    carried ? rounded / 10n : rounded,
    exact.exponent - missing + (carried ? 1 : 0),
  );
}

/** The double nearest to the value. */
export function decimalToDouble(value: Decimal): number {
  if (value.kind === 'nan') return NaN;
  const magnitude = value.kind === 'infinity' ? Infinity : Number(`${value.coefficient}e${value.exponent}`);
  return value.negative ? -magnitude : magnitude;
}

/** The order of two decimals by value; NaN is equal to NaN and below everything else, zeros are equal. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.kind === 'nan' || b.kind === 'nan') return Number(b.kind === 'nan') - Number(a.kind === 'nan');
  const sign = signOf(a);
  if (sign !== signOf(b)) return sign - signOf(b);
  if (sign === 0) return 0;
  return sign > 0 ? compareMagnitudes(a, b) : compareMagnitudes(b, a);
}

function signOf(value: Decimal): number {
  if (value.kind === 'finite' && value.coefficient === 0n) return 0;
  return value.negative ? -1 : 1;
}

function compareMagnitudes(a: Decimal, b: Decimal): number {
  if (a.kind === 'infinity' || b.kind === 'infinity') {
    return Number(a.kind === 'infinity') - Number(b.kind === 'infinity');
  }
  const places = leadingPlace(a) - leadingPlace(b);
  if (places !== 0) return places;
  const lowest = Math.min(a.exponent, b.exponent);
  const left = a.coefficient * power10(a.exponent - lowest);
  const right = b.coefficient * power10(b.exponent - lowest);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The power of ten of a value's first digit; the value is not 0. */
function leadingPlace(value: Decimal): number {
  return value.exponent + digitCount(value.coefficient) - 1;
}
