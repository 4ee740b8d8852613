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
import { DateTime, DBPointer, JavaScript, RawDoc, Undefined, type Doc, type Value } from './types.js';
import { MAX_COMMAND_DEPTH, MAX_DEPTH } from './validate.js';
import { Writer } from './writer.js';

/**
 * What a reply may hold beside BSON values: JS numbers (Int32 where they are one, else Double), bigint (Long), Date,
 * documents in their encoded form, arrays, plain objects and Maps of these. `undefined` in an object or Map is left out.
 */
export type ReplyValue =
  | Value
  | number
  | bigint
  | Date
  | RawDoc
  | undefined
  | readonly ReplyValue[]
  | ReadonlyMap<string, ReplyValue>
  | Reply;

/** A reply as a tree of plain objects; own enumerable keys count, in their order. */
export interface Reply {
  readonly [field: string]: ReplyValue;
}

/** How much deeper than a command or a stored document the reply around it may nest. */
const REPLY_LEVELS = 20;

const writer = new Writer();

/**
 * Encodes a document. Throws EngineError BadValue for a field name or regular expression with a NUL in it, Overflow
 * for one that nests deeper than `maxDepth`, by default as a stored document may.
 */
export function encodeDoc(doc: Doc, maxDepth = MAX_DEPTH): Uint8Array {
  writer.reset(maxDepth);
  writeMap(doc);
  return writer.take();
}

/**
 * Encodes a reply, behind `room` bytes that the caller is to fill. Throws like `encodeDoc`, and TypeError for an object
 * that is no BSON value and not plain.
 */
export function encodeReply(reply: Reply, room = 0): Buffer {
  writer.reset(MAX_COMMAND_DEPTH + REPLY_LEVELS, room);
  writePlain(reply);
  return writer.take();
}

/** A run of whole elements, taken from another document as they are. */
export interface RawElements {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Encodes a document of elements that are encoded already and of fields. Throws like `encodeDoc`. */
export function encodeParts(
  parts: readonly (RawElements | readonly [name: string, value: Value])[],
): Uint8Array {
  writer.reset(MAX_DEPTH);
  const start = writer.startDocument();
  for (const part of parts) {
    if ('bytes' in part) writer.copy(part.bytes, part.start, part.end);
    else writeField(part[0], part[1]);
  }
  writer.endDocument(start);
  return writer.take();
}

function writeMap(doc: ReadonlyMap<string, ReplyValue>): void {
  const start = writer.startDocument();
  for (const [name, value] of doc) writeField(name, value);
  writer.endDocument(start);
}

function writePlain(doc: Reply): void {
  const start = writer.startDocument();
  for (const name of Object.keys(doc)) writeField(name, doc[name]);
  writer.endDocument(start);
}

function writeArray(values: readonly ReplyValue[]): void {
  const start = writer.startDocument();
  for (let i = 0; i < values.length; i++) writeField(String(i), values[i] ?? null);
  writer.endDocument(start);
}

function writeField(name: string, value: ReplyValue): void {
  switch (typeof value) {
    case 'string':
      writer.head(0x02, name);
      return writer.string(value);
    case 'boolean':
      writer.head(0x08, name);
      return writer.byte(value ? 1 : 0);
    case 'number':
      return writeNumber(name, value);
    case 'bigint':
      writer.head(0x12, name);
      return writer.int64(value);
    case 'undefined':
      return;
    default:
      return value === null ? writer.head(0x0a, name) : writeObject(name, value);
  }
}

function writeNumber(name: string, value: number): void {
  if ((value | 0) === value && !Object.is(value, -0)) {
    writer.head(0x10, name);
    writer.int32(value);
  } else {
    writer.head(0x01, name);
    writer.double(value);
  }
}

type ObjectValue = Exclude<ReplyValue, string | boolean | number | bigint | undefined | null>;

function writeObject(name: string, value: ObjectValue): void {
  if (value instanceof Map) {
    writer.head(0x03, name);
    writeMap(value);
  } else if (value instanceof Int32) {
    writer.head(0x10, name);
    writer.int32(value.value);
  } else if (value instanceof ObjectId) {
    writer.head(0x07, name);
    writer.raw(value.id);
  } else if (isArray(value)) {
    writer.head(0x04, name);
    writeArray(value);
  } else if (isPlain(value)) {
    writer.head(0x03, name);
    writePlain(value);
  } else if (value instanceof DateTime) {
    writer.head(0x09, name);
    writer.int64(value.ms);
  } else if (value instanceof Double) {
    writer.head(0x01, name);
    writer.double(value.value);
  } else if (value instanceof RawDoc) {
    writer.head(0x03, name);
    writer.copy(value.source, value.start, value.end);
  } else if (value instanceof Timestamp) {
    writer.head(0x11, name);
    writer.int32(value.i);
    writer.int32(value.t);
  } else if (value instanceof Long) {
    writer.head(0x12, name);
    writer.int32(value.low);
    writer.int32(value.high);
  } else {
    writeRare(name, value);
  }
}

function writeRare(name: string, value: ObjectValue): void {
  if (value instanceof Decimal128) {
    writer.head(0x13, name);
    writer.raw(value.bytes);
  } else if (value instanceof Binary) {
    writer.head(0x05, name);
    writeBinary(value);
  } else if (value instanceof Date) {
    writer.head(0x09, name);
    writer.int64(BigInt(value.getTime()));
  } else if (value instanceof BSONRegExp) {
    writer.head(0x0b, name);
    writer.cString(value.pattern);
    writer.cString(value.options);
  } else if (value instanceof BSONSymbol) {
    writer.head(0x0e, name);
    writer.string(value.value);
  } else if (value instanceof JavaScript) {
    writeCode(name, value);
  } else if (value instanceof DBPointer) {
    writer.head(0x0c, name);
    writer.string(value.namespace);
    writer.raw(value.id.id);
  } else if (value instanceof Undefined) {
    writer.head(0x06, name);
  } else if (value instanceof MinKey) {
    writer.head(0xff, name);
  } else if (value instanceof MaxKey) {
    writer.head(0x7f, name);
  } else throw new TypeError(`a reply cannot hold the value of its field ${name}`);
}

function writeBinary(value: Binary): void {
  const bytes = value.buffer.subarray(0, value.position);
  const old = value.sub_type === Binary.SUBTYPE_BYTE_ARRAY;
  writer.int32(old ? bytes.length + 4 : bytes.length);
  writer.byte(value.sub_type);
  if (old) writer.int32(bytes.length);
  writer.raw(bytes);
}

function writeCode(name: string, value: JavaScript): void {
  if (!value.scope) {
    writer.head(0x0d, name);
    return writer.string(value.code);
  }
  writer.head(0x0f, name);
  const start = writer.startLength();
  writer.string(value.code);
  writeMap(value.scope);
  writer.endLength(start);
}

function isArray(value: ObjectValue): value is readonly ReplyValue[] {
  return Array.isArray(value);
}

function isPlain(value: ObjectValue): value is Reply {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
