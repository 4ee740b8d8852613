import type { DiskSnapshot } from './disk-snapshot.js';
import { type Key } from './keys.js';
import type { Overlay } from './overlay.js';

/** A consistent picture of all data at one published sequence. Hold it briefly, and release it. */
export interface View {
  /** The last published sequence that it shows, inclusive. */
  readonly sequence: number;
  get(key: Key): Uint8Array | undefined;
  /**
   * The entries from `from` (inclusive) to `to` (exclusive) in key order, or backwards. Both bounds lie in one
   * index: they share the six-byte prefix of `from`, or `to` is that prefix's end.
   */
  range(from: Key, to: Key, reverse?: boolean): Generator<[key: Key, value: Uint8Array], void, undefined>;
  release(): void;
}

/**
 * What is durable in the file plus what is published but not yet in it: for each key the newest version that is
 * later than the disk snapshot and not later than the view's own sequence, else what the disk holds.
 */
export class PublishedView implements View {
  private released = false;

  constructor(
    readonly disk: DiskSnapshot,
    readonly sequence: number,
    private readonly overlay: Overlay,
    private readonly onRelease: (view: PublishedView) => void,
  ) {}

  get(key: Key): Uint8Array | undefined {
    const version = this.overlay.find(key, this.disk.sequence, this.sequence);
    if (version !== undefined) return version.value ?? undefined;
    return this.disk.get(key);
  }

  *range(from: Key, to: Key, reverse = false): Generator<[Key, Uint8Array], void, undefined> {
    const fresh: [Key, Uint8Array | null][] = [];
    for (const key of this.overlay.keysBetween(from, to)) {
      const version = this.overlay.find(key, this.disk.sequence, this.sequence);
      if (version !== undefined) fresh.push([key, version.value]);
    }
    yield* mergeRanges(entriesOf(this.disk, from, to, reverse), reverse ? fresh.reverse() : fresh, reverse);
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    this.onRelease(this);
  }
}

function* entriesOf(
  disk: DiskSnapshot,
  from: Key,
  to: Key,
  reverse: boolean,
): Generator<[Key, Uint8Array], void, undefined> {
  const iterator = disk.range(from, to, reverse);
  let finished = false;
  try {
    for (;;) {
      const step = iterator.next();
      if (step.done === true) {
        finished = true;
        return;
      }
      yield [step.value.key, step.value.value];
    }
  } finally {
    if (!finished) iterator.return?.();
  }
}

/**
 * Merges an older layer with the changes of a newer one, both in the same direction; the newer hides the older,
 * a `null` there hides it for good.
 */
export function* mergeRanges(
  older: Generator<[Key, Uint8Array], void, undefined>,
  newer: readonly (readonly [Key, Uint8Array | null])[],
  reverse: boolean,
): Generator<[Key, Uint8Array], void, undefined> {
  let next = 0;
  for (const entry of older) {
    const key = entry[0];
    let hidden = false;
    for (let change = newer[next]; change !== undefined; change = newer[next]) {
      if (reverse ? change[0] < key : change[0] > key) break;
      next += 1;
      if (change[1] !== null) yield [change[0], change[1]];
      if (change[0] === key) {
        hidden = true;
        break;
      }
    }
    if (!hidden) yield entry;
  }
  for (; next < newer.length; next += 1) {
    const change = newer[next];
    if (change !== undefined && change[1] !== null) yield [change[0], change[1]];
  }
}
