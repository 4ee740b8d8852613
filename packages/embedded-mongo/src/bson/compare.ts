import { Binary, BSONRegExp, BSONSymbol, Int32, ObjectId, Timestamp } from 'bson';
import { compareNumbers, isNumeric } from './numbers.js';
import { typeOrder } from './order.js';
import { DateTime, DBPointer, JavaScript, type Doc, type Value } from './types.js';

export { numberOfType, typeName, typeNumber, typeOrder, type TypeName } from './order.js';

/** The order of two strings: negative, 0 or positive. */
export type StringOrder = (a: string, b: string) => number;

/**
 * MongoDB's total order over all values: negative, 0 or positive. Numbers of different types compare exactly, NaN is
 * the lowest number, strings and symbols compare by their UTF-8 bytes, documents field by field (type, name, value).
 * @param strings - another order of strings and symbols, wherever they stand within the values.
 */
export function compareValues(a: Value, b: Value, strings: StringOrder = compareStrings): number {
  if (typeof a === 'string' && typeof b === 'string') return strings(a, b);
  if (a instanceof Int32 && b instanceof Int32) return a.value - b.value;
  const order = typeOrder(a) - typeOrder(b);
  return order !== 0 ? order : compareSameRank(a, b, strings);
}

/** Whether `compareValues` gives 0: equality across numeric types, and of strings with symbols. */
export function equalValues(a: Value, b: Value): boolean {
  return a === b || compareValues(a, b) === 0;
}

/** The order of two strings by their UTF-8 bytes, which is that of their code points. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return codePointOrder(left) - codePointOrder(right);
  }
  return a.length - b.length;
}

/** Code points beyond U+FFFF come last, but their UTF-16 units (surrogates) lie below U+E000. */
function codePointOrder(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

function compareSameRank(a: Value, b: Value, strings: StringOrder): number {
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b);
  if (a instanceof Map && b instanceof Map) return compareDocs(a, b, strings);
  if (a instanceof ObjectId && b instanceof ObjectId) return Buffer.compare(a.id, b.id);
  if (a instanceof DateTime && b instanceof DateTime) return a.ms < b.ms ? -1 : Number(a.ms > b.ms);
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b, strings);
  if (isText(a) && isText(b)) return strings(textOf(a), textOf(b));
  if (a instanceof Timestamp && b instanceof Timestamp) return a.t - b.t || a.i - b.i;
  if (a instanceof Binary && b instanceof Binary) return compareBinaries(a, b);
  if (a instanceof BSONRegExp && b instanceof BSONRegExp) {
    return compareStrings(a.pattern, b.pattern) || compareStrings(a.options, b.options);
  }
  if (a instanceof JavaScript && b instanceof JavaScript) return compareCode(a, b);
  if (a instanceof DBPointer && b instanceof DBPointer) return compareDBPointers(a, b);
  // null, undefined, MinKey and MaxKey have one value each.
  return 0;
}

/** Field by field: the values' types, then the names, then the values; a document that ends first is the lower. */
function compareDocs(a: Doc, b: Doc, strings: StringOrder): number {
  const rest = b.entries();
  for (const [name, value] of a) {
    const other = rest.next();
    if (other.done) return 1;
    const [otherName, otherValue] = other.value;
    const order =
      typeOrder(value) - typeOrder(otherValue) ||
      compareStrings(name, otherName) ||
      compareValues(value, otherValue, strings);
    if (order !== 0) return order;
  }
  return rest.next().done ? 0 : -1;
}

function compareArrays(a: readonly Value[], b: readonly Value[], strings: StringOrder): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const order = compareValues(a[i]!, b[i]!, strings);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function isText(value: Value): value is string | BSONSymbol {
  return typeof value === 'string' || value instanceof BSONSymbol;
}

function textOf(value: string | BSONSymbol): string {
  return typeof value === 'string' ? value : value.value;
}

function compareBinaries(a: Binary, b: Binary): number {
  return (
    binarySize(a) - binarySize(b) ||
    a.sub_type - b.sub_type ||
    Buffer.compare(a.buffer.subarray(0, a.position), b.buffer.subarray(0, b.position))
  );
}

/** The size that counts in the order of values: the old subtype 2 stores its length once more within its bytes. */
export function binarySize(value: Binary): number {
  return value.position + (value.sub_type === Binary.SUBTYPE_BYTE_ARRAY ? 4 : 0);
}

function compareCode(a: JavaScript, b: JavaScript): number {
  const order = compareStrings(a.code, b.code);
  return order !== 0 || !a.scope || !b.scope ? order : compareDocs(a.scope, b.scope, compareStrings);
}

function compareDBPointers(a: DBPointer, b: DBPointer): number {
  return (
    Buffer.byteLength(a.namespace) - Buffer.byteLength(b.namespace) ||
    compareStrings(a.namespace, b.namespace) ||
    Buffer.compare(a.id.id, b.id.id)
  );
}
