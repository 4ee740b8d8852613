import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import { isNumeric, toDouble } from '../bson/numbers.js';
import { DateTime, DBPointer, JavaScript, Undefined, type Doc, type Value } from '../bson/types.js';

/** MongoDB's truth: everything but missing, null, undefined, false and a zero of any type. */
export function isTruthy(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false || value instanceof Undefined) return false;
  if (isNumeric(value)) return toDouble(value) !== 0;
  return true;
}

/** Whether a value is missing, null or BSON's undefined. */
export function isNullish(value: Value | undefined): value is null | undefined {
  return value === undefined || value === null || value instanceof Undefined;
}

/** Whether a value is an array; `Array.isArray` itself would lose the elements' type. */
export function isArray(value: Value | undefined): value is Value[] {
  return Array.isArray(value);
}

/** The name of the document's first field, or `undefined` for an empty one. */
export function firstField(doc: Doc): string | undefined {
  for (const name of doc.keys()) return name;
  return undefined;
}

/** Whether a document holds operators (`{ $gt: 1 }`) and not a plain value; a DBRef's `$ref` and `$id` are plain. */
export function holdsOperators(value: Value | undefined): value is Doc {
  if (!(value instanceof Map)) return false;
  const name = firstField(value);
  return name !== undefined && name.startsWith('$') && name !== '$ref' && name !== '$id' && name !== '$db';
}

/** A whole number of any numeric type that is safe in JavaScript, else `undefined`. */
export function safeInteger(value: Value | undefined): number | undefined {
  if (value === undefined || !isNumeric(value)) return undefined;
  const number = toDouble(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

const longestDescription = 400;

/** A value as error messages show it, in the manner of the mongo shell, cut at some 400 characters. */
export function describe(value: Value | undefined): string {
  const text = render(value, 0);
  return text.length > longestDescription ? `${text.slice(0, longestDescription)}...` : text;
}

function render(value: Value | undefined, depth: number): string {
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.slice(0, longestDescription));
  if (value instanceof Map || isArray(value)) return renderContainer(value, depth);
  return renderScalar(value);
}

function renderContainer(value: Doc | Value[], depth: number): string {
  if (depth > 8) return '...';
  const shown = 20;
  if (isArray(value)) {
    if (value.length === 0) return '[]';
    return `[ ${value
      .slice(0, shown)
      .map((item) => render(item, depth + 1))
      .join(', ')} ]`;
  }
  if (value.size === 0) return '{}';
  const fields = [...value].slice(0, shown).map(([name, item]) => `${name}: ${render(item, depth + 1)}`);
  return `{ ${fields.join(', ')} }`;
}

function renderScalar(value: Exclude<Value, null | boolean | string | Doc | Value[]>): string {
  if (value instanceof Int32) return String(value.value);
  if (value instanceof Double)
    return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
  // A Timestamp is a Long, too.
  if (value instanceof Timestamp) return `Timestamp(${value.t}, ${value.i})`;
  if (value instanceof Long) return value.toString();
  if (value instanceof Decimal128) return value.toString();
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof DateTime) return `new Date(${value.ms})`;
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`;
  if (value instanceof BSONSymbol) return JSON.stringify(value.value);
  if (value instanceof Binary) return `BinData(${value.sub_type}, ${value.toString('hex').slice(0, 64)})`;
  if (value instanceof JavaScript) return value.scope ? 'CodeWScope' : 'Code';
  if (value instanceof DBPointer) return `DBRef('${value.namespace}')`;
  if (value instanceof MinKey) return 'MinKey';
  if (value instanceof MaxKey) return 'MaxKey';
  return 'undefined';
}
