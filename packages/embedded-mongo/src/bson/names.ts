/**
 * Field names repeat from document to document, so short ASCII names come from a small cache instead of being decoded
 * again. The cache is direct-mapped: a name that hashes to a taken slot replaces its holder, so it never grows.
 */
const SLOTS = 4096;
const LONGEST_CACHED = 32;
const cache: string[] = new Array<string>(SLOTS).fill('');

/** The text of the name in bytes `start` to `end` (exclusive, its NUL not included). */
export function readName(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length > LONGEST_CACHED) return bytes.toString('utf8', start, end);
  let hash = length;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const cached = cache[slot]!;
  if (sameAscii(cached, bytes, start, length)) return cached;
  const name = bytes.toString('utf8', start, end);
  // Only pure ASCII names have as many characters as bytes: others are never found again, so they are not kept.
  if (name.length === length) cache[slot] = name;
  return name;
}

function sameAscii(text: string, bytes: Buffer, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
