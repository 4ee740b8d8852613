import { BIG_DATA, HEADER, nodeAt, type Node } from '../check/node.js';
import type { Key } from '../keys.js';
import type { PageSizes } from './sizes.js';

/** The page that a key stands on, or would be put on. Entries count from 0, in key order. */
export interface Leaf {
  readonly count: number;
  /** Where the next page begins: all keys below it, from this page's first on, go onto this one. None for the last page. */
  readonly end: Key | undefined;
  keyAt(place: number): Key;
  /** The first entry whose key is not below this one; `count` where there is none. */
  placeOf(key: Key): number;
  /** The bytes of the page that the entries before a place take. */
  bytesBefore(place: number): number;
  /** The entries from a place on as they are stored; undefined where a value has pages of its own. */
  entriesFrom(place: number): (readonly [key: Key, value: Uint8Array])[] | undefined;
}

/** The entries of a page that was read, which lie in it. */
export class PageOfEntries {
  readonly count: number;

  constructor(
    protected readonly bytes: Buffer,
    private readonly isBranch: boolean,
  ) {
    this.count = bytes.readUInt16LE(20) >>> 1;
  }

  nodeAt(place: number): Node {
    const offset = this.bytes.readUInt16LE(HEADER + 2 * place) + HEADER;
    const node = nodeAt(this.bytes, offset, HEADER, this.isBranch);
    if (node === undefined) throw new RangeError('an entry lies outside of its page');
    return node;
  }

  keyAt(place: number): Key {
    return this.nodeAt(place).key;
  }

  /** The first entry, not before `from`, whose key is not below this one. */
  placeOf(key: Key, from = 0): number {
    let low = from;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keyAt(middle) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A leaf of the data file. */
export class LeafPage extends PageOfEntries implements Leaf {
  constructor(
    page: Buffer,
    readonly end: Key | undefined,
    private readonly sizes: PageSizes,
  ) {
    super(page, false);
  }

  bytesBefore(place: number): number {
    let bytes = 0;
    for (let at = 0; at < place; at += 1) {
      const { key, number: length } = this.nodeAt(at);
      bytes += this.sizes.entry(key.length, length);
    }
    return bytes;
  }

  entriesFrom(place: number): (readonly [key: Key, value: Uint8Array])[] | undefined {
    const entries: (readonly [Key, Uint8Array])[] = [];
    for (let at = place; at < this.count; at += 1) {
      const { key, number: length, flags, dataAt } = this.nodeAt(at);
      if ((flags & BIG_DATA) !== 0 || dataAt + length > this.bytes.length) return undefined;
      entries.push([key, this.bytes.subarray(dataAt, dataAt + length)]);
    }
    return entries;
  }
}
