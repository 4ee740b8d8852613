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
import { readName } from './names.js';
import { DateTime, DBPointer, JavaScript, RawDoc, Undefined, type Doc, type Value } from './types.js';

const SHORT_TEXT = 6;
const eight = new DataView(new ArrayBuffer(8));
const minKey = new MinKey();
const maxKey = new MaxKey();

/** Reads values out of BSON bytes that were validated before; it checks nothing. Values never share the bytes. */
export class Reader {
  private readonly bytes: Buffer;

  constructor(
    bytes: Uint8Array,
    public position: number,
  ) {
    this.bytes = asBuffer(bytes);
  }

  /** The document at the position. */
  document(): Doc {
    this.position += 4;
    const doc: Doc = new Map();
    for (let type = this.byte(); type !== 0; type = this.byte()) {
      const name = this.name();
      const value = this.value(type);
      // A repeated name is legal BSON; its first value counts, as in MongoDB.
      if (!doc.has(name)) doc.set(name, value);
    }
    return doc;
  }

  /** The array at the position; the names of its elements do not matter. */
  array(): Value[] {
    this.position += 4;
    const values: Value[] = [];
    for (let type = this.byte(); type !== 0; type = this.byte()) {
      this.skipName();
      values.push(this.value(type));
    }
    return values;
  }

  /** The value of the given type byte at the position. */
  value(type: number): Value {
    switch (type) {
      case 0x01: // double
        return new Double(this.double());
      case 0x02: // string
        return this.string();
      case 0x03: // object
        return this.document();
      case 0x04: // array
        return this.array();
      case 0x07: // ObjectId
        return this.objectId();
      case 0x08: // bool
        return this.byte() === 1;
      case 0x09: // date
        return new DateTime(this.int64());
      case 0x0a: // null
        return null;
      case 0x10: // int32
        return new Int32(this.int32());
      case 0x12: // int64
        return new Long(this.int32(), this.int32());
      default:
        return this.rareValue(type);
    }
  }

  private rareValue(type: number): Value {
    switch (type) {
      case 0x05: // binary
        return this.binary();
      case 0x06: // undefined
        return Undefined.instance;
      case 0x0b: // regular expression
        return this.regExp();
      case 0x0c: // DBPointer
        return new DBPointer(this.string(), this.objectId());
      case 0x0d: // code
        return new JavaScript(this.string());
      case 0x0e: // symbol
        return new BSONSymbol(this.string());
      case 0x0f: // code with scope
        this.position += 4;
        return new JavaScript(this.string(), this.document());
      case 0x11: // timestamp
        return new Timestamp(new Long(this.int32(), this.int32(), true));
      case 0x13: // decimal128
        return new Decimal128(this.copy(16));
      case 0xff:
        return minKey;
      case 0x7f:
        return maxKey;
      default:
        throw new RangeError(`BSON of an unknown type ${type} was not validated`);
    }
  }

  /** The next byte: a value's type, or 0 at a document's end. */
  byte(): number {
    return this.bytes[this.position++]!;
  }

  /** The field name at the position. */
  name(): string {
    const start = this.position;
    this.skipName();
    return readName(this.bytes, start, this.position - 1);
  }

  /** Whether the field name at the position, which moves behind it then, is this one; it must be ASCII. */
  skipIfNamed(name: string): boolean {
    const { bytes, position } = this;
    const end = position + name.length;
    if (bytes[end] !== 0) return false;
    for (let at = position; at < end; at++) if (bytes[at] !== name.charCodeAt(at - position)) return false;
    this.position = end + 1;
    return true;
  }

  skipName(): void {
    let end = this.position;
    while (this.bytes[end] !== 0) end++;
    this.position = end + 1;
  }

  int32(): number {
    const at = this.position;
    const bytes = this.bytes;
    this.position = at + 4;
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }

  /** The document at the position, left encoded; its bytes are not copied. */
  raw(): RawDoc {
    const start = this.position;
    this.position = start + this.int32();
    return new RawDoc(this.bytes, start, this.position);
  }

  private double(): number {
    eight.setInt32(0, this.int32(), true);
    eight.setInt32(4, this.int32(), true);
    return eight.getFloat64(0, true);
  }

  private int64(): bigint {
    const low = this.int32() >>> 0;
    const high = this.int32();
    if (high >= -0x100000 && high < 0x100000) return BigInt(high * 0x100000000 + low);
    return (BigInt(high) << 32n) | BigInt(low);
  }

  private objectId(): ObjectId {
    return new ObjectId(this.copy(12));
  }

  private string(): string {
    const length = this.int32() - 1;
    const start = this.position;
    this.position = start + length + 1;
    return length <= SHORT_TEXT
      ? shortText(this.bytes, start, start + length)
      : this.bytes.toString('utf8', start, start + length);
  }

  private cString(): string {
    const start = this.position;
    this.skipName();
    return this.bytes.toString('utf8', start, this.position - 1);
  }

  private regExp(): BSONRegExp {
    const value = new BSONRegExp(this.cString());
    // Set past the constructor, which refuses flags that BSON allows to be stored.
    value.options = this.cString();
    return value;
  }

  private binary(): Binary {
    let length = this.int32();
    const subtype = this.byte();
    if (subtype === Binary.SUBTYPE_BYTE_ARRAY) {
      this.position += 4;
      length -= 4;
    }
    return new Binary(this.copy(length), subtype);
  }

  private copy(length: number): Uint8Array {
    const start = this.position;
    this.position = start + length;
    return Uint8Array.prototype.slice.call(this.bytes, start, this.position);
  }
}

/** The same bytes as a Buffer, without a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function shortText(bytes: Buffer, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) return bytes.toString('utf8', start, end);
    text += String.fromCharCode(byte);
  }
  return text;
}
