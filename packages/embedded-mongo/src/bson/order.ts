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
import { DateTime, DBPointer, JavaScript, Undefined, type Value } from './types.js';

/** The ranks of BSON's types in MongoDB's order of values; types of one rank are compared by value. */
const Rank = {
  minKey: -1,
  undefined: 0,
  null: 5,
  number: 10,
  string: 15,
  object: 20,
  array: 25,
  binData: 30,
  objectId: 35,
  bool: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  dbPointer: 55,
  javascript: 60,
  javascriptWithScope: 65,
  maxKey: 127,
} as const;

/** MongoDB's names of the types, as `$type` takes and gives them, with their numbers and ranks. */
const Types = {
  double: { number: 1, rank: Rank.number },
  string: { number: 2, rank: Rank.string },
  object: { number: 3, rank: Rank.object },
  array: { number: 4, rank: Rank.array },
  binData: { number: 5, rank: Rank.binData },
  undefined: { number: 6, rank: Rank.undefined },
  objectId: { number: 7, rank: Rank.objectId },
  bool: { number: 8, rank: Rank.bool },
  date: { number: 9, rank: Rank.date },
  null: { number: 10, rank: Rank.null },
  regex: { number: 11, rank: Rank.regex },
  dbPointer: { number: 12, rank: Rank.dbPointer },
  javascript: { number: 13, rank: Rank.javascript },
  symbol: { number: 14, rank: Rank.string },
  javascriptWithScope: { number: 15, rank: Rank.javascriptWithScope },
  int: { number: 16, rank: Rank.number },
  timestamp: { number: 17, rank: Rank.timestamp },
  long: { number: 18, rank: Rank.number },
  decimal: { number: 19, rank: Rank.number },
  minKey: { number: -1, rank: Rank.minKey },
  maxKey: { number: 127, rank: Rank.maxKey },
} as const;

/** A type's name as in MongoDB's `$type`. */
export type TypeName = keyof typeof Types;

/** The value's type name: 'int', 'long', 'double', 'decimal', 'string', 'object' and so on. */
export function typeName(value: Value): TypeName {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (value === null) return 'null';
  if (value instanceof Map) return 'object';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Int32) return 'int';
  if (value instanceof ObjectId) return 'objectId';
  if (value instanceof DateTime) return 'date';
  if (value instanceof Double) return 'double';
  // Timestamp is a subclass of Long.
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Long) return 'long';
  if (value instanceof Decimal128) return 'decimal';
  if (value instanceof Binary) return 'binData';
  if (value instanceof BSONRegExp) return 'regex';
  if (value instanceof BSONSymbol) return 'symbol';
  if (value instanceof JavaScript) return value.scope ? 'javascriptWithScope' : 'javascript';
  if (value instanceof DBPointer) return 'dbPointer';
  if (value instanceof Undefined) return 'undefined';
  if (value instanceof MinKey) return 'minKey';
  if (value instanceof MaxKey) return 'maxKey';
  throw new TypeError('not a BSON value');
}

/** The value's type number as in BSON and in `$type`: -1 for MinKey, else 1 to 19 or 127. */
export function typeNumber(value: Value): number {
  return Types[typeName(value)].number;
}

/** The rank of the value's type in MongoDB's order (see `Rank`); all numbers share one, strings and symbols too. */
export function typeOrder(value: Value): number {
  return Types[typeName(value)].rank;
}

/** The number of a type name, or undefined where there is no such type. */
export function numberOfType(name: string): number | undefined {
  return Object.hasOwn(Types, name) ? Types[name as TypeName].number : undefined;
}
