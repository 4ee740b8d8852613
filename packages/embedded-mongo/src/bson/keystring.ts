import { Binary, BSONRegExp, BSONSymbol, MinKey, ObjectId, Timestamp } from 'bson';
import { binarySize, typeOrder } from './compare.js';
import { encodeNumber } from './keynumbers.js';
import { isNumeric } from './numbers.js';
import { asBuffer } from './reader.js';
import { DateTime, DBPointer, JavaScript, Undefined, type Doc, type Value } from './types.js';

/*
 * Key strings hold one byte a character, so that JS compares them in byte order, which is the order of the values by
 * `compareValues`. The first byte gives the type's rank. No key is the beginning of another one, so that keys may be
 * joined, each ascending or inverted, and still compare value by value.
 */
const Class = {
  end: 0,
  minKey: 10,
  undefined: 15,
  null: 20,
  // 30 to 53 are numbers.
  string: 60,
  object: 70,
  array: 80,
  binData: 90,
  objectId: 100,
  false: 110,
  true: 111,
  date: 120,
  timestamp: 130,
  regex: 140,
  dbPointer: 150,
  javascript: 160,
  javascriptWithScope: 170,
  maxKey: 240,
} as const;

const char = String.fromCharCode;
const NULL_KEY = char(Class.null);
const eight = new DataView(new ArrayBuffer(8));
let inverting = Buffer.allocUnsafeSlow(256);

/** The key of a value; two values have the same key exactly if `compareValues` holds them equal. */
export function encodeKeyValue(value: Value, descending = false): string {
  const key = encode(value);
  return descending ? invert(key) : key;
}

/** The key of a missing field, which is that of null. */
export function encodeMissing(descending = false): string {
  return descending ? invert(NULL_KEY) : NULL_KEY;
}

function invert(key: string): string {
  if (key.length > inverting.length) inverting = Buffer.allocUnsafeSlow(key.length * 2);
  const length = inverting.write(key, 'latin1');
  for (let i = 0; i < length; i++) inverting[i] = inverting[i]! ^ 0xff;
  return inverting.toString('latin1', 0, length);
}

function encode(value: Value): string {
  if (typeof value === 'string') return char(Class.string) + encodeText(value);
  if (value instanceof ObjectId) return char(Class.objectId) + latin1(value.id);
  if (isNumeric(value)) return encodeNumber(value);
  if (value === null) return NULL_KEY;
  if (typeof value === 'boolean') return char(value ? Class.true : Class.false);
  if (value instanceof DateTime) return encodeDate(value.ms);
  if (value instanceof Map) return char(Class.object) + encodeFields(value);
  if (Array.isArray(value)) return encodeArray(value);
  if (value instanceof BSONSymbol) return char(Class.string) + encodeText(value.value);
  if (value instanceof Binary) {
    const bytes = value.buffer.subarray(0, value.position);
    return char(Class.binData) + uint32(binarySize(value)) + char(value.sub_type) + latin1(bytes);
  }
  if (value instanceof Timestamp) return char(Class.timestamp) + uint32(value.t) + uint32(value.i);
  if (value instanceof BSONRegExp) {
    return char(Class.regex) + encodeText(value.pattern) + encodeText(value.options);
  }
  if (value instanceof DBPointer) {
    const namespace = Buffer.from(value.namespace);
    return char(Class.dbPointer) + uint32(namespace.length) + latin1(namespace) + latin1(value.id.id);
  }
  if (value instanceof JavaScript) return encodeCode(value);
  if (value instanceof Undefined) return char(Class.undefined);
  return char(value instanceof MinKey ? Class.minKey : Class.maxKey);
}

/** The text's UTF-8 bytes up to a 0 byte; bytes 0 and 1 within it are written as 1 1 and 1 2. */
function encodeText(text: string): string {
  if (!/[^ -~]/.test(text)) return text + '\0';
  const bytes = latin1(Buffer.from(text));
  return bytes.replaceAll('\x01', '\x01\x02').replaceAll('\0', '\x01\x01') + '\0';
}

function encodeDate(ms: bigint): string {
  eight.setBigInt64(0, ms);
  return char(Class.date) + uint32(eight.getUint32(0) ^ 0x80000000) + uint32(eight.getUint32(4));
}

/** Each field's rank, name and value, in the order in which `compareValues` looks at them. */
function encodeFields(doc: Doc): string {
  let key = '';
  for (const [name, value] of doc) key += char(typeOrder(value) + 2) + encodeText(name) + encode(value);
  return key + char(Class.end);
}

function encodeArray(values: readonly Value[]): string {
  let key = char(Class.array);
  for (const value of values) key += encode(value);
  return key + char(Class.end);
}

function encodeCode({ code, scope }: JavaScript): string {
  return scope
    ? char(Class.javascriptWithScope) + encodeText(code) + encodeFields(scope)
    : char(Class.javascript) + encodeText(code);
}

function uint32(value: number): string {
  return char(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

function latin1(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1');
}
