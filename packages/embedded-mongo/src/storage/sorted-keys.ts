import type { Key } from './keys.js';

/** The keys of one memory layer in order, grouped by index (the six-byte prefix), for range scans. */
export class SortedKeys {
  private readonly byIndex = new Map<string, Key[]>();

  /** Adds a key that is not in yet. */
  add(key: Key): void {
    const prefix = key.slice(0, 6);
    const keys = this.byIndex.get(prefix);
    if (keys === undefined) {
      this.byIndex.set(prefix, [key]);
      return;
    }
    const last = keys[keys.length - 1];
    if (last === undefined || last < key) keys.push(key);
    else keys.splice(firstNotBelow(keys, key), 0, key);
  }

  delete(key: Key): void {
    const prefix = key.slice(0, 6);
    const keys = this.byIndex.get(prefix);
    if (keys === undefined) return;
    const at = firstNotBelow(keys, key);
    if (keys[at] === key) keys.splice(at, 1);
    if (keys.length === 0) this.byIndex.delete(prefix);
  }

  /** A copy of the keys from `from` (inclusive) to `to` (exclusive); stays as it is while the layer changes. */
  between(from: Key, to: Key): Key[] {
    const keys = this.byIndex.get(from.slice(0, 6));
    if (keys === undefined) return [];
    return keys.slice(firstNotBelow(keys, from), firstNotBelow(keys, to));
  }
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
