import { closeSync, constants, fdatasync, fdatasyncSync, openSync, rmSync, write, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Key } from '../keys.js';
import { syncPath } from '../sync-path.js';
import { FrameWriter } from './frame.js';
import { JOURNAL_FILES } from './read.js';

/** A write that took less, in milliseconds, delays others less than the way to another thread and back. */
const QUICK_MS = 0.5;

/**
 * How writes get to the disk itself: by `O_DSYNC`, in one system call, or by a sync of their own after each. Elsewhere than
 * on Linux the flag may leave them in the disk's cache, or is not known.
 */
export type Syncing = 'with the write' | 'after the write';

const SYNCING: Syncing = process.platform === 'linux' ? 'with the write' : 'after the write';

/** One of the two files. */
interface JournalFile {
  readonly descriptor: number;
  /** Where the next frame goes. */
  position: number;
  /** The last sequence that it holds. */
  upTo: number;
}

/**
 * The write-ahead journal: a transaction is durable once its frame is in here. That takes one synced write to the end of
 * a file, where LMDB has to write pages all over the data file and to sync twice, one after the other. There are two
 * files: once all that the one holds is in the data file, frames go on in it from its beginning. So most writes change
 * nothing of a file but its content, which a file system syncs quickest.
 */
export class Journal {
  private readonly writer = new FrameWriter();
  private lastMs = 0;

  private constructor(
    private readonly folder: string,
    private readonly epoch: number,
    private current: JournalFile,
    private other: JournalFile,
    private readonly syncing: Syncing,
  ) {}

  /** Opens both files, made where they do not exist, for frames of an epoch of which there is none yet. */
  static open(folder: string, epoch: number, syncing = SYNCING): Journal {
    const [first, second] = JOURNAL_FILES.map((name) => openFile(join(folder, name), syncing));
    // After a power cut new files are found only if their folder was on disk too.
    syncPath(folder);
    return new Journal(folder, epoch, first as JournalFile, second as JournalFile, syncing);
  }

  /**
   * Writes all that was published after one sequence, up to and including another. Resolves when it is on disk; gives
   * nothing where it is so at once. To be called again only after that.
   * @param mayBlock - nobody else has anything to do meanwhile, if it is quick.
   */
  append(
    after: number,
    upTo: number,
    changes: ReadonlyMap<Key, Uint8Array | null>,
    mayBlock: boolean,
  ): Promise<void> | undefined {
    const frame = this.writer.encode(this.epoch, after, upTo, changes);
    const { descriptor, position } = this.current;
    this.current.position += frame.length;
    this.current.upTo = upTo;
    const began = performance.now();
    if (mayBlock && this.lastMs < QUICK_MS) {
      for (let from = 0; from < frame.length;) {
        from += writeSync(descriptor, frame, from, frame.length - from, position + from);
      }
      if (this.syncing === 'after the write') fdatasyncSync(descriptor);
      this.lastMs = performance.now() - began;
      return undefined;
    }
    return this.writeInBackground(descriptor, frame, position).then(() => {
      this.lastMs = performance.now() - began;
    });
  }

  /** Goes on in the other file, if all that it holds is in the data file: everything up to `written`. */
  turn(written: number): void {
    if (this.other.upTo > written) return;
    [this.current, this.other] = [this.other, this.current];
    this.current.position = 0;
  }

  /** Closes and removes the files; everything in them must be in the data file. */
  remove(): void {
    for (const { descriptor } of [this.current, this.other]) closeSync(descriptor);
    for (const name of JOURNAL_FILES) rmSync(join(this.folder, name), { force: true });
  }

  private writeInBackground(file: number, bytes: Buffer, position: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null): void => {
        if (error) reject(error);
        else resolve();
      };
      const step = (from: number): void => {
        write(file, bytes, from, bytes.length - from, position + from, (error, written) => {
          if (error) reject(error);
          else if (from + written < bytes.length) step(from + written);
          else if (this.syncing === 'after the write') fdatasync(file, settle);
          else resolve();
        });
      };
      step(0);
    });
  }
}

function openFile(path: string, syncing: Syncing): JournalFile {
  const { O_RDWR, O_CREAT, O_DSYNC } = constants;
  const flags = syncing === 'with the write' ? O_RDWR | O_CREAT | O_DSYNC : O_RDWR | O_CREAT;
  return { descriptor: openSync(path, flags, 0o600), position: 0, upTo: 0 };
}
