/** Entries of which the least can be taken, in a number of comparisons that grows with the logarithm of theirs: a heap. */
export class LeastFirst<T> {
  /** Each is not before the one at half its place. */
  private readonly entries: T[] = [];

  /** @param isBefore - a strict order. */
  constructor(private readonly isBefore: (one: T, other: T) => boolean) {}

  add(entry: T): void {
    const { entries } = this;
    let at = entries.length;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const other = entries[above] as T;
      if (!this.isBefore(entry, other)) break;
      entries[at] = other;
      at = above;
    }
    entries[at] = entry;
  }

  /** Takes the least out; `undefined` where there is none. */
  take(): T | undefined {
    const { entries } = this;
    const least = entries[0];
    const last = entries.pop();
    if (last !== undefined && entries.length > 0) this.sink(last);
    return least;
  }

  /** Takes all out, in no order. */
  clear(): T[] {
    return this.entries.splice(0);
  }

  /** Fills the gap at the top with an entry. */
  private sink(entry: T): void {
    const { entries } = this;
    let at = 0;
    for (let below = 1; below < entries.length; below = 2 * at + 1) {
      const next = entries[below + 1];
      if (next !== undefined && this.isBefore(next, entries[below] as T)) below += 1;
      const least = entries[below] as T;
      if (!this.isBefore(least, entry)) break;
      entries[at] = least;
      at = below;
    }
    entries[at] = entry;
  }
}
