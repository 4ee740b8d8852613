import type { Key } from '../keys.js';
import { BIG_DATA, BRANCH, HEADER, LEAF, nodeAt, OVERFLOW, type Node } from './node.js';
import type { Meta, PageFile, Root, TreeSize } from './page-file.js';

/** Receives what a walk meets. */
export interface TreeVisitor {
  /** A leaf's entry, in key order unless the order is damaged (then `problem` came before). */
  readonly entry?: (key: Key, value: Uint8Array) => void;
  /** A page of the tree, or the first of `count` overflow pages; false leaves it out, with all that is below it. */
  readonly page?: (number: number, count: number) => boolean;
  /** Something is not as it must be; the walk goes on with the next page or entry. */
  readonly problem: (text: string) => void;
  /** Whether the keys from `low` (inclusive) to `high` (exclusive, `undefined`: no end) matter. Default: all do. */
  readonly wants?: (low: Key, high: Key | undefined) => boolean;
}

const DEEPEST = 32;

interface Place {
  readonly page: number;
  readonly low: Key;
  readonly high: Key | undefined;
  /** No page below another can be newer than that. */
  readonly txn: number;
  readonly depth: number;
}

/** Visits every page of one tree of one state and checks its structure. */
export class TreeWalk {
  private readonly seen = new Set<number>();
  private depth = 0;
  private branchPages = 0;
  private leafPages = 0;
  private overflowPages = 0;
  private entries = 0;

  constructor(
    private readonly file: PageFile,
    private readonly meta: Meta,
    private readonly visitor: TreeVisitor,
    private readonly keysAreOrdered = true,
  ) {}

  /** Walks below the root. Nothing that is stored can make it throw or go on for ever. */
  run(root: Root): void {
    if (root === undefined) return;
    this.visit({ page: root, low: '', high: undefined, txn: this.meta.txn, depth: 0 });
  }

  /** What has been found of the tree. */
  get size(): TreeSize {
    const { depth, branchPages, leafPages, overflowPages, entries } = this;
    return { depth, branchPages, leafPages, overflowPages, entries };
  }

  private visit(place: Place): void {
    const { page } = place;
    if (!this.claim(page, 1)) return;
    const bytes = this.file.read(page);
    const flags = this.checkHeader(bytes, page, place.txn);
    if (flags === undefined) return;
    if (flags !== BRANCH && flags !== LEAF) {
      this.visitor.problem(`page ${String(page)} is neither branch nor leaf`);
      return;
    }
    this.depth = Math.max(this.depth, place.depth + 1);
    if (flags === BRANCH) this.branchPages += 1;
    else this.leafPages += 1;
    const nodes = this.nodesOf(bytes, place, flags === BRANCH);
    const txn = Number(bytes.readBigUInt64LE(8));
    if (flags === BRANCH) this.visitChildren(nodes, place, txn);
    else for (const node of nodes) this.visitEntry(bytes, node, page, txn);
  }

  private visitChildren(nodes: readonly Node[], place: Place, txn: number): void {
    if (place.depth >= DEEPEST) {
      this.visitor.problem(`page ${String(place.page)} lies too deep`);
      return;
    }
    nodes.forEach((node, at) => {
      const low = at === 0 ? place.low : node.key;
      const high = nodes[at + 1]?.key ?? place.high;
      if (this.visitor.wants?.(low, high) === false) return;
      this.visit({ page: node.number, low, high, txn, depth: place.depth + 1 });
    });
  }

  private visitEntry(bytes: Buffer, node: Node, page: number, txn: number): void {
    this.entries += 1;
    if ((node.flags & ~BIG_DATA) !== 0) {
      this.visitor.problem(`page ${String(page)} has an entry of an unknown kind`);
      return;
    }
    if ((node.flags & BIG_DATA) === 0) {
      if (node.dataAt + node.number > bytes.length)
        this.visitor.problem(`page ${String(page)} has an entry beyond it`);
      else this.visitor.entry?.(node.key, bytes.subarray(node.dataAt, node.dataAt + node.number));
      return;
    }
    if (node.dataAt + 24 > bytes.length) {
      this.visitor.problem(`page ${String(page)} has an entry beyond it`);
      return;
    }
    const first = Number(bytes.readBigUInt64LE(node.dataAt));
    const value = this.overflow(first, node.number, txn);
    if (value !== undefined) this.visitor.entry?.(node.key, value);
  }

  private overflow(first: number, length: number, txn: number): Uint8Array | undefined {
    const needed = Math.floor((HEADER - 1 + length) / this.file.pageSize) + 1;
    if (!this.isInside(first, needed)) return undefined;
    const bytes = this.file.read(first, needed);
    const flags = this.checkHeader(bytes, first, txn);
    if (flags === undefined) return undefined;
    // A value that has become shorter keeps its pages.
    const kept = bytes.readUInt32LE(20);
    if (flags !== OVERFLOW || kept < needed || bytes.length < HEADER + length) {
      this.visitor.problem(`page ${String(first)} is no overflow page for ${String(length)} bytes`);
      return undefined;
    }
    if (!this.claim(first, kept)) return undefined;
    this.overflowPages += kept;
    return bytes.subarray(HEADER, HEADER + length);
  }

  /** Notes pages as used here; false where they cannot be, or belong to something else already. */
  private claim(first: number, count: number): boolean {
    if (!this.isInside(first, count)) return false;
    for (let page = first; page < first + count; page += 1) {
      if (this.seen.has(page)) {
        this.visitor.problem(`page ${String(page)} is used twice`);
        return false;
      }
      this.seen.add(page);
    }
    return this.visitor.page?.(first, count) ?? true;
  }

  private isInside(first: number, count: number): boolean {
    if (Number.isSafeInteger(first) && first >= 2 && first + count - 1 <= this.meta.lastPage) return true;
    this.visitor.problem(`page number ${String(first)} is outside of the file`);
    return false;
  }

  private checkHeader(bytes: Buffer, page: number, txn: number): number | undefined {
    if (bytes.length < HEADER) {
      this.visitor.problem(`page ${String(page)} lies beyond the end of the file`);
      return undefined;
    }
    if (Number(bytes.readBigUInt64LE(0)) !== page) {
      this.visitor.problem(`page ${String(page)} calls itself another one`);
      return undefined;
    }
    if (Number(bytes.readBigUInt64LE(8)) > txn) {
      this.visitor.problem(`page ${String(page)} is newer than what leads to it`);
      return undefined;
    }
    return bytes.readUInt16LE(18);
  }

  /** The nodes that can be read, in their order; each must lie in the page and, by its key, between the bounds. */
  private nodesOf(bytes: Buffer, place: Place, isBranch: boolean): Node[] {
    const { page } = place;
    const lower = bytes.readUInt16LE(20) + HEADER;
    const upper = bytes.readUInt16LE(22) + HEADER;
    if (lower < HEADER || lower > upper || upper > bytes.length || (lower - HEADER) % 2 !== 0) {
      this.visitor.problem(`page ${String(page)} has impossible bounds`);
      return [];
    }
    const nodes: Node[] = [];
    let last: Key | undefined;
    for (let at = HEADER; at < lower; at += 2) {
      const isFirstOfBranch = isBranch && at === HEADER;
      const node = nodeAt(bytes, bytes.readUInt16LE(at) + HEADER, upper, isBranch);
      if (node === undefined) {
        this.visitor.problem(`page ${String(page)} has an entry outside of it`);
        continue;
      }
      const misplaced = this.keysAreOrdered && !isFirstOfBranch && !isBetween(node.key, last, place);
      if (misplaced) {
        this.visitor.problem(`page ${String(page)} has a key that does not belong there`);
        if (!isBranch) continue;
      }
      if (!isFirstOfBranch) last = node.key;
      nodes.push(node);
    }
    return nodes;
  }
}

function isBetween(key: Key, last: Key | undefined, { low, high }: Place): boolean {
  return key >= low && (high === undefined || key < high) && (last === undefined || key > last);
}
