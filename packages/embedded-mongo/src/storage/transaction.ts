import { EngineError } from '../errors.js';
import type { Catalogue } from './catalogue.js';
import type { Collection } from './collection.js';
import type { Key } from './keys.js';
import type { Lock, Locks } from './locks.js';
import { SortedKeys } from './sorted-keys.js';
import { mergeRanges, type PublishedView, type View } from './view.js';

/** How many entries and bytes an index gains (or loses), and the XOR of the checksums of those that came or went. */
export interface CountChange {
  count: number;
  checksum: number;
  bytes: number;
}

/** So many of the entries that a transaction has read are kept for when it reads them again. */
const MOST_REMEMBERED = 128;

/** A value that is computed when the frame that holds it is written, from then current memory. */
export type LateValue = () => Uint8Array | null;

/**
 * Private writes over a view. Reads see the transaction's own writes, then the picture of its beginning. Nothing
 * is visible to others before the store publishes it, all at once.
 */
export class Transaction implements View {
  readonly writes = new Map<Key, Uint8Array | null>();
  readonly lateWrites = new Map<Key, LateValue>();
  readonly locked: Lock[] = [];
  readonly counts = new Map<Key, CountChange>();
  /** The collections read or written: schema changes wait for them. */
  readonly touched = new Set<Collection>();
  /** Settles when the transaction has ended either way. */
  readonly ended: Promise<void>;
  private state: 'open' | 'ended' = 'open';
  private endedWith: EngineError | undefined;
  /** How many statements read through it right now; the picture stays until the last is over. */
  private readers = 0;
  /** What was read, which stays as it is in the picture; not what a scan meets. */
  private readonly read = new Map<Key, Uint8Array>();
  /** The keys of `writes` in order, for scans; most transactions have none. Those behind follow when one asks. */
  private sorted: { readonly keys: SortedKeys; readonly behind: Iterator<Key>; met: number } | undefined;
  private signalEnd: () => void = () => undefined;
  private readonly afterPublish: ((sequence: number) => void)[] = [];

  constructor(
    private readonly view: PublishedView,
    private readonly locks: Locks,
    /** A single statement: it waits for locked documents, where a client's transaction conflicts at once. */
    readonly isPlain: boolean,
    /** Publishes a change of its own at once, whatever becomes of this transaction. */
    readonly separately: (change: (own: Transaction, catalogue: Catalogue) => void) => void,
  ) {
    this.ended = new Promise((resolve) => {
      this.signalEnd = resolve;
    });
  }

  /** The published sequence that the transaction reads at. */
  get sequence(): number {
    return this.view.sequence;
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  /**
   * Runs a statement. Where something else ends the transaction meanwhile, the picture is kept until the statement is
   * over; `checkOpen` tells it to stop.
   */
  during<T>(statement: () => Promise<T> | T): Promise<T> | T {
    this.checkOpen();
    this.readers += 1;
    let isPending = false;
    try {
      const result = statement();
      if (!(result instanceof Promise)) return result;
      isPending = true;
      return result.finally(() => {
        this.readIsOver();
      });
    } finally {
      if (!isPending) this.readIsOver();
    }
  }

  /** Throws NoSuchTransaction where the transaction has been ended, by its session's end or its lifetime. */
  checkOpen(): void {
    if (this.state === 'open') return;
    if (this.endedWith !== undefined) throw this.endedWith;
    throw new EngineError('NoSuchTransaction', 'The transaction has been ended.').labelled(
      'TransientTransactionError',
    );
  }

  get(key: Key): Uint8Array | undefined {
    const own = this.writes.get(key);
    if (own !== undefined) return own ?? undefined;
    const known = this.read.get(key);
    if (known !== undefined) return known;
    const found = this.view.get(key);
    // A transaction mostly changes what it has just read.
    if (found !== undefined && this.read.size < MOST_REMEMBERED) this.read.set(key, found);
    return found;
  }

  *range(from: Key, to: Key, reverse = false): Generator<[Key, Uint8Array], void, undefined> {
    if (this.writes.size === 0) return yield* this.view.range(from, to, reverse);
    const own = this.ownKeys()
      .between(from, to)
      .map((key) => [key, this.writes.get(key) ?? null] as const);
    if (own.length === 0) yield* this.view.range(from, to, reverse);
    else yield* mergeRanges(this.view.range(from, to, reverse), reverse ? own.reverse() : own, reverse);
  }

  put(key: Key, value: Uint8Array): void {
    this.write(key, value);
  }

  remove(key: Key): void {
    this.write(key, null);
  }

  /** A record that is encoded only when it is written to disk, and is to be read from then on. */
  putLate(key: Key, value: LateValue): void {
    this.lateWrites.set(key, value);
  }

  /** Takes the right to write this key until the end. Throws WriteConflict where another was first. */
  lock(key: Key): void {
    this.checkOpen();
    const lock = this.locks.acquire(key, this);
    if (lock !== undefined) this.locked.push(lock);
  }

  /**
   * Notes the use of a collection; throws SnapshotUnavailable when its schema changed after the snapshot, and
   * LockTimeout while a schema change waits for transactions that came before.
   */
  touch(collection: Collection): void {
    if (this.touched.has(collection)) return;
    if (!this.isPlain && collection.changesWaiting > 0) {
      throw new EngineError(
        'LockTimeout',
        `Unable to use ${collection.ns} while a change of its schema waits for other transactions`,
      ).labelled('TransientTransactionError');
    }
    if (!this.isPlain && collection.changedAt > this.sequence) {
      throw new EngineError(
        'SnapshotUnavailable',
        `Unable to read from a snapshot due to pending collection catalog changes; please retry the operation. Collection: ${collection.ns}`,
      ).labelled('TransientTransactionError');
    }
    this.touched.add(collection);
  }

  /** Counts an entry of so many bytes that comes (+1) or goes (-1) in an index. */
  count(prefix: Key, change: 1 | -1, checksum: number, size: number): void {
    const bytes = change * size;
    const counts = this.counts.get(prefix);
    if (counts === undefined) this.counts.set(prefix, { count: change, checksum, bytes });
    else {
      counts.count += change;
      counts.bytes += bytes;
      counts.checksum = (counts.checksum ^ checksum) >>> 0;
    }
  }

  /** Runs `action` in the same turn in which the transaction is published; it must not throw. */
  onPublished(action: (sequence: number) => void): void {
    this.afterPublish.push(action);
  }

  /** For the store: the transaction was published at `sequence`. */
  published(sequence: number): void {
    for (const action of this.afterPublish) action(sequence);
    this.end();
  }

  /**
   * Lets go of locks and snapshot; private writes that were not published are gone.
   * @param reason - what further statements are told.
   */
  end(reason?: EngineError): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.endedWith = reason;
    this.locks.release(this.locked);
    this.letGoOfPicture();
    this.signalEnd();
  }

  release(): void {
    // A command releases the view it reads by; a transaction outlives its commands and ends by commit or abort.
  }

  private ownKeys(): SortedKeys {
    const sorted = (this.sorted ??= { keys: new SortedKeys(), behind: this.writes.keys(), met: 0 });
    for (; sorted.met < this.writes.size; sorted.met += 1) sorted.keys.add(sorted.behind.next().value as Key);
    return sorted.keys;
  }

  private readIsOver(): void {
    this.readers -= 1;
    this.letGoOfPicture();
  }

  private letGoOfPicture(): void {
    if (this.state !== 'ended' || this.readers > 0) return;
    this.view.release();
    this.read.clear();
  }

  private write(key: Key, value: Uint8Array | null): void {
    this.checkOpen();
    this.writes.set(key, value);
  }
}
