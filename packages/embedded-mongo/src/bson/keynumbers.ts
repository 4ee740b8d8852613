import { Decimal128, Long } from 'bson';
import { compareDecimals, digitCount, exactDecimal, power10, readDecimal, type Decimal } from './decimal.js';
import type { Numeric } from './types.js';

/*
 * A number's key is a class byte and the bytes of its magnitude, inverted for negative numbers. Equal numbers of
 * different types have one key, and no key is the beginning of another.
 *
 * - 1 ≤ |x| < 2^63: the class tells how many bytes follow (1 to 8), which hold twice the integer part, plus 1 if there
 *   is a fraction. A fraction follows as 52 bits and 4 bits of mark in 7 bytes.
 * - smaller and larger: the 63 bits of the double nearest to x in the direction of 0, and 1 bit of mark, in 8 bytes.
 *
 * The mark says that the number, a decimal then, lies above what the bits say. It is followed by the decimal itself:
 * the place of its first digit (2 bytes) and its digits, two a byte, up to a 0 byte. Only decimals between the same
 * two neighbouring bit patterns are told apart by these, so their order is all that counts.
 */
const NAN = 30;
const NEGATIVE_INFINITY = 31;
const NEGATIVE_LARGE = 32;
const NEGATIVE_8_BYTES = 33;
const NEGATIVE_SMALL = 41;
const ZERO = 42;
const POSITIVE_SMALL = 43;
const POSITIVE_1_BYTE = 44;
const POSITIVE_LARGE = 52;
const POSITIVE_INFINITY = 53;

const TWO_32 = 2 ** 32;
const TWO_52 = 2 ** 52;
const TWO_63 = 2 ** 63;
const PLACE_BIAS = 0x4000;
const eight = new DataView(new ArrayBuffer(8));
const char = String.fromCharCode;

/** The key of a number. */
export function encodeNumber(value: Numeric): string {
  if (value instanceof Long) return encodeLong(value.low, value.high);
  return value instanceof Decimal128 ? encodeDecimal(readDecimal(value)) : encodeDouble(value.value);
}

function encodeDouble(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1 && magnitude < TWO_63) {
    const whole = Math.floor(magnitude);
    const fraction = magnitude - whole;
    const doubled = whole * 2;
    const high = Math.floor(doubled / TWO_32);
    if (fraction === 0) return encodeWhole(value < 0, high, doubled - high * TWO_32);
    return (
      encodeWhole(value < 0, high, doubled - high * TWO_32 + 1) +
      encodeFraction(value < 0, fraction * TWO_52, 0)
    );
  }
  if (value === 0) return char(ZERO);
  if (magnitude === Infinity) return char(value < 0 ? NEGATIVE_INFINITY : POSITIVE_INFINITY);
  return magnitude > 0 ? encodeBits(value < 0, magnitude, 0) : char(NAN);
}

function encodeLong(low: number, high: number): string {
  if (high === 0 && low === 0) return char(ZERO);
  if (high >= 0) return encodeWhole(false, ((high << 1) | (low >>> 31)) >>> 0, (low << 1) >>> 0);
  if (high === -0x80000000 && low === 0) return encodeBits(true, TWO_63, 0);
  const positiveLow = -low | 0;
  const positiveHigh = low === 0 ? -high : ~high;
  return encodeWhole(true, ((positiveHigh << 1) | (positiveLow >>> 31)) >>> 0, (positiveLow << 1) >>> 0);
}

/** Class byte and integer part; `high` and `low` are the two 32-bit halves of twice the integer part plus the mark. */
function encodeWhole(negative: boolean, high: number, low: number): string {
  const length = high === 0 ? byteCount(low) : 4 + byteCount(high);
  const first = negative ? NEGATIVE_8_BYTES + 8 - length : POSITIVE_1_BYTE - 1 + length;
  const h = negative ? ~high : high;
  const l = negative ? ~low : low;
  const a = (l >>> 24) & 0xff;
  const b = (l >>> 16) & 0xff;
  const c = (l >>> 8) & 0xff;
  const d = l & 0xff;
  switch (length) {
    case 1:
      return char(first, d);
    case 2:
      return char(first, c, d);
    case 3:
      return char(first, b, c, d);
    case 4:
      return char(first, a, b, c, d);
    case 5:
      return char(first, h & 0xff, a, b, c, d);
    case 6:
      return char(first, (h >>> 8) & 0xff, h & 0xff, a, b, c, d);
    case 7:
      return char(first, (h >>> 16) & 0xff, (h >>> 8) & 0xff, h & 0xff, a, b, c, d);
    default:
      return char(first, (h >>> 24) & 0xff, (h >>> 16) & 0xff, (h >>> 8) & 0xff, h & 0xff, a, b, c, d);
  }
}

function byteCount(word: number): number {
  return word < 0x10000 ? (word < 0x100 ? 1 : 2) : word < 0x1000000 ? 3 : 4;
}

/** The fraction in units of 2^-52, an integer below 2^52. */
function encodeFraction(negative: boolean, units: number, mark: 0 | 1): string {
  const high = Math.floor(units / 2 ** 28);
  const low = (units - high * 2 ** 28) * 16 + mark;
  const h = negative ? ~high : high;
  const l = negative ? ~low : low;
  return char(
    (h >>> 16) & 0xff,
    (h >>> 8) & 0xff,
    h & 0xff,
    (l >>> 24) & 0xff,
    (l >>> 16) & 0xff,
    (l >>> 8) & 0xff,
    l & 0xff,
  );
}

/** Class byte and bits of a magnitude below 1 or from 2^63 on. */
function encodeBits(negative: boolean, magnitude: number, mark: 0 | 1): string {
  eight.setFloat64(0, magnitude);
  const top = eight.getUint32(0);
  const bottom = eight.getUint32(4);
  const high = (top << 1) | (bottom >>> 31);
  const low = (bottom << 1) | mark;
  const h = negative ? ~high : high;
  const l = negative ? ~low : low;
  const small = negative ? NEGATIVE_SMALL : POSITIVE_SMALL;
  const large = negative ? NEGATIVE_LARGE : POSITIVE_LARGE;
  return char(
    magnitude < 1 ? small : large,
    h >>> 24,
    (h >>> 16) & 0xff,
    (h >>> 8) & 0xff,
    h & 0xff,
    l >>> 24,
    (l >>> 16) & 0xff,
    (l >>> 8) & 0xff,
    l & 0xff,
  );
}

function encodeDecimal(value: Decimal): string {
  const { kind, negative, coefficient } = value;
  if (kind === 'nan') return char(NAN);
  if (kind === 'infinity') return char(negative ? NEGATIVE_INFINITY : POSITIVE_INFINITY);
  if (coefficient === 0n) return char(ZERO);
  const digits = coefficient.toString().replace(/0+$/, '');
  const place = value.exponent + digitCount(coefficient) - 1;
  const exponent = place - digits.length + 1;
  if (place >= 0 && place < 19) {
    const key = encodeDecimalInRange(negative, BigInt(digits), exponent, place, digits);
    if (key !== undefined) return key;
  }
  const nearest = Number(`${digits}e${exponent}`);
  const order = compareDecimals({ ...value, negative: false }, exactDecimal(nearest));
  if (order === 0) return encodeBits(negative, nearest, 0);
  const below = order > 0 ? nearest : nextBelow(nearest);
  return encodeBits(negative, below, 1) + encodeDigits(negative, place, digits);
}

/** The key of a decimal magnitude from 1 to below 2^63; undefined for larger ones. */
function encodeDecimalInRange(
  negative: boolean,
  coefficient: bigint,
  exponent: number,
  place: number,
  digits: string,
): string | undefined {
  const unit = power10(Math.max(0, -exponent));
  const scaled = exponent > 0 ? coefficient * power10(exponent) : coefficient;
  const whole = scaled / unit;
  if (whole >= 1n << 63n) return undefined;
  const rest = scaled % unit;
  const doubled = whole * 2n + (rest === 0n ? 0n : 1n);
  const key = encodeWhole(negative, Number(doubled >> 32n), Number(doubled & 0xffffffffn));
  if (rest === 0n) return key;
  const units = (rest << 52n) / unit;
  const mark = units * unit === rest << 52n ? 0 : 1;
  const fraction = encodeFraction(negative, Number(units), mark);
  return key + fraction + (mark ? encodeDigits(negative, place, digits) : '');
}

/** The next double towards 0 of a positive one; of 0 itself, 0. */
function nextBelow(value: number): number {
  if (value === 0) return 0;
  eight.setFloat64(0, value);
  eight.setBigUint64(0, eight.getBigUint64(0) - 1n);
  return eight.getFloat64(0);
}

function encodeDigits(negative: boolean, place: number, digits: string): string {
  const flip = negative ? 0xff : 0;
  const biased = place + PLACE_BIAS;
  let key = char((biased >> 8) ^ flip, (biased & 0xff) ^ flip);
  for (let i = 0; i < digits.length; i += 2) {
    key += char((1 + Number(digits.slice(i, i + 2).padEnd(2, '0'))) ^ flip);
  }
  return key + char(flip);
}
