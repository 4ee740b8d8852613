import { BSONError, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { typeName } from '../../bson/compare.js';
import { isNumeric, toDouble } from '../../bson/numbers.js';
import { DateTime, type Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { dateText, parseDate } from '../dates/text.js';
import { truncatedInt64 } from '../integers.js';
import { doubleText } from './number-text.js';
import { isTruthy } from '../values.js';

/** The types that a value can be converted to. */
export const TARGETS = ['bool', 'date', 'decimal', 'double', 'int', 'long', 'objectId', 'string'] as const;

export type Target = (typeof TARGETS)[number];

export function isTarget(name: string): name is Target {
  return (TARGETS as readonly string[]).includes(name);
}

/** The value as one of another type. Throws ConversionFailure where there is none. */
export function convertTo(target: Target, value: Value): Value {
  const converted = converters[target](value);
  if (converted !== undefined) return converted;
  throw failure(
    `Unsupported conversion from ${typeName(value)} to ${target} in $convert with no onError value`,
  );
}

const converters: Readonly<Record<Target, (value: Value) => Value | undefined>> = {
  bool: (value) => isTruthy(value),
  date: toDate,
  decimal: toDecimal,
  double: toDoubleValue,
  int: toInt,
  long: toLong,
  objectId: toObjectId,
  string: toText,
};

function failure(message: string): EngineError {
  return new EngineError('ConversionFailure', message);
}

function unreadable(text: string, type: string): EngineError {
  return failure(`Failed to parse ${type} '${text.slice(0, 100)}' in $convert with no onError value`);
}

function toText(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Double) return doubleText(value.value);
  if (isNumeric(value)) return value.toString();
  if (value instanceof ObjectId) return value.toHexString();
  if (!(value instanceof DateTime)) return undefined;
  const text = dateText(value);
  if (text === undefined) throw failure('the date is beyond what a string can show');
  return text;
}

function toInt(value: Value): Int32 | undefined {
  const integer = integerOf(value, 'int');
  if (integer === undefined || BigInt.asIntN(32, integer) === integer) {
    return integer === undefined ? undefined : new Int32(Number(integer));
  }
  throw overflow();
}

function toLong(value: Value): Long | undefined {
  if (value instanceof DateTime) return Long.fromBigInt(value.ms);
  const integer = integerOf(value, 'long');
  return integer === undefined ? undefined : Long.fromBigInt(integer);
}

function integerOf(value: Value, type: string): bigint | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'string') {
    if (!/^[-+]?\d{1,30}$/.test(value)) throw unreadable(value, `number of type ${type}`);
    const integer = BigInt(value.replace(/^\+/, ''));
    if (BigInt.asIntN(64, integer) !== integer) throw overflow();
    return integer;
  }
  if (!isNumeric(value)) return undefined;
  const integer = truncatedInt64(value);
  if (integer === undefined) throw overflow();
  return integer;
}

function overflow(): EngineError {
  return failure('Conversion would overflow target type in $convert with no onError value');
}

const NUMBER = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i;
const NO_NUMBER = /^[-+]?(infinity|inf|nan)$/i;

function toDoubleValue(value: Value): Double | undefined {
  if (typeof value === 'boolean') return new Double(value ? 1 : 0);
  if (value instanceof DateTime) return new Double(Number(value.ms));
  if (typeof value === 'string') return new Double(parseDouble(value));
  if (!isNumeric(value)) return undefined;
  const number = toDouble(value);
  const wasFinite = !(value instanceof Decimal128) || !/inf/i.test(value.toString());
  if (wasFinite && Math.abs(number) === Infinity && !(value instanceof Double)) throw overflow();
  return new Double(number);
}

function parseDouble(text: string): number {
  if (NUMBER.test(text)) {
    const number = Number(text);
    if (!Number.isFinite(number)) throw overflow();
    return number;
  }
  if (!NO_NUMBER.test(text)) throw unreadable(text, 'number');
  if (/nan/i.test(text)) return Number.NaN;
  return text.startsWith('-') ? -Infinity : Infinity;
}

function toDecimal(value: Value): Decimal128 | undefined {
  if (typeof value === 'boolean') return Decimal128.fromString(value ? '1' : '0');
  if (value instanceof DateTime) return Decimal128.fromString(String(value.ms));
  if (value instanceof Decimal128) return value;
  if (typeof value === 'string') {
    return parseDecimal(value);
  }
  if (value instanceof Double) return Decimal128.fromString(surelyHeld(value.value));
  return isNumeric(value) ? Decimal128.fromString(value.toString()) : undefined;
}

function parseDecimal(text: string): Decimal128 {
  if (!NUMBER.test(text) && !NO_NUMBER.test(text)) throw unreadable(text, 'number');
  try {
    return Decimal128.fromStringWithRounding(text);
  } catch (error) {
    // Too large, or too long to be read.
    if (!(error instanceof BSONError)) throw error;
    throw overflow();
  }
}

/** A double with the 15 digits that it surely holds, as MongoDB makes decimals of doubles. */
function surelyHeld(number: number): string {
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number < 0 ? '-Infinity' : 'Infinity';
  return number === 0 ? (Object.is(number, -0) ? '-0' : '0') : number.toExponential(14);
}

function toDate(value: Value): DateTime | undefined {
  if (value instanceof DateTime) return value;
  if (value instanceof ObjectId) return new DateTime(BigInt(value.getTimestamp().getTime()));
  if (value instanceof Timestamp) return new DateTime(BigInt(value.t) * 1000n);
  if (typeof value === 'string') {
    const date = parseDate(value);
    if (date === undefined) throw unreadable(value, 'date');
    return date;
  }
  if (!isNumeric(value) || value instanceof Int32) return undefined;
  const ms = truncatedInt64(value);
  if (ms === undefined) throw overflow();
  return new DateTime(ms);
}

function toObjectId(value: Value): ObjectId | undefined {
  if (value instanceof ObjectId) return value;
  if (typeof value !== 'string') return undefined;
  if (/^[0-9a-f]{24}$/i.test(value)) return new ObjectId(value);
  throw unreadable(value, 'objectId');
}
