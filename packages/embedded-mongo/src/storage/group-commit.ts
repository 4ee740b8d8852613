import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Checkpoints } from './checkpoints.js';
import { encodeSequence, SEQUENCE_KEY } from './disk-snapshot.js';
import type { Journal } from './journal/journal.js';
import type { Key } from './keys.js';
import { SequenceWaiters } from './sequence-waiters.js';
import type { SpaceGuard } from './space.js';
import type { LateValue } from './transaction.js';

/** How long a frame waits for company in a crowd, in milliseconds, after the one before is on disk. */
const GATHER_MS = 1;
/** How many times as long it waits while most of a crowd is still at work: a frame costs more than a commit in it. */
const MOST_WAITS = 5;
/** So many open transactions are a crowd: they keep the processor busy, so that a wait delays nobody. */
const CROWD = 16;

export interface GroupCommitEvents {
  /** More records for the frame that is about to be written, such as counts. */
  readonly extraRecords: () => [Key, Uint8Array | null][];
  /** Values that are only known now, as of this sequence; they are to be read like any other. */
  readonly onLateRecords: (sequence: number, records: ReadonlyMap<Key, Uint8Array | null>) => void;
  /** The journal could not be written: nothing may be acknowledged any more. */
  readonly onFatal: (error: unknown) => void;
  /** How many transactions are open and may soon commit, so that waiting a moment pays. */
  readonly openTransactions: () => number;
}

/**
 * Makes published changes durable: one frame of the journal at a time, everything that has been published meanwhile goes
 * together into the next one. Publishing order is kept, so a crash leaves a prefix of it.
 */
export class GroupCommit {
  private pending = new Map<Key, Uint8Array | null>();
  private late = new Map<Key, LateValue>();
  private published = 0;
  private durable = 0;
  private pendingBytes = 0;
  private pendingCommits = 0;
  private frameBytes = 0;
  private running = false;
  private failed = false;
  private readonly waiters = new SequenceWaiters();

  constructor(
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
    private readonly space: SpaceGuard,
    private readonly events: GroupCommitEvents,
    sequence: number,
  ) {
    this.published = sequence;
    this.durable = sequence;
  }

  get durableSequence(): number {
    return this.durable;
  }

  /** What is published and not durable yet, in bytes as the space guard counts them. */
  get waitingBytes(): number {
    return this.pendingBytes + this.frameBytes;
  }

  /** Whether somebody waits for what has been published to be on disk. */
  get isAwaited(): boolean {
    return !this.waiters.isEmpty;
  }

  /** Queues the changes of one published transaction, which count for `bytes`. */
  enqueue(
    sequence: number,
    writes: ReadonlyMap<Key, Uint8Array | null>,
    late: ReadonlyMap<Key, LateValue>,
    bytes: number,
  ): void {
    this.pendingBytes += bytes;
    this.pendingCommits += 1;
    for (const [key, value] of writes) this.pending.set(key, value);
    for (const [key, value] of late) this.late.set(key, value);
    this.published = sequence;
    if (!this.running) void this.run();
  }

  /** Resolves when everything up to `sequence` is on disk; never, when the disk has failed. */
  whenDurable(sequence = this.published): Promise<void> {
    if (sequence <= this.durable) return Promise.resolve();
    return this.waiters.until(sequence);
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      while (!this.failed && this.durable < this.published) {
        await this.gather();
        await this.checkpoints.room();
        // Others may have filled the disk since this was published: then it stays unanswered until there is space.
        await this.space.whenPossible(this.pendingBytes + this.checkpoints.guardedBytes);
        await this.writeFrame();
      }
    } catch (error) {
      this.failed = true;
      this.events.onFatal(error);
    } finally {
      this.running = false;
    }
  }

  private async gather(): Promise<void> {
    // Who is heard in this turn goes along. Those who come while one frame is written are company for the next.
    await nextTurn();
    if (this.events.openTransactions() < CROWD) return;
    for (let waits = 0; waits < MOST_WAITS; waits += 1) {
      await delay(GATHER_MS);
      const open = this.events.openTransactions();
      if (open < CROWD || this.pendingCommits >= open) return;
    }
  }

  private async writeFrame(): Promise<void> {
    const changes = this.pending;
    const upTo = this.published;
    // Late values see the memory of this moment, in which everything published belongs to this very frame.
    if (this.late.size > 0) {
      const late = new Map([...this.late].map(([key, value]) => [key, value()]));
      for (const [key, value] of late) changes.set(key, value);
      this.events.onLateRecords(upTo, late);
    }
    for (const [key, value] of this.events.extraRecords()) changes.set(key, value);
    changes.set(SEQUENCE_KEY, encodeSequence(upTo));
    this.pending = new Map();
    this.late = new Map();
    const guarded = this.pendingBytes;
    const isAlone = this.pendingCommits === 1 && this.events.openTransactions() === 0;
    this.frameBytes = guarded;
    this.pendingBytes = 0;
    this.pendingCommits = 0;
    await this.journal.append(this.durable, upTo, changes, isAlone);
    this.frameBytes = 0;
    this.durable = upTo;
    this.checkpoints.add({ upTo, changes, guarded });
    this.waiters.reach(upTo);
  }
}
