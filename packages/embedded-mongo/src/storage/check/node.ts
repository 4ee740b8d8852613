import type { Key } from '../keys.js';

/** How long the header of a page is, and that of an entry, in bytes. */
export const HEADER = 24;
export const NODE = 8;
/** Kinds of page, by their flags. */
export const BRANCH = 1;
export const LEAF = 2;
export const OVERFLOW = 4;
/** The flag of an entry whose value has pages of its own. */
export const BIG_DATA = 1;

/** An entry of a page. */
export interface Node {
  readonly key: Key;
  /** The child of a branch, the data length of a leaf's entry. */
  readonly number: number;
  readonly flags: number;
  readonly dataAt: number;
}

/** The entry at an offset of a page, undefined where it does not lie between `upper` and the page's end. */
export function nodeAt(bytes: Buffer, offset: number, upper: number, isBranch: boolean): Node | undefined {
  if (offset < upper || offset + NODE > bytes.length) return undefined;
  const keyLength = bytes.readUInt16LE(offset + 6);
  const dataAt = offset + NODE + keyLength;
  if (dataAt > bytes.length) return undefined;
  const low = bytes.readUInt32LE(offset);
  const flags = bytes.readUInt16LE(offset + 4);
  return {
    key: bytes.toString('latin1', offset + NODE, dataAt),
    number: isBranch ? low + flags * 2 ** 32 : low,
    flags: isBranch ? 0 : flags,
    dataAt,
  };
}
