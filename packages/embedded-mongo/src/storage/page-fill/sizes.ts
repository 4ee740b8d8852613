import { HEADER, NODE } from '../check/node.js';

/** What tells the place of an entry on its page, in bytes. */
const POINTER = 2;
/** What an entry has on its page instead of a value that has pages of its own. */
const BIG_VALUE = 24;

/** How LMDB lays out entries on pages of one size. */
export class PageSizes {
  /** The bytes that a page has for entries. */
  readonly room: number;
  /** The longest entry that keeps its value on its page, without its pointer. */
  private readonly longest: number;

  constructor(pageSize: number) {
    this.room = pageSize - HEADER;
    this.longest = ((this.room >>> 1) & ~1) - POINTER;
  }

  /** The bytes of a page that an entry takes. */
  entry(keyLength: number, valueLength: number): number {
    const size = NODE + keyLength + valueLength;
    return even(size > this.longest ? NODE + keyLength + BIG_VALUE : size) + POINTER;
  }

  /** The length of the longest value that stands on one page with its key. */
  longestValue(keyLength: number): number {
    return this.longest - NODE - keyLength;
  }
}

function even(bytes: number): number {
  return bytes + (bytes & 1);
}
