import { BIG_DATA, BRANCH, HEADER, LEAF, nodeAt, type Node } from '../check/node.js';
import type { PageFile } from '../check/page-file.js';
import type { Key } from '../keys.js';
import { PageSizes } from './sizes.js';

/** An entry as it stands on a leaf. */
export interface LeafEntry {
  readonly key: Key;
  /** As it is stored; undefined where it has pages of its own. */
  readonly value: Uint8Array | undefined;
  /** The bytes that it takes of the page. */
  readonly size: number;
}

/** The page that a key stands on, or would be put on. */
export interface Leaf {
  /** In key order. */
  readonly entries: readonly LeafEntry[];
  /** Where the next page begins: all keys below it, from this page's first on, go onto this one. None for the last page. */
  readonly end: Key | undefined;
}

const DEEPEST = 32;

/**
 * Looks at the leaves of the newest state of the data file, as long as nobody writes it. To know how full a page is helps
 * to fill it; nothing else depends on what is found here.
 */
export class Leaves {
  readonly sizes: PageSizes;
  /** Branches that were read, by their page. */
  private readonly branches = new Map<number, Buffer>();
  private root: number | undefined;

  constructor(private readonly file: PageFile) {
    this.sizes = new PageSizes(file.pageSize);
    this.root = file.metas()[0]?.data.root;
  }

  /** The leaf for a key; undefined in an empty file, and where a page is not as it must be. */
  of(key: Key): Leaf | undefined {
    let page = this.root;
    let end: Key | undefined;
    for (let depth = 0; page !== undefined && depth < DEEPEST; depth += 1) {
      const bytes = this.branches.get(page) ?? this.file.read(page);
      const count = entriesOn(bytes, page, this.file.pageSize);
      if (count === undefined) return undefined;
      if (bytes.readUInt16LE(18) === LEAF) return this.leaf(bytes, count, end);
      if (bytes.readUInt16LE(18) !== BRANCH) return undefined;
      this.branches.set(page, bytes);
      const at = childFor(bytes, count, key);
      end = (at + 1 < count ? entryAt(bytes, at + 1, true)?.key : undefined) ?? end;
      page = entryAt(bytes, at, true)?.number;
    }
    return undefined;
  }

  private leaf(bytes: Buffer, count: number, end: Key | undefined): Leaf | undefined {
    const entries: LeafEntry[] = [];
    for (let at = 0; at < count; at += 1) {
      const node = entryAt(bytes, at, false);
      if (node === undefined) return undefined;
      const { key, number: length, dataAt } = node;
      const isBig = (node.flags & BIG_DATA) !== 0;
      if (!isBig && dataAt + length > bytes.length) return undefined;
      const value = isBig ? undefined : bytes.subarray(dataAt, dataAt + length);
      entries.push({ key, value, size: this.sizes.entry(key.length, length) });
    }
    return { entries, end };
  }
}

/** How many entries a page says it has; undefined where it cannot be so. */
function entriesOn(bytes: Buffer, page: number, pageSize: number): number | undefined {
  if (bytes.length !== pageSize || Number(bytes.readBigUInt64LE(0)) !== page) return undefined;
  const pointers = bytes.readUInt16LE(20);
  return HEADER + pointers > pageSize ? undefined : pointers >>> 1;
}

function entryAt(bytes: Buffer, at: number, isBranch: boolean): Node | undefined {
  return nodeAt(bytes, bytes.readUInt16LE(HEADER + 2 * at) + HEADER, HEADER, isBranch);
}

/** Which child a key belongs below: the last that does not begin behind it. The first one's key is not kept. */
function childFor(bytes: Buffer, count: number, key: Key): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const node = entryAt(bytes, middle, true);
    if (node !== undefined && node.key <= key) low = middle;
    else high = middle - 1;
  }
  return low;
}
