import { join } from 'node:path';
import { freePages } from '../check/structure.js';
import { problemsOfMetas } from '../check/states.js';
import { PageFile, type Meta } from '../check/page-file.js';
import { TreeWalk } from '../check/tree-walk.js';
import { DATA_FILE } from '../disk.js';
import type { Key } from '../keys.js';

/**
 * Reads what can be read of a data file, damaged or not, without LMDB. Keys come in order, each once; values have to
 * be checked by who takes them.
 */
export class Salvage {
  private readonly file: PageFile;
  private readonly meta: Meta;
  private readonly free: ReadonlySet<number>;

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
    this.free = freePages(this.file, meta, { problem });
  }

  /** Hands over the entries from `low` (inclusive) to `high` (exclusive). */
  entries(low: Key, high: Key, take: (key: Key, value: Uint8Array) => void): void {
    const visitor = {
      problem: this.problem,
      wants: (from: Key, to: Key | undefined): boolean => from < high && (to === undefined || to > low),
      entry: (key: Key, value: Uint8Array): void => {
        if (key >= low && key < high) take(key, value);
      },
      page: (page: number): boolean => {
        // What a free page holds was deleted long ago.
        if (this.free.has(page))
          this.problem(`page ${String(page)} is in use and listed as free; it is left out`);
        return !this.free.has(page);
      },
    };
    new TreeWalk(this.file, this.meta, visitor).run(this.meta.data.root);
  }

  close(): void {
    this.file.close();
  }
}
