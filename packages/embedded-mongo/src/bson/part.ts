import { encodeParts, type RawElements } from './encoder.js';
import { valueEnd, valueStart } from './fields.js';
import { readName } from './names.js';
import { asBuffer, Reader } from './reader.js';
import type { Doc, Value } from './types.js';

/**
 * The part of a document that its top-level fields of these names are, in its order; the others are passed over. The
 * bytes must have passed `validateDoc`.
 */
export function decodePart(bytes: Uint8Array, names: ReadonlySet<string>): Doc {
  const buffer = asBuffer(bytes);
  const reader = new Reader(buffer, 4);
  const part: Doc = new Map();
  for (let at = 4; buffer[at] !== 0 && part.size < names.size;) {
    const value = valueStart(buffer, at);
    const name = readName(buffer, at + 1, value - 1);
    const type = buffer[at]!;
    if (names.has(name) && !part.has(name)) {
      reader.position = value;
      part.set(name, reader.value(type));
      at = reader.position;
    } else at = valueEnd(buffer, type, value);
  }
  return part;
}

/**
 * A document with another form of one part: `before` is what `decodePart` gave of it, `after` what it is to become.
 * All other fields stay as they are, new ones come last. Throws like `encodeDoc`.
 */
export function encodeWithPart(
  bytes: Uint8Array,
  names: ReadonlySet<string>,
  before: Doc,
  after: Doc,
): Uint8Array {
  const buffer = asBuffer(bytes);
  const parts: (RawElements | readonly [string, Value])[] = [];
  const met = new Set<string>();
  let kept = 4;
  let at = 4;
  while (buffer[at] !== 0) {
    const value = valueStart(buffer, at);
    const name = readName(buffer, at + 1, value - 1);
    const end = valueEnd(buffer, buffer[at]!, value);
    if (names.has(name)) {
      const now = after.get(name);
      const isFirst = !met.has(name);
      met.add(name);
      // Of a repeated name only the first value counts, and is left after a change.
      if (!isFirst || now !== before.get(name)) {
        if (kept < at) parts.push({ bytes: buffer, start: kept, end: at });
        if (isFirst && now !== undefined) parts.push([name, now]);
        kept = end;
      }
    }
    at = end;
  }
  if (kept < at) parts.push({ bytes: buffer, start: kept, end: at });
  for (const field of after) if (!before.has(field[0])) parts.push(field);
  return encodeParts(parts);
}
