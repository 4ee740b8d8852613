import type { Meta, PageFile } from '../check/page-file.js';
import { TreeWalk, type TreeVisitor } from '../check/tree-walk.js';
import type { Key } from '../keys.js';

const HEADER = 24;
const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;

/** A leaf page, and its first and last key. */
interface Leaf {
  readonly page: number;
  readonly low: Key;
  readonly high: Key;
}

type Take = (key: Key, value: Uint8Array) => void;

/**
 * The leaf pages in use that damaged pages no longer lead to. The pages of one state never hold a key twice, nor one
 * between the keys of another leaf: a page that does is not what it should be, and is left out.
 */
export class LostLeaves {
  private readonly leaves: readonly Leaf[];

  /**
   * @param lost - all pages in use that no page leads to, and no others.
   * @param reached - hands over the keys that pages lead to, in order.
   */
  constructor(
    private readonly file: PageFile,
    private readonly meta: Meta,
    private readonly lost: ReadonlySet<number>,
    private readonly problem: (text: string) => void,
    reached: (take: (key: Key) => void) => void,
  ) {
    const leaves = this.leafPages()
      .flatMap((page) => this.leafAt(page) ?? [])
      .sort((one, other) => (one.low < other.low ? -1 : 1));
    this.leaves = this.apart(leaves, reached);
  }

  /** Those with a key from `low` on, in key order. */
  from(low: Key): Leaf[] {
    return this.leaves.filter(({ high }) => high >= low);
  }

  /** Hands over what a leaf page holds, in key order. */
  read({ page }: Leaf, take: Take, problem: TreeVisitor['problem'] = this.problem): void {
    const visitor = {
      problem,
      entry: take,
      // Overflow pages, too, are lost with the leaf that leads to them.
      page: (number: number, count: number): boolean => {
        for (let at = number; at < number + count; at += 1) if (!this.lost.has(at)) return false;
        return true;
      },
    };
    new TreeWalk(this.file, this.meta, visitor).run(page);
  }

  /** What follows the first of overflow pages is no page of its own, whatever it looks like. */
  private leafPages(): number[] {
    const leaves: number[] = [];
    let next = 0;
    let isUncertain = false;
    for (const page of [...this.lost].sort((a, b) => a - b)) {
      if (page < next) continue;
      // A damaged page may have been the first of overflow pages: then those behind it are not what they look like.
      if (isUncertain && page === next) {
        next = page + 1;
        continue;
      }
      const bytes = this.file.read(page);
      const kind = this.kindOf(bytes, page);
      isUncertain = kind === undefined;
      if (isUncertain) this.problem(`page ${String(page)} is in use, and damaged`);
      if (kind === LEAF) leaves.push(page);
      next = page + (kind === OVERFLOW ? Math.max(1, bytes.readUInt32LE(20)) : 1);
    }
    return leaves;
  }

  private kindOf(bytes: Buffer, page: number): number | undefined {
    if (bytes.length < this.file.pageSize || Number(bytes.readBigUInt64LE(0)) !== page) return undefined;
    if (Number(bytes.readBigUInt64LE(8)) > this.meta.txn) return undefined;
    const kind = bytes.readUInt16LE(18);
    const bounds = [bytes.readUInt16LE(20), bytes.readUInt16LE(22)] as const;
    if (kind === OVERFLOW) return kind;
    const isTree = kind === BRANCH || kind === LEAF;
    return isTree && bounds[0] <= bounds[1] && bounds[1] <= bytes.length - HEADER ? kind : undefined;
  }

  private leafAt(page: number): Leaf | undefined {
    let low: Key | undefined;
    let high: Key = '';
    const note = (key: Key): void => {
      low ??= key;
      high = key;
    };
    this.read({ page, low: '', high: '' }, note);
    return low === undefined ? undefined : { page, low, high };
  }

  /** The leaves that overlap neither one another nor what pages lead to; they come in the order of their first keys. */
  private apart(leaves: readonly Leaf[], reached: (take: (key: Key) => void) => void): Leaf[] {
    const doubtful = new Set<Leaf>();
    let widest: Leaf | undefined;
    for (const leaf of leaves) {
      if (widest !== undefined && leaf.low <= widest.high) doubtful.add(widest).add(leaf);
      if (widest === undefined || leaf.high > widest.high) widest = leaf;
    }
    const certain = leaves.filter((leaf) => !doubtful.has(leaf));
    let at = 0;
    reached((key) => {
      while (at < certain.length && (certain[at] as Leaf).high < key) at += 1;
      const leaf = certain[at];
      if (leaf !== undefined && leaf.low <= key) doubtful.add(leaf);
    });
    for (const { page } of doubtful) {
      this.problem(`page ${String(page)} holds keys that lie elsewhere, too; it is left out`);
    }
    return certain.filter((leaf) => !doubtful.has(leaf));
  }
}
