import { join } from 'node:path';
import { freePages } from '../check/structure.js';
import { problemsOfMetas } from '../check/states.js';
import { PageFile, type Meta } from '../check/page-file.js';
import { TreeWalk, type TreeVisitor } from '../check/tree-walk.js';
import { DATA_FILE } from '../disk.js';
import type { Key } from '../keys.js';
import type { Change } from '../page-fill/rearrangement.js';
import { LostLeaves } from './lost-leaves.js';

/** The first two pages tell of states of the file; they belong to no tree. */
const META_PAGES = 2;

/**
 * Reads what can be read of a data file, damaged or not, without LMDB. Keys come in order, each once; values have to
 * be checked by who takes them. Every page of a file has its place: in one of the two trees, or in the lists of free
 * pages. So those that a damaged page no longer leads to can be told from free ones, whose content is out of date.
 */
export class Salvage {
  private readonly file: PageFile;
  private readonly meta: Meta;
  private readonly free: ReadonlySet<number>;
  private readonly lost: LostLeaves;
  private newer: readonly Change[] = [];

  /** Opens the data file of a folder. Throws where neither of its first two pages can be read. */
  constructor(
    folder: string,
    private readonly problem: (text: string) => void,
  ) {
    this.file = PageFile.open(join(folder, DATA_FILE));
    const [meta] = this.file.metas();
    if (meta === undefined) {
      this.file.close();
      throw new Error('nothing can be saved: neither of the first two pages of the data file can be read');
    }
    for (const text of problemsOfMetas(this.file)) problem(`${text}: the newest change may be lost`);
    this.meta = meta;
    const used = new Set<number>();
    let listProblems = 0;
    this.free = freePages(this.file, meta, {
      page: (first, count) => addAll(used, first, count),
      problem: (text) => {
        listProblems += 1;
        problem(text);
      },
    });
    const { branchPages, leafPages, overflowPages } = meta.data.size;
    const pages = META_PAGES + used.size + this.free.size + branchPages + leafPages + overflowPages;
    this.lost = this.findLost(used, listProblems === 0 && pages === meta.lastPage + 1);
  }

  /** From now on these changes count as made to what the file holds. */
  layOver(changes: ReadonlyMap<Key, Uint8Array | null>): void {
    this.newer = [...changes].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  /** Hands over the entries from `low` (inclusive) to `high` (exclusive). */
  entries(low: Key, high: Key, take: (key: Key, value: Uint8Array) => void): void {
    const newer = this.newer.filter(([key]) => key >= low && key < high);
    let taken = 0;
    const takeNewerBefore = (key: Key): void => {
      for (let change = newer[taken]; change !== undefined && change[0] < key; change = newer[taken]) {
        taken += 1;
        if (change[1] !== null) take(change[0], change[1]);
      }
    };
    const within = (key: Key, value: Uint8Array): void => {
      if (key < low || key >= high) return;
      takeNewerBefore(key);
      if (newer[taken]?.[0] !== key) take(key, value);
    };
    const lost = this.lost.from(low);
    let next = 0;
    const takeLostBefore = (key: Key): void => {
      for (let leaf = lost[next]; leaf !== undefined && leaf.low < key; leaf = lost[next]) {
        next += 1;
        this.lost.read(leaf, within);
      }
    };
    this.walk({
      wants: (from, to) => from < high && (to === undefined || to > low),
      entry: (key, value) => {
        takeLostBefore(key);
        within(key, value);
      },
    });
    takeLostBefore(high);
    takeNewerBefore(high);
  }

  close(): void {
    this.file.close();
  }

  private walk(visitor: Omit<TreeVisitor, 'problem'>): void {
    const page = (first: number, count: number): boolean => {
      // What a free page holds was deleted long ago.
      if (this.free.has(first)) {
        this.problem(`page ${String(first)} is in use and listed as free; it is left out`);
        return false;
      }
      return visitor.page?.(first, count) ?? true;
    };
    new TreeWalk(this.file, this.meta, { ...visitor, page, problem: this.problem }).run(this.meta.data.root);
  }

  /** @param used - the pages of the other tree; those that are met are added. */
  private findLost(used: Set<number>, isAccounted: boolean): LostLeaves {
    const lost = new Set<number>();
    this.walk({ page: (first, count) => addAll(used, first, count) });
    if (!isAccounted) {
      this.problem('pages in use cannot be told from free ones: what damaged pages led to is left out');
    } else {
      for (let page = META_PAGES; page <= this.meta.lastPage; page += 1) {
        if (!used.has(page) && !this.free.has(page)) lost.add(page);
      }
    }
    return new LostLeaves(this.file, this.meta, lost, this.problem, (take) => {
      if (lost.size > 0) this.walk({ entry: take });
    });
  }
}

function addAll(pages: Set<number>, first: number, count: number): boolean {
  for (let page = first; page < first + count; page += 1) pages.add(page);
  return true;
}
