import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('./record-writes.c', import.meta.url));
const HEAD = 24;
const PAGE = 4096;

/** Something that a process did to its data file, as `record-writes.c` recorded it. */
export interface FileEvent {
  readonly kind: 'write' | 'synced write' | 'sync begins' | 'sync has ended';
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

/** The environment that has a process record what it does to `data.mdb`. */
export function recording(library: string, log: string): Record<string, string> {
  return { LD_PRELOAD: library, RECORD_FILE: '/data.mdb', RECORD_LOG: log };
}

const KINDS: ReadonlyMap<string, FileEvent['kind']> = new Map([
  ['W', 'write'],
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
    if (kind === undefined) throw new Error('the record is damaged');
    events.push({
      kind,
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      time: bytes.readBigUInt64LE(at + 16),
      data: bytes.subarray(at + HEAD, at + HEAD + length),
    });
    at += HEAD + length;
  }
  return events;
}

/**
 * The data file as it may be found after the power failed at `time`: what had been synced by then is there; of the
 * rest, each page by the toss of a coin (`keeps`).
 */
export function imageAt(events: readonly FileEvent[], time: bigint, keeps: () => boolean): Buffer {
  const before = events.filter((event) => event.time <= time);
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
      const next = Math.min(data.length, at + PAGE - ((offset + at) % PAGE));
      if (isSafe || keeps()) {
        data.copy(image, offset + at, at, next);
        end = Math.max(end, offset + next);
      }
      at = next;
    }
  });
  return image.subarray(0, end);
}

/** Puts an image into a folder of its own. */
export function writeImage(folder: string, image: Buffer): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'data.mdb'), image);
}
