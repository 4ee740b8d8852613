import { Binary, BSONRegExp, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId } from 'bson';
import { DateTime, type Doc, type Value } from '../../src/bson/types.js';
import { EngineError } from '../../src/errors.js';
import { describe } from '../../src/query/values.js';
import { identical } from '../../src/update/identical.js';

/** Plain JavaScript as tests write it: integers are ints, other numbers doubles, bigints longs. */
export type Plain =
  number | bigint | RegExp | Date | Value | readonly Plain[] | { readonly [name: string]: Plain };

/** A BSON value of plain JavaScript. */
export function value(plain: Plain): Value {
  if (plain === null || typeof plain === 'boolean' || typeof plain === 'string') return plain;
  if (typeof plain === 'number') {
    return (plain | 0) === plain && !Object.is(plain, -0) ? new Int32(plain) : new Double(plain);
  }
  if (typeof plain === 'bigint') return Long.fromBigInt(plain);
  if (plain instanceof RegExp) return new BSONRegExp(plain.source, plain.flags);
  if (plain instanceof Date) return new DateTime(BigInt(plain.getTime()));
  if (Array.isArray(plain)) return plain.map((item: Plain) => value(item));
  if (plain instanceof Map || Object.getPrototypeOf(plain) !== Object.prototype) return plain as Value;
  return doc(plain as Record<string, Plain>);
}

/** A document of a plain object, fields in their order. */
export function doc(plain: { readonly [name: string]: Plain }): Doc {
  return new Map(Object.entries(plain).map(([name, inner]) => [name, value(inner)]));
}

/** A document of entries, where an object's order of integer-like names or `__proto__` would be in the way. */
export function entries(...fields: [name: string, inner: Plain][]): Doc {
  return new Map(fields.map(([name, inner]) => [name, value(inner)]));
}

export const decimal = (text: string): Decimal128 => Decimal128.fromString(text);
export const double = (number: number): Double => new Double(number);
export const id = (digit: string): ObjectId => new ObjectId(digit.repeat(24));
export const bytes = (...octets: number[]): Binary => new Binary(Uint8Array.from(octets));
export const lowest = new MinKey();
export const highest = new MaxKey();

/** The code of the EngineError that the action throws. */
export function codeOf(action: () => unknown): number | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  return undefined;
}

/** Demands the very same BSON: types of numbers and the order of fields count, which jest's own equality overlooks. */
export function expectIdentical(
  actual: Value | undefined,
  expected: Value | undefined,
  what: Plain = '',
): void {
  if (identical(actual, expected)) return;
  throw new Error(`${describe(value(what))} gave ${describe(actual)}, not ${describe(expected)}`);
}
