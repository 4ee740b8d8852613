import { isUtf8 } from 'node:buffer';
import { EngineError } from '../errors.js';
import { asBuffer } from './reader.js';
import type { RawDoc } from './types.js';

/** The most bytes that a stored document may have: 16 MiB. */
export const MAX_DOCUMENT_SIZE = 16 * 1024 * 1024;
/** The most bytes that a command's document may have: a stored document and room around it. */
export const MAX_COMMAND_SIZE = MAX_DOCUMENT_SIZE + 16 * 1024;
/** How deep stored documents may nest; the document itself is level 1. */
export const MAX_DEPTH = 180;
/** How deep commands, and the engine's own records, may nest: a stored document and what is around it. */
export const MAX_COMMAND_DEPTH = MAX_DEPTH + 20;

const SMALLEST = 5;

/**
 * Checks that the bytes are exactly one well-formed BSON document: every length, type, name, bool and end byte, and
 * UTF-8 throughout. `maxSize` is in bytes. Throws EngineError InvalidBSON, BSONObjectTooLarge, or Overflow where it
 * nests deeper than `maxDepth`.
 */
export function validateDoc(bytes: Uint8Array, maxDepth = MAX_DEPTH, maxSize = MAX_COMMAND_SIZE): void {
  checkSize(bytes, maxSize);
  new Validator(asBuffer(bytes), 0, maxDepth).check(bytes.length);
}

/**
 * `validateDoc` of a document that is a part of other bytes, and may nest as deep as a command. Returns how many levels
 * it has.
 */
export function validateRaw(doc: RawDoc): number {
  checkSize(doc);
  const validator = new Validator(asBuffer(doc.source), doc.start, MAX_COMMAND_DEPTH);
  validator.check(doc.end);
  return validator.levels;
}

/** Throws EngineError BSONObjectTooLarge for more bytes than a document may have. */
export function checkSize({ length }: { readonly length: number }, maxSize = MAX_COMMAND_SIZE): void {
  if (length <= maxSize) return;
  throw new EngineError(
    'BSONObjectTooLarge',
    `BSONObj size: ${length} is invalid. Size must be between 0 and ${maxSize}`,
  );
}

/** Walks through BSON; each method takes where a part starts and `limit`, before which it must end, and gives its end. */
class Validator {
  /** The deepest level met so far. */
  levels = 0;

  constructor(
    private readonly bytes: Buffer,
    /** Where the document begins, from which messages count. */
    private readonly first: number,
    private readonly maxDepth: number,
  ) {}

  /** Checks the whole, which must be a document that ends at `end`. */
  check(end: number): void {
    if (this.document(this.first, end, 1) !== end) {
      throw this.invalid('bytes follow the end of the document', this.first);
    }
  }

  document(start: number, limit: number, depth: number): number {
    if (depth > this.maxDepth) {
      throw new EngineError('Overflow', `BSONObj exceeds maximum nested object depth: ${this.maxDepth}`);
    }
    if (depth > this.levels) this.levels = depth;
    const end = start + this.length(start, limit, SMALLEST);
    if (end > limit) throw this.invalid('a document is longer than what holds it', start);
    const last = end - 1;
    if (this.bytes[last] !== 0) throw this.invalid('a document has no end byte', last);
    let at = start + 4;
    while (at < last) {
      const type = this.bytes[at]!;
      at = this.value(type, this.cString(at + 1, last), last, depth);
    }
    if (at !== last) throw this.invalid('a value crosses the end of its document', at);
    return end;
  }

  private value(type: number, start: number, limit: number, depth: number): number {
    switch (type) {
      case 0x01: // double
      case 0x09: // date
      case 0x11: // timestamp
      case 0x12: // int64
        return this.fixed(start, 8, limit);
      case 0x02: // string
      case 0x0d: // code
      case 0x0e: // symbol
        return this.string(start, limit);
      case 0x03: // object
      case 0x04: // array
        return this.document(start, limit, depth + 1);
      case 0x05: // binary
        return this.binary(start, limit);
      case 0x06: // undefined
      case 0x0a: // null
      case 0x7f: // MaxKey
      case 0xff: // MinKey
        return start;
      case 0x07: // ObjectId
        return this.fixed(start, 12, limit);
      case 0x08: // bool
        return this.bool(start, limit);
      case 0x0b: // regular expression
        return this.cString(this.cString(start, limit), limit);
      case 0x0c: // DBPointer
        return this.fixed(this.string(start, limit), 12, limit);
      case 0x0f: // code with scope
        return this.codeWithScope(start, limit, depth);
      case 0x10: // int32
        return this.fixed(start, 4, limit);
      case 0x13: // decimal128
        return this.fixed(start, 16, limit);
      default:
        throw this.invalid(`a value is of the unknown type ${type}`, start);
    }
  }

  private fixed(start: number, size: number, limit: number): number {
    if (start + size > limit) throw this.invalid('a value crosses the end of its document', start);
    return start + size;
  }

  /** The 32-bit length that stands at `start`. */
  private length(start: number, limit: number, least: number): number {
    this.fixed(start, 4, limit);
    const length = this.bytes.readInt32LE(start);
    if (length < least) throw this.invalid(`a length is ${length}`, start);
    return length;
  }

  private bool(start: number, limit: number): number {
    this.fixed(start, 1, limit);
    if (this.bytes[start]! > 1) throw this.invalid('a bool is neither 0 nor 1', start);
    return start + 1;
  }

  private string(start: number, limit: number): number {
    const end = this.fixed(start + 4, this.length(start, limit, 1), limit);
    if (this.bytes[end - 1] !== 0) throw this.invalid('a string has no end byte', end - 1);
    this.utf8(start + 4, end - 1);
    return end;
  }

  private binary(start: number, limit: number): number {
    const length = this.length(start, limit, 0);
    const content = this.fixed(start + 4, 1, limit);
    const end = this.fixed(content, length, limit);
    // The old subtype 2 holds its length once more.
    if (this.bytes[start + 4] === 2 && this.length(content, end, 0) !== length - 4) {
      throw this.invalid('the two lengths of a binary of subtype 2 differ', content);
    }
    return end;
  }

  private codeWithScope(start: number, limit: number, depth: number): number {
    const end = this.fixed(start, this.length(start, limit, 4 + SMALLEST + SMALLEST), limit);
    if (this.document(this.string(start + 4, end), end, depth + 1) !== end) {
      throw this.invalid('the length of a code with scope is wrong', start);
    }
    return end;
  }

  /** A text that ends at its first NUL. Plain ASCII is seen in the same pass. */
  private cString(start: number, limit: number): number {
    let at = start;
    let seen = 0;
    for (; at < limit; at++) {
      const byte = this.bytes[at]!;
      if (byte === 0) break;
      seen |= byte;
    }
    if (at >= limit) throw this.invalid('a name or text has no end byte', start);
    if (seen >= 0x80) this.utf8(start, at);
    return at + 1;
  }

  private utf8(start: number, end: number): void {
    for (let at = start; at < end; at++) {
      if (this.bytes[at]! < 0x80) continue;
      if (!isUtf8(this.bytes.subarray(at, end))) throw this.invalid('a text is not UTF-8', start);
      return;
    }
  }

  private invalid(what: string, at: number): EngineError {
    return new EngineError('InvalidBSON', `Invalid BSON: ${what} at offset ${at - this.first}`);
  }
}
