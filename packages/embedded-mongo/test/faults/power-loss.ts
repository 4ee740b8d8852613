import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('./record-writes.c', import.meta.url));
const HEAD = 24;
/** What a disk writes as a whole. */
const SECTOR = 512;
/** The files that an engine writes, by their numbers in the record. */
const FILES = ['data.mdb', 'journal.0', 'journal.1'] as const;

export type FileName = (typeof FILES)[number];

/** Something that a process did to one of its files, as `record-writes.c` recorded it. */
export interface FileEvent {
  readonly file: FileName;
  readonly kind: 'write' | 'synced write begins' | 'synced write' | 'sync begins' | 'sync has ended';
  readonly offset: number;
  /** The monotonic clock, in nanoseconds, when it had been done. */
  readonly time: bigint;
  readonly data: Buffer;
}

/** Builds the recorder, which takes gcc. */
export function buildRecorder(folder: string): string {
  const library = join(folder, 'record-writes.so');
  execFileSync('gcc', ['-O1', '-shared', '-fPIC', '-o', library, SOURCE, '-ldl', '-lpthread']);
  return library;
}

/** The environment that has a process record what it does to its data file and its journal. */
export function recording(library: string, log: string): Record<string, string> {
  return { LD_PRELOAD: library, RECORD_FILES: FILES.map((name) => `/${name}`).join(':'), RECORD_LOG: log };
}

const KINDS: ReadonlyMap<string, FileEvent['kind']> = new Map([
  ['W', 'write'],
  ['P', 'synced write begins'],
  ['D', 'synced write'],
  ['B', 'sync begins'],
  ['E', 'sync has ended'],
]);

export function readEvents(log: string): FileEvent[] {
  const bytes = readFileSync(log);
  const events: FileEvent[] = [];
  for (let at = 0; at + HEAD <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    // The process was killed while it recorded the last one.
    if (at + HEAD + length > bytes.length) break;
    const kind = KINDS.get(String.fromCharCode(bytes[at] as number));
    const file = FILES[bytes[at + 1] as number];
    if (kind === undefined || file === undefined) throw new Error('the record is damaged');
    events.push({
      file,
      kind,
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      time: bytes.readBigUInt64LE(at + 16),
      data: bytes.subarray(at + HEAD, at + HEAD + length),
    });
    at += HEAD + length;
  }
  return events;
}

/** The files as they may be found after the power failed at `time`; see `imageOf`. */
export function imagesAt(
  events: readonly FileEvent[],
  time: bigint,
  keeps: () => boolean,
): Map<FileName, Buffer> {
  const before = events.filter((event) => event.time <= time);
  return new Map(
    FILES.map((name) => [
      name,
      imageOf(
        before.filter(({ file }) => file === name),
        keeps,
      ),
    ]),
  );
}

/**
 * A file as it may be found when the power fails after these events: what had been synced by then is there; of the rest,
 * each sector by the toss of a coin (`keeps`).
 */
export function imageOf(before: readonly FileEvent[], keeps: () => boolean): Buffer {
  const lastSync = before.map(({ kind }) => kind).lastIndexOf('sync has ended');
  const synced =
    lastSync < 0
      ? -1
      : before
          .slice(0, lastSync)
          .map(({ kind }) => kind)
          .lastIndexOf('sync begins');
  const length = Math.max(0, ...before.map(({ offset, data }) => offset + data.length));
  const image = Buffer.alloc(length);
  let end = 0;
  before.forEach(({ kind, offset, data }, position) => {
    const isSafe = kind === 'synced write' || position < synced;
    for (let at = 0; at < data.length;) {
      const next = Math.min(data.length, at + SECTOR - ((offset + at) % SECTOR));
      if (isSafe || keeps()) {
        data.copy(image, offset + at, at, next);
        end = Math.max(end, offset + next);
      }
      at = next;
    }
  });
  return image.subarray(0, end);
}

/** Puts images into a folder of its own. */
export function writeImages(folder: string, images: ReadonlyMap<FileName, Buffer>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, image] of images) writeFileSync(join(folder, name), image);
}
