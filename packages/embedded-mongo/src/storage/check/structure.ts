import { isDeepStrictEqual } from 'node:util';
import { prefixOf, type Key } from '../keys.js';
import type { Meta, PageFile, TreeSize } from './page-file.js';
import { TreeWalk, type TreeVisitor } from './tree-walk.js';

/** At most so many problems of one kind are told; the rest are counted. */
const MOST_TOLD = 100;

/** What the pages of the file show, read without LMDB. */
export interface Structure {
  readonly problems: readonly string[];
  /** How many entries each index holds, by its six-byte prefix. */
  readonly entries: ReadonlyMap<Key, number>;
}

/** Collects problems, each once and only the first of many. */
export class Problems {
  private readonly told = new Set<string>();
  private untold = 0;

  readonly add = (text: string): void => {
    if (this.told.has(text)) return;
    if (this.told.size < MOST_TOLD) this.told.add(text);
    else this.untold += 1;
  };

  list(): string[] {
    return this.untold === 0 ? [...this.told] : [...this.told, `and ${String(this.untold)} more`];
  }
}

/** Checks every page in use of one committed state: headers, bounds, order, and that no page serves two purposes. */
export function checkStructure(file: PageFile, meta: Meta): Structure {
  const problems = new Problems();
  const used = new Set<number>();
  const note = (page: number, count: number): boolean => {
    for (let at = page; at < page + count; at += 1) {
      if (used.has(at)) problems.add(`page ${String(at)} is used twice`);
      used.add(at);
    }
    return true;
  };
  const entries = new Map<Key, number>();
  const data = {
    page: note,
    problem: problems.add,
    entry: (key: Key): void => {
      const prefix = key.slice(0, prefixOf(0, 0).length);
      entries.set(prefix, (entries.get(prefix) ?? 0) + 1);
    },
  };
  const walk = new TreeWalk(file, meta, data);
  walk.run(meta.data.root);
  compareSizes('data', walk.size, meta.data.size, problems.add);
  const free = freePages(file, meta, { page: note, problem: problems.add });
  for (const page of free)
    if (used.has(page)) problems.add(`page ${String(page)} is in use and listed as free`);
  return { problems: problems.list(), entries };
}

function compareSizes(tree: string, found: TreeSize, told: TreeSize, problem: TreeVisitor['problem']): void {
  if (isDeepStrictEqual(found, told)) return;
  problem(
    `the file says of the tree of ${tree}: ${JSON.stringify(told)}; there is of it: ${JSON.stringify(found)}`,
  );
}

/** The pages that a state lists as free for reuse. */
export function freePages(
  file: PageFile,
  meta: Meta,
  visitor: Pick<TreeVisitor, 'page' | 'problem'>,
): Set<number> {
  const free = new Set<number>();
  const add = (first: number, count: number): void => {
    if (first < 2 || first + count - 1 > meta.lastPage) {
      visitor.problem(`a list of free pages names page ${String(first)} wrongly`);
      return;
    }
    for (let page = first; page < first + count; page += 1) {
      if (free.has(page)) visitor.problem(`page ${String(page)} is listed as free twice`);
      free.add(page);
    }
  };
  const entry = (_: Key, value: Uint8Array): void => {
    if (!readPageList(Buffer.from(value.buffer, value.byteOffset, value.byteLength), add)) {
      visitor.problem('a list of free pages is damaged');
    }
  };
  const walk = new TreeWalk(file, meta, { ...visitor, entry }, false);
  walk.run(meta.free.root);
  compareSizes('free pages', walk.size, meta.free.size, visitor.problem);
  return free;
}

/**
 * Reads a list of pages: its length, then numbers of 8 bytes. One that is positive is a page, or the first of as many
 * pages as the number before says, which is negative then; zeros are gaps. False where it is no such list.
 */
function readPageList(list: Buffer, add: (first: number, count: number) => void): boolean {
  const length = list.length < 8 ? -1 : Number(list.readBigInt64LE(0));
  if (length < 0 || 8 + length * 8 > list.length) return false;
  let count = 1;
  for (let at = 1; at <= length; at += 1) {
    const number = Number(list.readBigInt64LE(at * 8));
    if (number < 0) count = -number;
    else if (number > 0) {
      add(number, count);
      count = 1;
    }
  }
  return true;
}

/** Throws where the file does not even hold the two pages that LMDB begins with. */
export function checkBeginning(file: PageFile): void {
  if (file.metas().length === 0) {
    throw new Error('the data file is damaged: neither of its first two pages can be read');
  }
  if (file.length < 2 * file.pageSize)
    throw new Error('the data file has been cut short: its page 1 is missing');
}

/**
 * Throws where the file ends before the last page that a state uses: reading there would end the process. A file may
 * well be shorter than its last page's number says, where free pages lie at its end; so the trees are walked in that
 * case. Nobody may write meanwhile, or the state is held.
 */
export function checkLength(file: PageFile, meta: Meta): void {
  if ((meta.lastPage + 1) * meta.pageSize <= file.length) return;
  let last = 1;
  const visitor = {
    page: (page: number, count: number): boolean => {
      last = Math.max(last, page + count - 1);
      return true;
    },
    problem: (text: string): never => {
      throw new Error(`the data file has been cut short or is damaged: ${text}`);
    },
  };
  new TreeWalk(file, meta, visitor).run(meta.data.root);
  new TreeWalk(file, meta, visitor, false).run(meta.free.root);
  if ((last + 1) * meta.pageSize > file.length) {
    throw new Error(`the data file has been cut short: its page ${String(last)} is missing`);
  }
}
