import type { Key } from './keys.js';

/** A run of keys is divided beyond this length: what a change has to move stays small, however many keys there are. */
const MAX_RUN = 512;
/** So many keys wait to be put in order; more are sorted in at once, so that no scan finds too much to do. */
export const MAX_WAITING = 4096;

/**
 * The keys of one memory layer in order, grouped by index (the six-byte prefix), for range scans. Keys are put in order
 * when a scan asks: most come and go without one.
 */
export class SortedKeys {
  /** By index, runs that follow one another; none is empty. */
  private readonly byIndex = new Map<string, Key[][]>();
  private readonly waiting = new Set<Key>();

  /** Adds a key; one that is in already stays. */
  add(key: Key): void {
    this.waiting.add(key);
    if (this.waiting.size > MAX_WAITING) this.sortIn();
  }

  delete(key: Key): void {
    this.waiting.delete(key);
    if (this.byIndex.size === 0) return;
    const prefix = key.slice(0, 6);
    const runs = this.byIndex.get(prefix);
    if (runs === undefined) return;
    const place = runOf(runs, key);
    const run = runs[place];
    if (run === undefined) return;
    const at = firstNotBelow(run, key);
    if (run[at] === key) run.splice(at, 1);
    if (run.length === 0) runs.splice(place, 1);
    if (runs.length === 0) this.byIndex.delete(prefix);
  }

  /** A copy of the keys from `from` (inclusive) to `to` (exclusive); stays as it is while the layer changes. */
  between(from: Key, to: Key): Key[] {
    this.sortIn();
    const runs = this.byIndex.get(from.slice(0, 6));
    if (runs === undefined) return [];
    const found: Key[] = [];
    for (let at = runOf(runs, from); at < runs.length; at += 1) {
      const run = runs[at] as Key[];
      const first = firstNotBelow(run, from);
      const end = firstNotBelow(run, to);
      for (let place = first; place < end; place += 1) found.push(run[place] as Key);
      if (end < run.length) break;
    }
    return found;
  }

  private sortIn(): void {
    for (const key of this.waiting) this.put(key);
    this.waiting.clear();
  }

  private put(key: Key): void {
    const prefix = key.slice(0, 6);
    const runs = this.byIndex.get(prefix);
    if (runs === undefined) {
      this.byIndex.set(prefix, [[key]]);
      return;
    }
    const at = Math.min(runOf(runs, key), runs.length - 1);
    const run = runs[at] as Key[];
    const place = firstNotBelow(run, key);
    if (run[place] === key) return;
    run.splice(place, 0, key);
    // A run that grew at its end, as by ascending keys, is left full.
    if (run.length > MAX_RUN) {
      const kept = run[run.length - 1] === key ? MAX_RUN : MAX_RUN >>> 1;
      runs.splice(at + 1, 0, run.splice(kept));
    }
  }
}

/** The first run whose last key is not below `key`; their number where there is none. */
function runOf(runs: readonly Key[][], key: Key): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const run = runs[middle] as Key[];
    if ((run[run.length - 1] as Key) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstNotBelow(keys: readonly Key[], key: Key): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as Key) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
