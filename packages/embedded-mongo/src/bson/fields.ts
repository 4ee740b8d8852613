import type { ObjectId, Timestamp } from 'bson';
import { EngineError } from '../errors.js';
import { asBuffer, Reader } from './reader.js';
import type { Value } from './types.js';

const OBJECT_ID = 0x07;
const TIMESTAMP = 0x11;
const ID_FIELD = Buffer.from('_id\0');
const ID_SIZE = 1 + ID_FIELD.length + 12;

/**
 * The value of a top-level field, without decoding the others; undefined where there is none. The bytes must have
 * passed `validateDoc`.
 */
export function readField(bytes: Uint8Array, name: string): Value | undefined {
  const buffer = asBuffer(bytes);
  const wanted = name === '_id' ? ID_FIELD : Buffer.from(`${name}\0`);
  let position = 4;
  while (buffer[position] !== 0) {
    const value = valueStart(buffer, position);
    if (value - position - 1 === wanted.length && isNamed(buffer, position, wanted)) {
      return new Reader(buffer, value).value(buffer[position]!);
    }
    position = valueEnd(buffer, buffer[position]!, value);
  }
  return undefined;
}

/**
 * A document to be stored with `_id` as its first field: the same bytes where it is first, else a copy with `_id`
 * moved there, or added with a value from `makeId`. The bytes must have passed `validateDoc`.
 * Throws EngineError BadValue where there are several `_id` fields.
 * @param timestamp - what takes the place of empty timestamps at the top, save in `_id`; left out, they stay.
 */
export function withIdFirst(
  bytes: Uint8Array,
  makeId: () => ObjectId,
  timestamp?: () => Timestamp,
): Uint8Array {
  let buffer = asBuffer(bytes);
  let start = -1;
  let end = -1;
  let filled = false;
  for (let position = 4; buffer[position] !== 0;) {
    const value = valueStart(buffer, position);
    const next = valueEnd(buffer, buffer[position]!, value);
    if (isNamed(buffer, position, ID_FIELD)) {
      if (start >= 0) throw new EngineError('BadValue', "can't have multiple _id fields in one document");
      start = position;
      end = next;
    } else if (timestamp && buffer[position] === TIMESTAMP && buffer.readBigInt64LE(value) === 0n) {
      if (!filled) buffer = Buffer.from(buffer);
      filled = true;
      buffer.writeBigUInt64LE(timestamp().toBigInt(), value);
    }
    position = next;
  }
  if (start === 4) return filled ? buffer : bytes;
  return start < 0 ? withNewId(buffer, makeId()) : withIdMoved(buffer, start, end);
}

function withNewId(buffer: Buffer, id: ObjectId): Uint8Array {
  const result = Buffer.allocUnsafe(buffer.length + ID_SIZE);
  result.writeInt32LE(result.length, 0);
  result[4] = OBJECT_ID;
  result.set(ID_FIELD, 5);
  result.set(id.id, 5 + ID_FIELD.length);
  result.set(buffer.subarray(4), 4 + ID_SIZE);
  return result;
}

function withIdMoved(buffer: Buffer, start: number, end: number): Uint8Array {
  return Buffer.concat([
    buffer.subarray(0, 4),
    buffer.subarray(start, end),
    buffer.subarray(4, start),
    buffer.subarray(end),
  ]);
}

function isNamed(buffer: Buffer, element: number, nameWithNul: Buffer): boolean {
  for (let i = 0; i < nameWithNul.length; i++) {
    if (buffer[element + 1 + i] !== nameWithNul[i]) return false;
  }
  return true;
}

/** Where the value of the element at `position` starts: behind its type byte and name. */
export function valueStart(buffer: Buffer, position: number): number {
  let at = position + 1;
  while (buffer[at] !== 0) at++;
  return at + 1;
}

/** Where the value of the given type ends that starts at `start`. */
export function valueEnd(buffer: Buffer, type: number, start: number): number {
  switch (type) {
    case 0x06: // undefined
    case 0x0a: // null
    case 0x7f: // MaxKey
    case 0xff: // MinKey
      return start;
    case 0x08: // bool
      return start + 1;
    case 0x10: // int32
      return start + 4;
    case 0x01: // double
    case 0x09: // date
    case 0x11: // timestamp
    case 0x12: // int64
      return start + 8;
    case 0x07: // ObjectId
      return start + 12;
    case 0x13: // decimal128
      return start + 16;
    case 0x02: // string
    case 0x0d: // code
    case 0x0e: // symbol
      return start + 4 + buffer.readInt32LE(start);
    case 0x05: // binary
      return start + 5 + buffer.readInt32LE(start);
    case 0x0c: // DBPointer
      return start + 4 + buffer.readInt32LE(start) + 12;
    case 0x0b: // regular expression: two texts, each ended by a NUL
      return valueStart(buffer, valueStart(buffer, start - 1) - 1);
    default:
      // Documents, arrays and code with scope tell their own whole length.
      return start + buffer.readInt32LE(start);
  }
}
