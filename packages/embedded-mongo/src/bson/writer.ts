import { EngineError } from '../errors.js';
import { asBuffer } from './reader.js';

const INITIAL = 16 * 1024;
/** The longest message of the protocol; nothing longer is stored or sent. */
const LARGEST = 48_000_000;
const LARGEST_KEPT = 1024 * 1024;
const SHORT_TEXT = 16;
/** Bytes up to this number are copied one by one: quicker than a view of them. */
const SHORT = 64;
const eight = new DataView(new ArrayBuffer(8));

/** A growing run of little-endian BSON bytes. */
export class Writer {
  private bytes = Buffer.allocUnsafeSlow(INITIAL);
  private length = 0;
  private levelsLeft = 0;

  /** Starts anew, behind `room` bytes for others to fill; bytes of an encoding that ended in an error are dropped. */
  reset(maxDepth: number, room = 0): void {
    this.length = room;
    this.levelsLeft = maxDepth;
  }

  /** The bytes written since `reset`, behind its room, for the caller alone. */
  take(): Buffer {
    const written = this.bytes.subarray(0, this.length);
    if (this.length > LARGEST_KEPT) {
      this.bytes = Buffer.allocUnsafeSlow(INITIAL);
      return written;
    }
    const copy = Buffer.allocUnsafe(this.length);
    copy.set(written);
    return copy;
  }

  /**
   * Opens a document: leaves room for its length and gives the place that `endDocument` needs. Throws EngineError
   * Overflow where documents nest too deep.
   */
  startDocument(): number {
    if (this.levelsLeft-- === 0) throw new EngineError('Overflow', 'the document is nested too deep');
    return this.startLength();
  }

  /** Closes the document that was opened at `start`. */
  endDocument(start: number): void {
    this.byte(0);
    this.endLength(start);
    this.levelsLeft++;
  }

  /** Leaves room for a length that `endLength` writes, and gives its place. */
  startLength(): number {
    const start = this.length;
    this.int32(0);
    return start;
  }

  /** Writes at `start` how many bytes there are from there on. */
  endLength(start: number): void {
    this.bytes.writeInt32LE(this.length - start, start);
  }

  /** A value's type byte and its field name. */
  head(type: number, name: string): void {
    this.byte(type);
    this.cString(name);
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.grow(1);
    this.bytes[this.length++] = value;
  }

  int32(value: number): void {
    if (this.length + 4 > this.bytes.length) this.grow(4);
    const bytes = this.bytes;
    const at = this.length;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.length = at + 4;
  }

  int64(value: bigint): void {
    eight.setBigInt64(0, value);
    this.int32(eight.getInt32(4));
    this.int32(eight.getInt32(0));
  }

  double(value: number): void {
    eight.setFloat64(0, value);
    this.int32(eight.getInt32(4));
    this.int32(eight.getInt32(0));
  }

  raw(value: Uint8Array): void {
    if (this.length + value.length > this.bytes.length) this.grow(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** The bytes of another document from `start` to `end` (exclusive). */
  copy(source: Uint8Array, start: number, end: number): void {
    if (this.length + end - start > this.bytes.length) this.grow(end - start);
    if (end - start > SHORT) asBuffer(source).copy(this.bytes, this.length, start, end);
    else for (let at = start; at < end; at += 1) this.bytes[this.length + at - start] = source[at]!;
    this.length += end - start;
  }

  /** A string with its length before it. */
  string(value: string): void {
    const start = this.startLength();
    this.text(value);
    this.byte(0);
    this.bytes.writeInt32LE(this.length - start - 4, start);
  }

  /** A field name, or another text that ends at its first NUL and therefore may not hold one: EngineError BadValue. */
  cString(value: string): void {
    if (value.includes('\0')) {
      throw new EngineError('BadValue', 'a field name or regular expression may not contain a null byte');
    }
    this.text(value);
    this.byte(0);
  }

  private text(value: string): void {
    // What a short text may need is guessed; a long one is measured, so that the limit is one of real bytes.
    const most = value.length <= SHORT_TEXT ? value.length * 3 : Buffer.byteLength(value, 'utf8');
    if (this.length + most > this.bytes.length) this.grow(most);
    if (value.length <= SHORT_TEXT && this.shortAscii(value)) return;
    this.length += this.bytes.write(value, this.length, 'utf8');
  }

  private shortAscii(value: string): boolean {
    const bytes = this.bytes;
    const at = this.length;
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) return false;
      bytes[at + i] = unit;
    }
    this.length = at + value.length;
    return true;
  }

  private grow(needed: number): void {
    if (this.length + needed > LARGEST) {
      throw new EngineError('BSONObjectTooLarge', `the document is larger than ${String(LARGEST)} bytes`);
    }
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + needed));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
