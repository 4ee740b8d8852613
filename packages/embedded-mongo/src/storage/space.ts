import { statfsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from '../errors.js';

/** The bytes that are free for this user on the file system of a folder. */
export type MeasureSpace = (folder: string) => number;

const MB = 1024 * 1024;
/** What stays free for the user's other files, and for the engine's own tidying up. */
const RESERVE = 64 * MB;
/** Tidying up may use the reserve down to this. */
const LAST_RESERVE = 16 * MB;
/** LMDB writes copies of pages and of the pages above them: so many bytes on disk for each byte of a batch. */
export const COPIES = 4;
/** The most that one plain write brings, at its beginning unknown. */
const LARGEST_WRITE = 16 * MB;
/** What an entry takes besides its value: the page it lies on is written anew. */
const BYTES_AN_ENTRY = 4096;
/** A measurement is used again for so long, in milliseconds. */
const FRESH_MS = 5;
/** How often space is looked for where something waits for it, in milliseconds. */
const LOOK_MS = 100;

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** The bytes that a set of changes counts for. */
export function sizeOfChanges(values: Iterable<Uint8Array | null>): number {
  let size = 0;
  for (const value of values) size += BYTES_AN_ENTRY + (value?.byteLength ?? 0);
  return size;
}

/**
 * Keeps the disk from filling up under LMDB, which does not survive that: a write is refused, before anybody can see
 * it, while there is less space than a reserve of 64 MB and four times what is to be written.
 */
export class SpaceGuard {
  private free = 0;
  private measuredAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly folder: string,
    private readonly measure: MeasureSpace = freeBytes,
  ) {}

  /** Throws OutOfDiskSpace where a folder has too little space to be opened: LMDB's files would have holes. */
  static checkOpening(folder: string, room = 0, measure: MeasureSpace = freeBytes): void {
    const free = measure(folder);
    if (free < RESERVE + room) throw outOfSpace(free);
  }

  /** Throws OutOfDiskSpace where a plain write of unknown size cannot begin; `waiting` bytes are to be written first. */
  checkBeginning(waiting: number): void {
    this.checkRoom(waiting + LARGEST_WRITE);
  }

  /** Throws OutOfDiskSpace where there is no room for so many bytes. */
  checkRoom(bytes: number): void {
    const free = this.freeNow();
    if (free < RESERVE + COPIES * bytes) throw outOfSpace(free);
  }

  /** Resolves when so many bytes, accepted before or needed to tidy up, have room in the reserve; at once as a rule. */
  async whenPossible(bytes: number): Promise<void> {
    while (this.freeNow() < LAST_RESERVE + COPIES * bytes) await delay(LOOK_MS);
  }

  private freeNow(): number {
    const now = performance.now();
    if (now - this.measuredAt > FRESH_MS) {
      this.free = this.measure(this.folder);
      this.measuredAt = now;
    }
    return this.free;
  }
}

function outOfSpace(free: number): EngineError {
  return new EngineError(
    'OutOfDiskSpace',
    `too little disk space: ${String(Math.floor(free / MB))} MB are free, and 64 MB are kept in reserve`,
  );
}
