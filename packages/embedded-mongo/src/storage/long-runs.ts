import type { Key } from './keys.js';

/** Fewer changes than that are not looked through. */
const MANY = 200;
/** How many new keys of one index make a run for which it pays to make room: about a page full of short entries. */
const LONG = 40;
/** After so many short runs an index's keys are taken for scattered: each run costs a look into the file. */
const MOST_SHORT_RUNS = 8;
/** How much is moved aside behind a run, in bytes: whatever can stand with its end on one page. */
const ASIDE = 4_100;
/** What an entry takes up beside its key and its value. */
const BESIDE = 10;
const PREFIX = 6;

export type Change = readonly [key: Key, value: Uint8Array | null];

/** The entries on disk behind a key, in their order, as they are stored. */
export type Behind = (key: Key) => Iterable<{ readonly key: Key; readonly value: Uint8Array }>;

/** A run of keys that are written together, and how room is made for it. */
export interface LongRun {
  readonly puts: readonly Change[];
  /**
   * What stands behind the run: removed before it is written, and written again after it; null for what the changes write
   * or remove anyway, after all runs.
   */
  readonly aside: readonly Change[];
}

/**
 * Finds, among changes, long runs of ascending keys that go in at one place of an index, and takes them out of the
 * changes.
 *
 * LMDB splits a full page in the middle, unless the new key is the last one of its page. Keys that grow (sequences, ids
 * by time) go in where their index or their part of it ends, and there the next one's first keys mostly stand on the same
 * page: so all pages of a run would stay half empty. Without those neighbours they get full.
 */
export function takeLongRuns(changes: Map<Key, Uint8Array | null>, behind: Behind): LongRun[] {
  if (changes.size < MANY) return [];
  const sorted = [...changes.keys()].sort();
  return groups(sorted).flatMap((keys) => runsAmong(keys, changes, behind));
}

/** Keys of each index by themselves. */
function groups(sorted: readonly Key[]): Key[][] {
  const found: Key[][] = [];
  for (const key of sorted) {
    const last = found.at(-1);
    if (last?.[0]?.startsWith(key.slice(0, PREFIX)) === true) last.push(key);
    else found.push([key]);
  }
  return found;
}

/** Cuts an index's keys where something on disk, or a removal, stands between them. */
function runsAmong(keys: readonly Key[], changes: Map<Key, Uint8Array | null>, behind: Behind): LongRun[] {
  const runs: LongRun[] = [];
  let short = 0;
  for (let from = 0; keys.length - from >= LONG && short < MOST_SHORT_RUNS;) {
    const first = keys[from] as Key;
    const [next] = behind(first);
    let to = from + 1;
    while (to < keys.length && (next === undefined || (keys[to] as Key) < next.key)) to += 1;
    const run = keys.slice(from, to);
    if (run.length >= LONG && run.every((key) => changes.get(key) !== null)) {
      runs.push(takeRun(run, changes, behind));
    } else short += 1;
    from = to;
  }
  return runs;
}

function takeRun(run: readonly Key[], changes: Map<Key, Uint8Array | null>, behind: Behind): LongRun {
  const last = run.at(-1) as Key;
  const aside: Change[] = [];
  let bytes = 0;
  for (const { key, value } of behind(last)) {
    if (bytes >= ASIDE) break;
    aside.push([key, changes.has(key) ? null : new Uint8Array(value)]);
    bytes += key.length + value.length + BESIDE;
  }
  const puts = run.map((key): Change => [key, changes.get(key) as Uint8Array]);
  for (const key of run) changes.delete(key);
  return { puts, aside };
}
