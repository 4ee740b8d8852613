import type { Key } from './keys.js';
import { SortedKeys } from './sorted-keys.js';

/** A value as of a published sequence; `null` for a removed key. */
export interface Version {
  readonly sequence: number;
  readonly value: Uint8Array | null;
}

/** A range of sequences that a living view reads from memory: later than `after`, not later than `upTo`. */
export interface ReadSpan {
  readonly after: number;
  readonly upTo: number;
}

/**
 * The versions that are published but not in the file yet, or that a view with an older picture of the file still
 * needs. Everything older lives on disk alone.
 */
export class Overlay {
  private readonly versions = new Map<Key, Version[]>();
  private readonly keys = new SortedKeys();
  private durable: { key: Key; sequence: number }[] = [];

  publish(sequence: number, key: Key, value: Uint8Array | null): void {
    const versions = this.versions.get(key);
    if (versions === undefined) {
      this.versions.set(key, [{ sequence, value }]);
      this.keys.add(key);
    } else versions.push({ sequence, value });
    this.durable.push({ key, sequence });
  }

  /** The newest version of the key that is later than `after` and not later than `upTo`. */
  find(key: Key, after: number, upTo: number): Version | undefined {
    const versions = this.versions.get(key);
    if (versions === undefined) return undefined;
    for (let at = versions.length - 1; at >= 0; at -= 1) {
      const version = versions[at] as Version;
      if (version.sequence <= after) return undefined;
      if (version.sequence <= upTo) return version;
    }
    return undefined;
  }

  keysBetween(from: Key, to: Key): Key[] {
    return this.keys.between(from, to);
  }

  /** Forgets what is durable up to `sequence` and in no living view's span. */
  prune(sequence: number, spans: readonly ReadSpan[]): void {
    const open = spans.filter((span) => span.after < sequence);
    const kept: { key: Key; sequence: number }[] = [];
    for (const entry of this.durable) {
      const needed =
        entry.sequence > sequence ||
        open.some((span) => span.after < entry.sequence && entry.sequence <= span.upTo);
      if (needed) kept.push(entry);
      else this.forget(entry.key, entry.sequence);
    }
    this.durable = kept;
  }

  private forget(key: Key, sequence: number): void {
    const versions = this.versions.get(key);
    if (versions === undefined) return;
    const left = versions.filter((version) => version.sequence !== sequence);
    if (left.length > 0) {
      this.versions.set(key, left);
      return;
    }
    this.versions.delete(key);
    this.keys.delete(key);
  }
}
