import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { open, type PutOptions, type RootDatabase, type Transaction as LmdbTransaction } from 'lmdb';
import { PageFile } from './check/page-file.js';
import { checkBeginning, checkLength } from './check/structure.js';
import { DiskSnapshot } from './disk-snapshot.js';
import { type Key, writeKey } from './keys.js';
import { Ends } from './page-fill/ends.js';
import { Leaves } from './page-fill/leaves.js';
import { takeLongRuns } from './page-fill/long-runs.js';
import type { Change, Rearrangement } from './page-fill/rearrangement.js';
import { isSealed, seal } from './seal.js';
import { SpaceGuard, type MeasureSpace } from './space.js';

/** The file, inside its folder, that holds all data. */
export const DATA_FILE = 'data.mdb';

const latin1Keys = {
  writeKey,
  readKey(source: Buffer, start: number, end: number): Key {
    return source.toString('latin1', start, end);
  },
};

/** A state of the file that LMDB is about to show, before any page of it is read. */
export interface BegunState {
  /** The number of the LMDB transaction that made it. */
  readonly txn: number;
  /** The picture of it, whose `release` is then to be called instead of this one. */
  readonly show: () => DiskSnapshot;
  readonly release: () => void;
}

/** The LMDB file: pictures to read from, and batches that are durable when their promise settles. */
export class Disk {
  private readonly ends = new Ends();
  /** The file once more, to look at its pages. */
  private pages: PageFile | undefined;

  private constructor(
    private readonly database: RootDatabase<Uint8Array, Key>,
    private readonly path: string,
  ) {}

  /**
   * Opens the data file in `folder`, which is made (mode 0700) where it does not exist. Throws OutOfDiskSpace, and
   * an Error where the file has been cut short: LMDB would survive neither. `room` bytes are needed beyond the reserve.
   */
  static open(folder: string, measureSpace?: MeasureSpace, room = 0): Disk {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    SpaceGuard.checkOpening(folder, room, measureSpace);
    checkFile(folder);
    return Disk.openFile(folder, false);
  }

  /**
   * Opens the data file for reading only, unchecked. Not where another process may write it: to open a file is enough
   * for LMDB to set back the number of the newest commit that all its processes share.
   */
  static openToRead(folder: string): Disk {
    return Disk.openFile(folder, true);
  }

  /**
   * Opens the data file of another folder for reading only, by a link in the empty folder `aside`, where LMDB then keeps
   * numbers and readers of its own. The process that writes the file is not disturbed, and does not know of readers
   * here: it has to hold a picture for them.
   */
  static openAside(folder: string, aside: string): Disk {
    symlinkSync(resolve(folder, DATA_FILE), join(aside, DATA_FILE));
    return Disk.openFile(aside, true);
  }

  private static openFile(folder: string, readOnly: boolean): Disk {
    const path = join(folder, DATA_FILE);
    const database = open<Uint8Array, Key>({
      path,
      readOnly,
      noSubdir: true,
      encoding: 'binary',
      keyEncoder: latin1Keys,
      // The batch's own promise then covers the fdatasync; `flushed` may never settle after a failed commit.
      overlappingSync: false,
      maxReaders: 4096,
    });
    return new Disk(database, path);
  }

  /** A picture of everything durable now; the caller holds it until it calls `release`. */
  snapshot(): DiskSnapshot {
    return new DiskSnapshot(this.database, this.newest());
  }

  /** Begins to read the newest state without reading any page of it. The only picture of its process. */
  begin(): BegunState {
    const transaction = this.newest();
    const listed = /^ *(\d+) +\w+ +(\d+)$/gm;
    const own = [...this.database.readerList().matchAll(listed)].filter(
      ([, pid]) => Number(pid) === process.pid,
    );
    if (own.length !== 1)
      throw new Error(`LMDB lists ${String(own.length)} pictures of this process, not one`);
    return {
      txn: Number(own[0]?.[2]),
      show: () => new DiskSnapshot(this.database, transaction),
      release: () => {
        transaction.done();
      },
    };
  }

  private newest(): LmdbTransaction {
    this.database.resetReadTxn();
    return this.database.useReadTransaction();
  }

  /**
   * Writes all changes in one LMDB transaction; resolves after its fdatasync. It takes the map over. Nothing in here may
   * throw half-way: a throw inside `batch` does not roll back, so changes come ready encoded.
   */
  async write(changes: Map<Key, Uint8Array | null>): Promise<void> {
    const rearrangements = this.rearrange(changes);
    const done = await this.database.batch(() => {
      for (const { removed, puts } of rearrangements) {
        for (const key of removed) void this.database.remove(key);
        for (const change of puts) this.change(change);
      }
      for (const change of changes) this.change(change);
    });
    if (!done) throw new Error('LMDB did not commit the batch');
  }

  /** The same while nobody else uses the file; it is on disk at the end. */
  writeAtOnce(changes: ReadonlyMap<Key, Uint8Array | null>): void {
    this.database.transactionSync(() => {
      for (const change of changes) this.change(change);
    });
  }

  private change([key, value]: Change): void {
    if (value === null) void this.database.remove(key);
    else void this.database.put(key, isSealed(key) ? seal(key, value) : value);
  }

  /** What is to be written before the changes, so that pages get full; what it does of them is taken out. */
  private rearrange(changes: Map<Key, Uint8Array | null>): Rearrangement[] {
    this.pages ??= PageFile.open(this.path);
    const leaves = new Leaves(this.pages);
    // Both are found in the file as it is now. What a run moves is among what ends there, if at all: it goes second.
    const runs = takeLongRuns(changes, leaves);
    return [...this.ends.setApart(changes, leaves), ...runs];
  }

  /** Adds entries after all that are there, in key order: the pages get as full as they can be. */
  async append(entries: Iterable<readonly [Key, Uint8Array]>): Promise<void> {
    const done = await this.database.batch(() => {
      for (const [key, value] of entries) {
        void (this.database.put as (key: Key, value: Uint8Array, options: PutOptions) => Promise<boolean>)(
          key,
          isSealed(key) ? seal(key, value) : value,
          { append: true },
        );
      }
    });
    if (!done) throw new Error('LMDB did not commit the batch');
  }

  /**
   * The bytes of the file that hold nothing now: free for reuse, or kept for a picture that still shows them. So long
   * as nothing is removed on a large scale, they grow only where a picture keeps pages from reuse.
   */
  unusedBytes(): number {
    const { pageSize, lastPageNumber, root, free } = this.database.getStats() as PageStats;
    return pageSize * (lastPageNumber + 1 - pagesOf(root) - pagesOf(free));
  }

  async close(): Promise<void> {
    this.pages?.close();
    await this.database.close();
  }
}

/** What LMDB tells of its pages. */
interface PageStats {
  readonly pageSize: number;
  readonly lastPageNumber: number;
  readonly root: TreeStats;
  readonly free: TreeStats;
}

interface TreeStats {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

function pagesOf({ treeBranchPageCount, treeLeafPageCount, overflowPages }: TreeStats): number {
  return treeBranchPageCount + treeLeafPageCount + overflowPages;
}

function checkFile(folder: string): void {
  const path = join(folder, DATA_FILE);
  if (!existsSync(path)) return;
  const file = PageFile.open(path);
  try {
    // A crash may have left a file that nothing had been written to yet.
    if (file.length === 0) return;
    checkBeginning(file);
    const [newest] = file.metas();
    if (newest !== undefined) checkLength(file, newest);
  } finally {
    file.close();
  }
}
