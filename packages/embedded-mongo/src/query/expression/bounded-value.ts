import { Binary } from 'bson';
import type { Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { isArray } from '../values.js';

/** What a computed value may weigh, in bytes as BSON, roughly; three times what a stored document may. */
const MAX_WEIGHT = 48_000_000;
const SCALAR = 12;
/** Up to this weight a value is simply walked through. */
const QUICK_WEIGHT = 64_000;

/** Weights of values that have others in them. None of these is changed once an expression has seen it. */
const weights = new WeakMap<object, number>();

/**
 * Gives the value back. A value may hold another in many places at no cost of memory, so that a few expressions make
 * one that would take years to walk through, and more than all memory to write; such a one throws BSONObjectTooLarge.
 */
export function bounded<T extends Value>(value: T): T {
  if (spare(value, QUICK_WEIGHT) < 0 && weightOf(value) > MAX_WEIGHT) {
    throw new EngineError('BSONObjectTooLarge', 'a computed value is larger than 48,000,000 bytes');
  }
  return value;
}

/** What is left of an allowance after the value; negative where that is not enough, and the walk ends there. */
function spare(value: Value, allowance: number): number {
  let left = allowance - SCALAR;
  if (typeof value === 'string') return left - value.length;
  if (value instanceof Map) {
    for (const field of value.values()) {
      if (left < 0) break;
      left = spare(field, left);
    }
  } else if (isArray(value)) {
    for (const item of value) {
      if (left < 0) break;
      left = spare(item, left);
    }
  } else if (value instanceof Binary) left -= value.position;
  return left;
}

/** Throws BSONObjectTooLarge for an array of so many items, before it is made. */
export function checkLength(items: number): void {
  if (items * SCALAR <= MAX_WEIGHT) return;
  throw new EngineError('BSONObjectTooLarge', 'a computed value is larger than 48,000,000 bytes');
}

function weightOf(value: Value): number {
  if (typeof value === 'string') return SCALAR + value.length;
  if (value instanceof Binary) return SCALAR + value.position;
  if (!isArray(value) && !(value instanceof Map)) return SCALAR;
  const known = weights.get(value);
  if (known !== undefined) return known;
  let weight = SCALAR;
  if (isArray(value)) for (const item of value) weight += weightOf(item);
  else for (const [name, field] of value) weight += name.length + weightOf(field);
  weights.set(value, weight);
  return weight;
}
