import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The pages of one tree hang below this one; `undefined` for an empty tree. */
export type Root = number | undefined;

/** How a tree is built: how many levels, pages of each kind and entries it has. */
export interface TreeSize {
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
}

/** A tree as a meta page tells of it. */
export interface Tree {
  readonly root: Root;
  readonly flags: number;
  readonly size: TreeSize;
}

/** What a meta page says of one committed state of the file. */
export interface Meta {
  /** Which of the two meta pages this is. */
  readonly page: number;
  readonly pageSize: number;
  /** The number of LMDB's transaction that made this state. */
  readonly txn: number;
  readonly lastPage: number;
  /** The tree of the lists of free pages, and the tree of the data. */
  readonly free: Tree;
  readonly data: Tree;
}

const HEADER = 24;
const MAGIC = 0xbeefc0de;
const VERSION = 2;
const FREE_TREE = 48;
const DATA_TREE = 96;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
/** Where the second meta page begins is known only from the first, which may be damaged: LMDB's own default then. */
const USUAL_PAGE_SIZE = 4096;

/**
 * LMDB's data file read directly, page by page, without LMDB: whatever is in it, reading it cannot crash the process.
 * The layout is that of the LMDB inside `lmdb` 3.5: a header of 24 bytes (page number, transaction, flags, bounds),
 * little-endian, two meta pages first.
 */
export class PageFile {
  private constructor(
    private readonly file: number,
    readonly pageSize: number,
  ) {}

  /** Opens the file; throws where it cannot be read. Close it. */
  static open(path: string): PageFile {
    const file = openSync(path, 'r');
    const first = readMeta(readAt(file, 0, USUAL_PAGE_SIZE), 0);
    return new PageFile(file, first?.pageSize ?? USUAL_PAGE_SIZE);
  }

  get length(): number {
    return fstatSync(this.file).size;
  }

  /** The committed states that the file knows, the newest first: two, fewer where a meta page is damaged. */
  metas(): Meta[] {
    return [0, 1]
      .map((number) => readMeta(readAt(this.file, number * this.pageSize, this.pageSize), number))
      .filter((meta) => meta !== undefined)
      .sort((a, b) => b.txn - a.txn);
  }

  /** So many pages from this one on; shorter where the file ends before. */
  read(page: number, pages = 1): Buffer {
    return readAt(this.file, page * this.pageSize, pages * this.pageSize);
  }

  close(): void {
    closeSync(this.file);
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(file, bytes, filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

function readMeta(page: Buffer, number: number): Meta | undefined {
  if (page.length < HEADER + 144) return undefined;
  if (page.readUInt32LE(HEADER) !== MAGIC || (page.readUInt32LE(HEADER + 4) & 0xffff) !== VERSION) {
    return undefined;
  }
  const pageSize = page.readUInt32LE(48);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined;
  return {
    page: number,
    pageSize,
    free: treeAt(page, FREE_TREE),
    data: treeAt(page, DATA_TREE),
    lastPage: Number(page.readBigUInt64LE(144)),
    txn: Number(page.readBigUInt64LE(152)),
  };
}

function treeAt(page: Buffer, offset: number): Tree {
  const number = (at: number): number => Number(page.readBigUInt64LE(offset + at));
  const root = page.readBigUInt64LE(offset + 40);
  return {
    root: root === NO_PAGE ? undefined : Number(root),
    flags: page.readUInt16LE(offset + 4),
    size: {
      depth: page.readUInt16LE(offset + 6),
      branchPages: number(8),
      leafPages: number(16),
      overflowPages: number(24),
      entries: number(32),
    },
  };
}
