import { createHash } from 'node:crypto';

/**
 * A storage key: bytes held as a latin1 string, one character a byte, so that `<` and Map look-ups work on it at
 * native speed. Layout: collection number (4 bytes), index number (2 bytes), then an order-preserving key string.
 */
export type Key = string;

/** Collection number 0 is the engine's own; its "indexes" are the kinds of record it keeps. */
export const RESERVED = { format: 1, catalogue: 2, sequence: 3, counts: 4, sessions: 5, journal: 6 } as const;

/** A part of a key beyond this many bytes is cut and finished with a hash: LMDB's keys end at 1,978 bytes. */
const MAX_PART = 920;
/** How many of its first bytes a part that is cut keeps; a bound that is to take in cut parts is no longer. */
export const KEPT_OF_LONG_PART = MAX_PART - 32;

/** The six bytes that every key of an index begins with. */
export function prefixOf(collectionId: number, indexId: number): Key {
  return String.fromCharCode(
    (collectionId >>> 24) & 0xff,
    (collectionId >>> 16) & 0xff,
    (collectionId >>> 8) & 0xff,
    collectionId & 0xff,
    (indexId >>> 8) & 0xff,
    indexId & 0xff,
  );
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The CRC-32 of a key's bytes, as zlib's `crc32` gives it and goes on from it; quicker than a Buffer for short ones. */
export function crcOfKey(key: Key): number {
  let crc = -1;
  for (let at = 0; at < key.length; at += 1) {
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ key.charCodeAt(at)) & 0xff] as number);
  }
  return ~crc >>> 0;
}

/** Writes a key's bytes at a place of a buffer, and gives the place behind them. */
export function writeKey(key: Key, target: Uint8Array, position: number): number {
  for (let at = 0; at < key.length; at += 1) target[position + at] = key.charCodeAt(at);
  return position + key.length;
}

/** The smallest key greater than every key that begins with `prefix`; `undefined` when all its bytes are 0xff. */
export function endOfPrefix(prefix: Key): Key | undefined {
  let end = prefix.length;
  while (end > 0 && prefix.charCodeAt(end - 1) === 0xff) end -= 1;
  if (end === 0) return undefined;
  return prefix.slice(0, end - 1) + String.fromCharCode(prefix.charCodeAt(end - 1) + 1);
}

/** Whether a key string is too long to be kept whole. */
export function isLongPart(part: Key): boolean {
  return part.length > MAX_PART;
}

/**
 * A key string as it is stored: itself, or, when too long, its beginning and the SHA-256 of the whole. Equal
 * stays equal and different stays different; the order among long ones of one beginning is lost.
 */
export function boundPart(part: Key): Key {
  if (!isLongPart(part)) return part;
  const hash = createHash('sha256').update(part, 'latin1').digest().toString('latin1');
  return part.slice(0, KEPT_OF_LONG_PART) + hash;
}

/** Whether a stored key string may be a cut one; one of exactly that length that was not cut is taken for one too. */
export function mayBeCut(stored: Key): boolean {
  return stored.length === MAX_PART;
}
