import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Decimal128,
  Double,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import { encodeKeyValue } from '../../bson/keystring.js';
import { isNumeric } from '../../bson/numbers.js';
import { DateTime, DBPointer, JavaScript, Undefined, type Doc, type Value } from '../../bson/types.js';
import { endOfPrefix } from '../../storage/keys.js';
import { LongList } from '../long-list.js';
import type { FieldCondition } from './conditions.js';

/** Key strings from `from` (inclusive) to `to` (exclusive). */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/**
 * What the conditions upon one field say about its place in an index: ascending, disjoint ranges of key strings. A
 * value that is no array satisfies the conditions exactly if its key string is within the ranges.
 */
export interface FieldBounds {
  readonly ranges: readonly KeyRange[];
  /** Every range holds one value only, and its `from` is that value's key string. */
  readonly points: boolean;
}

/** A key string greater than that of every value. */
export const afterAllKeys = '\xff'.repeat(8);

/** The smallest string greater than every string that begins with `prefix`. */
export function behind(prefix: string): string {
  return endOfPrefix(prefix) ?? afterAllKeys;
}

/**
 * The bounds that one condition sets, or `undefined` where an index cannot tell. On a field that may hold arrays
 * (`multikey`) null has no bounds, for what an array holds and what is missing inside it have keys of their own.
 */
export function boundsOf(
  condition: FieldCondition,
  descending: boolean,
  multikey: boolean,
): FieldBounds | undefined {
  const { operator, value } = condition;
  switch (operator) {
    case '$eq':
      return pointBounds([value], descending, multikey);
    case '$in':
      // A long one is put in order when the scan begins, where nothing else bounds the field.
      if (!Array.isArray(value) || LongList.of(value) !== undefined) return undefined;
      return pointBounds(value, descending, multikey);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return rangeBounds(operator, value, descending);
    default:
      return undefined;
  }
}

/** The bounds of two conditions upon one field that holds no array: what lies within both. */
export function intersect(one: FieldBounds, other: FieldBounds): FieldBounds {
  const ranges: KeyRange[] = [];
  for (let i = 0, j = 0; i < one.ranges.length && j < other.ranges.length;) {
    const a = one.ranges[i] as KeyRange;
    const b = other.ranges[j] as KeyRange;
    const from = a.from > b.from ? a.from : b.from;
    const to = a.to < b.to ? a.to : b.to;
    if (from < to) ranges.push({ from, to });
    if (a.to < b.to) i += 1;
    else j += 1;
  }
  return { ranges, points: one.points || other.points };
}

/** Sorted and disjoint ranges that cover the same key strings. */
export function union(ranges: readonly KeyRange[]): KeyRange[] {
  const sorted = [...ranges].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const result: KeyRange[] = [];
  for (const range of sorted) {
    const last = result[result.length - 1];
    if (last === undefined || last.to < range.from) result.push(range);
    else if (last.to < range.to) result[result.length - 1] = { from: last.from, to: range.to };
  }
  return result;
}

/** The range of one value's key string. */
export function pointRange(key: string): KeyRange {
  return { from: key, to: behind(key) };
}

function pointBounds(
  values: readonly Value[],
  descending: boolean,
  multikey: boolean,
): FieldBounds | undefined {
  const keys: string[] = [];
  for (const value of values) {
    if (!isPoint(value) || (multikey && value === null)) return undefined;
    keys.push(encodeKeyValue(value, descending));
  }
  keys.sort(byteOrder);
  const ranges: KeyRange[] = [];
  let last: string | undefined;
  for (const key of keys) {
    if (key !== last) ranges.push(pointRange(key));
    last = key;
  }
  return { ranges, points: true };
}

function byteOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether equality with the value is one place in an index: an array equals by its elements too, a pattern searches. */
function isPoint(value: Value): boolean {
  return !Array.isArray(value) && !(value instanceof BSONRegExp) && !(value instanceof Undefined);
}

type RangeOperator = '$gt' | '$gte' | '$lt' | '$lte';

function rangeBounds(operator: RangeOperator, value: Value, descending: boolean): FieldBounds | undefined {
  const bracket = bracketOf(value);
  if (bracket === undefined) return undefined;
  const key = encodeKeyValue(value, descending);
  const least = encodeKeyValue(bracket.least, descending);
  const most = encodeKeyValue(bracket.most, descending);
  const upward = operator.startsWith('$g');
  const inclusive = operator.endsWith('e');
  let range: KeyRange;
  if (descending) {
    const start = bracket.mostIncluded ? most : behind(most);
    range = upward
      ? { from: start, to: inclusive ? behind(key) : key }
      : { from: inclusive ? key : behind(key), to: behind(least) };
  } else {
    const end = bracket.mostIncluded ? behind(most) : most;
    range = upward
      ? { from: inclusive ? key : behind(key), to: end }
      : { from: least, to: inclusive ? behind(key) : key };
  }
  return { ranges: range.from < range.to ? [range] : [], points: false };
}

/** The values that an order comparison with a value can find: those of its type. `least` belongs to them. */
interface Bracket {
  readonly least: Value;
  readonly most: Value;
  readonly mostIncluded: boolean;
}

const emptyDoc: Doc = new Map();
const leastBinary = new Binary(new Uint8Array(0), 0);
const leastObjectId = new ObjectId('000000000000000000000000');
const brackets = {
  numbers: { least: new Double(-Infinity), most: new Double(Infinity), mostIncluded: true },
  strings: { least: '', most: emptyDoc, mostIncluded: false },
  documents: { least: emptyDoc, most: [], mostIncluded: false },
  binaries: { least: leastBinary, most: leastObjectId, mostIncluded: false },
  objectIds: { least: leastObjectId, most: false, mostIncluded: false },
  booleans: { least: false, most: true, mostIncluded: true },
  dates: { least: new DateTime(-(2n ** 63n)), most: new DateTime(2n ** 63n - 1n), mostIncluded: true },
  timestamps: {
    least: new Timestamp({ t: 0, i: 0 }),
    most: new Timestamp({ t: 0xffffffff, i: 0xffffffff }),
    mostIncluded: true,
  },
} satisfies Record<string, Bracket>;

/** Whether `$gt` and its like with this value are bounded by the value's type and nothing else is special about it. */
export function isOrdered(value: Value): boolean {
  return bracketOf(value) !== undefined;
}

function bracketOf(value: Value): Bracket | undefined {
  if (typeof value === 'string') return brackets.strings;
  if (typeof value === 'boolean') return brackets.booleans;
  if (value === null || Array.isArray(value) || isUnusual(value)) return undefined;
  if (isNumeric(value)) return isNaNValue(value) ? undefined : brackets.numbers;
  if (value instanceof Map) return brackets.documents;
  if (value instanceof ObjectId) return brackets.objectIds;
  if (value instanceof DateTime) return brackets.dates;
  if (value instanceof Timestamp) return brackets.timestamps;
  return value instanceof Binary ? brackets.binaries : undefined;
}

function isUnusual(value: Value): boolean {
  return (
    value instanceof MinKey ||
    value instanceof MaxKey ||
    value instanceof BSONRegExp ||
    value instanceof BSONSymbol ||
    value instanceof JavaScript ||
    value instanceof DBPointer ||
    value instanceof Undefined
  );
}

function isNaNValue(value: Value): boolean {
  if (value instanceof Double) return Number.isNaN(value.value);
  return value instanceof Decimal128 && value.toString() === 'NaN';
}
