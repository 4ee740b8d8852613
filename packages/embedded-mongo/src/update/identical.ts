import { Binary, BSONRegExp, Decimal128, Double, Int32, Long } from 'bson';
import { equalValues, typeName } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { isArray } from '../query/values.js';

/** Whether two values have the same BSON bytes: other than in comparisons, number types and -0 make a difference. */
export function identical(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a === null || b === null) return false;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof Map) return b instanceof Map && identicalDocuments(a, b);
  if (isArray(a)) {
    return isArray(b) && a.length === b.length && a.every((item, i) => identical(item, b[i]));
  }
  return !(b instanceof Map) && !isArray(b) && identicalScalars(a, b);
}

function identicalDocuments(a: Doc, b: Doc): boolean {
  if (a.size !== b.size) return false;
  const others = b.entries();
  for (const [name, value] of a) {
    const [otherName, otherValue] = others.next().value as [string, Value];
    if (name !== otherName || !identical(value, otherValue)) return false;
  }
  return true;
}

function identicalScalars(
  a: Exclude<Value, null | Doc | Value[]>,
  b: Exclude<Value, null | Doc | Value[]>,
): boolean {
  if (typeName(a) !== typeName(b)) return false;
  if (a instanceof Double && b instanceof Double) return Object.is(a.value, b.value);
  if (a instanceof Int32 && b instanceof Int32) return a.value === b.value;
  if (a instanceof Long && b instanceof Long) return a.high === b.high && a.low === b.low;
  if (a instanceof Decimal128 && b instanceof Decimal128) return Buffer.compare(a.bytes, b.bytes) === 0;
  if (a instanceof BSONRegExp && b instanceof BSONRegExp)
    return a.pattern === b.pattern && a.options === b.options;
  if (a instanceof Binary && b instanceof Binary && a.sub_type !== b.sub_type) return false;
  return equalValues(a, b);
}
