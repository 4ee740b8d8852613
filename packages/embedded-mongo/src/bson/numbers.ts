import { Decimal128, Double, Int32, Long, Timestamp } from 'bson';
import { EngineError } from '../errors.js';
import {
  addDecimals,
  divideDecimals,
  multiplyDecimals,
  remainderOfDecimals,
  subtractDecimals,
} from './decimal-arithmetic.js';
import {
  compareDecimals,
  decimalOf15Digits,
  decimalToDouble,
  exactDecimal,
  finite,
  power10,
  readDecimal,
  toDecimal128,
  type Decimal,
} from './decimal.js';
import type { Numeric, Value } from './types.js';

/**
 * What happens when an exact result leaves the 64-bit range: `refuse` throws EngineError BadValue (updates), `double`
 * answers the nearest double (expressions).
 */
export type Overflow = 'refuse' | 'double';

const LOWEST_INT64 = -(1n << 63n);
const HIGHEST_INT64 = (1n << 63n) - 1n;

/** Whether the value is a number of any of the four types. Timestamps, a subclass of Long, are not. */
export function isNumeric(value: Value | undefined): value is Numeric {
  return (
    value instanceof Int32 ||
    value instanceof Double ||
    (value instanceof Long && !(value instanceof Timestamp)) ||
    value instanceof Decimal128
  );
}

/** The exact order of two numbers of any types; NaN equals NaN and is below all others, -0 equals 0. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  if (a instanceof Long && b instanceof Long) return a.high - b.high || (a.low >>> 0) - (b.low >>> 0);
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    return compareDecimals(exactDecimalOf(a), exactDecimalOf(b));
  }
  // A bigint compares exactly with a JS number.
  const left = a instanceof Long ? a.toBigInt() : a.value;
  const right = b instanceof Long ? b.toBigInt() : b.value;
  if (left < right) return -1;
  if (left > right) return 1;
  return Number(Number.isNaN(right)) - Number(Number.isNaN(left));
}

function exactDecimalOf(value: Numeric): Decimal {
  if (value instanceof Decimal128) return readDecimal(value);
  return value instanceof Long ? wholeDecimal(value.toBigInt()) : exactDecimal(value.value);
}

function wholeDecimal(value: bigint): Decimal {
  return finite(value < 0n, value < 0n ? -value : value, 0);
}

/** The number as a decimal operand: exact, but of a double its first 15 significant digits, as MongoDB has it. */
function operandDecimal(value: Numeric): Decimal {
  return value instanceof Double ? decimalOf15Digits(value.value) : exactDecimalOf(value);
}

/** The number as Decimal128, as `$toDecimal` makes it: of a double its first 15 significant digits. */
export function asDecimal128(value: Numeric): Decimal128 {
  return value instanceof Decimal128 ? value : toDecimal128(operandDecimal(value));
}

/** The nearest double. */
export function toDouble(value: Numeric): number {
  if (value instanceof Decimal128) return decimalToDouble(readDecimal(value));
  return value instanceof Long ? value.toNumber() : value.value;
}

/** The value as a 64-bit integer if it is exactly one (2.0 and Decimal 2.00 are), else undefined. */
export function toInt64Exact(value: Value | undefined): bigint | undefined {
  if (!isNumeric(value)) return undefined;
  if (value instanceof Long) return value.toBigInt();
  const whole =
    value instanceof Decimal128
      ? wholeOf(readDecimal(value))
      : Number.isInteger(value.value)
        ? BigInt(value.value)
        : undefined;
  return whole !== undefined && whole >= LOWEST_INT64 && whole <= HIGHEST_INT64 ? whole : undefined;
}

function wholeOf({ kind, negative, coefficient, exponent }: Decimal): bigint | undefined {
  if (kind !== 'finite') return undefined;
  if (coefficient === 0n) return 0n;
  // Beyond these no Decimal128 is a whole number of 64 bits.
  if (exponent > 18 || exponent < -33) return undefined;
  const unit = power10(Math.abs(exponent));
  if (exponent < 0 && coefficient % unit !== 0n) return undefined;
  const magnitude = exponent < 0 ? coefficient / unit : coefficient * unit;
  return negative ? -magnitude : magnitude;
}

interface Operation {
  readonly whole: (a: bigint, b: bigint) => bigint;
  readonly double: (a: number, b: number) => number;
  readonly decimal: (a: Decimal, b: Decimal) => Decimal;
}

const addition: Operation = { whole: (a, b) => a + b, double: (a, b) => a + b, decimal: addDecimals };
const subtraction: Operation = { whole: (a, b) => a - b, double: (a, b) => a - b, decimal: subtractDecimals };
const product: Operation = { whole: (a, b) => a * b, double: (a, b) => a * b, decimal: multiplyDecimals };

/** The sum: decimal if either is, else double if either is, else an exact long, or int where both were and it fits. */
export function add(a: Numeric, b: Numeric, overflow: Overflow = 'refuse'): Numeric {
  return combine(addition, a, b, overflow);
}

/** The difference, of the type that `add` would give. */
export function subtract(a: Numeric, b: Numeric, overflow: Overflow = 'refuse'): Numeric {
  return combine(subtraction, a, b, overflow);
}

/** The product, of the type that `add` would give. */
export function multiply(a: Numeric, b: Numeric, overflow: Overflow = 'refuse'): Numeric {
  return combine(product, a, b, overflow);
}

function combine(operation: Operation, a: Numeric, b: Numeric, overflow: Overflow): Numeric {
  if (a instanceof Int32 && b instanceof Int32) {
    const result = operation.double(a.value, b.value);
    if (Number.isSafeInteger(result)) {
      return (result | 0) === result ? new Int32(result) : Long.fromNumber(result);
    }
  }
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    return toDecimal128(operation.decimal(operandDecimal(a), operandDecimal(b)));
  }
  if (a instanceof Double || b instanceof Double) {
    return new Double(operation.double(toDouble(a), toDouble(b)));
  }
  const result = operation.whole(toBigInt(a), toBigInt(b));
  if (result >= LOWEST_INT64 && result <= HIGHEST_INT64) return Long.fromBigInt(result);
  if (overflow === 'double') return new Double(operation.double(toDouble(a), toDouble(b)));
  throw new EngineError('BadValue', 'the result of an integer operation does not fit 64 bits');
}

function toBigInt(value: Int32 | Long): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(value.value);
}

/** The quotient as `$divide` gives it: a decimal if either is one, else a double. EngineError BadValue for a divisor 0. */
export function divide(a: Numeric, b: Numeric): Numeric {
  refuseZero(b, '$divide');
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    return toDecimal128(divideDecimals(operandDecimal(a), operandDecimal(b)));
  }
  return new Double(toDouble(a) / toDouble(b));
}

/**
 * The remainder as `$mod` gives it, with the sign of `a`: decimal if either is; double if `a` is one, or `b` is one
 * that is no 32-bit integer; else long or int. EngineError BadValue for a divisor 0.
 */
export function mod(a: Numeric, b: Numeric): Numeric {
  refuseZero(b, '$mod');
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    return toDecimal128(remainderOfDecimals(operandDecimal(a), operandDecimal(b)));
  }
  if (a instanceof Double || (b instanceof Double && (b.value | 0) !== b.value)) {
    return new Double(toDouble(a) % toDouble(b));
  }
  const divisor = b instanceof Double ? new Int32(b.value) : b;
  if (a instanceof Int32 && divisor instanceof Int32) return new Int32(a.value % divisor.value);
  return Long.fromBigInt(toBigInt(a) % toBigInt(divisor));
}

function refuseZero(divisor: Numeric, operator: string): void {
  // Not by the nearest double: a small decimal's is 0.
  const zero = divisor instanceof Decimal128 ? wholeOf(readDecimal(divisor)) === 0n : toDouble(divisor) === 0;
  if (zero) throw new EngineError('BadValue', `can't ${operator} by zero`);
}

/** The bitwise and of two ints or longs; an int if both are. EngineError BadValue for other types. */
export function bitAnd(a: Numeric, b: Numeric): Int32 | Long {
  return bitwise(a, b, (x, y) => x & y);
}

/** The bitwise or of two ints or longs; an int if both are. EngineError BadValue for other types. */
export function bitOr(a: Numeric, b: Numeric): Int32 | Long {
  return bitwise(a, b, (x, y) => x | y);
}

/** The bitwise exclusive or of two ints or longs; an int if both are. EngineError BadValue for other types. */
export function bitXor(a: Numeric, b: Numeric): Int32 | Long {
  return bitwise(a, b, (x, y) => x ^ y);
}

function bitwise(a: Numeric, b: Numeric, operation: (x: number, y: number) => number): Int32 | Long {
  if (a instanceof Int32 && b instanceof Int32) return new Int32(operation(a.value, b.value));
  const left = asLong(a);
  const right = asLong(b);
  return new Long(operation(left.low, right.low), operation(left.high, right.high));
}

function asLong(value: Numeric): Long {
  if (value instanceof Int32) return Long.fromInt(value.value);
  if (value instanceof Long) return value;
  throw new EngineError('BadValue', 'bitwise operations take ints and longs only');
}
