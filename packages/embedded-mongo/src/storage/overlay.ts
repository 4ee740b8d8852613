import { ChangingMap } from './changing-map.js';
import type { Key } from './keys.js';
import { MAX_WAITING, SortedKeys } from './sorted-keys.js';

/** A value as of a published sequence; `null` for a removed key. */
export interface Version {
  readonly sequence: number;
  readonly value: Uint8Array | null;
  /** The version before this one, where that is still kept. */
  older: Version | undefined;
}

/** A range of sequences that a living view reads from memory: later than `after`, not later than `upTo`. */
export interface ReadSpan {
  readonly after: number;
  readonly upTo: number;
}

/** What one transaction has written. */
interface Published {
  readonly sequence: number;
  readonly writes: ReadonlyMap<Key, Uint8Array | null>;
  /** Whether its keys are among the sorted ones. */
  isSorted: boolean;
}

/**
 * The versions that are published but not in the file yet, or that a view with an older picture of the file still
 * needs. Everything older lives on disk alone.
 */
export class Overlay {
  /** The newest version of each key. */
  private readonly versions = new ChangingMap<Key, Version>();
  /** The keys in order, as far as scans have asked for it: most come and go without one. */
  private readonly keys = new SortedKeys();
  private published: Published[] = [];
  /** How many keys were published, and are still kept, without being among the sorted ones. */
  private unsorted = 0;

  /** Adds what one transaction has written; `writes` must not change afterwards. */
  publish(sequence: number, writes: Published['writes']): void {
    for (const [key, value] of writes) {
      this.versions.set(key, { sequence, value, older: this.versions.get(key) });
    }
    this.published.push({ sequence, writes, isSorted: false });
    this.unsorted += writes.size;
    // No scan is to find too much to do.
    if (this.unsorted > MAX_WAITING) this.sortAll();
  }

  /** The newest version of the key that is later than `after` and not later than `upTo`. */
  find(key: Key, after: number, upTo: number): Version | undefined {
    let version = this.versions.get(key);
    while (version !== undefined && version.sequence > after) {
      if (version.sequence <= upTo) return version;
      version = version.older;
    }
    return undefined;
  }

  keysBetween(from: Key, to: Key): Key[] {
    this.sortAll();
    return this.keys.between(from, to);
  }

  /** Forgets what is durable up to `sequence` and in no living view's span. */
  prune(sequence: number, spans: readonly ReadSpan[]): void {
    const open = spans.filter((span) => span.after < sequence);
    this.published = this.published.filter((one) => {
      const needed =
        one.sequence > sequence ||
        open.some((span) => span.after < one.sequence && one.sequence <= span.upTo);
      if (!needed) this.forgetAll(one);
      return needed;
    });
  }

  private sortAll(): void {
    for (let at = this.published.length - 1; at >= 0; at -= 1) {
      const one = this.published[at] as Published;
      if (one.isSorted) break;
      one.isSorted = true;
      for (const key of one.writes.keys()) this.keys.add(key);
    }
    this.unsorted = 0;
  }

  private forgetAll({ sequence, writes, isSorted }: Published): void {
    if (!isSorted) this.unsorted -= writes.size;
    for (const key of writes.keys()) this.forget(key, sequence);
  }

  private forget(key: Key, sequence: number): void {
    let version = this.versions.get(key);
    if (version?.sequence === sequence) {
      if (version.older !== undefined) this.versions.set(key, version.older);
      else {
        this.versions.delete(key);
        this.keys.delete(key);
      }
      return;
    }
    while (version !== undefined) {
      if (version.older?.sequence === sequence) version.older = version.older.older;
      version = version.older;
    }
  }
}
