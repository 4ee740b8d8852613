import type { Disk } from './disk.js';
import { lengthOfFrame } from './journal/frame.js';
import type { Journal } from './journal/journal.js';
import type { Key } from './keys.js';
import { SequenceWaiters } from './sequence-waiters.js';
import type { SpaceGuard } from './space.js';

const MB = 1024 * 1024;
/**
 * How long durable changes wait for others before they are written to the data file, in milliseconds. LMDB writes each
 * page that a step touches, whole: of small transactions all over the data, steps five times as long write half as much.
 */
const EVERY_MS = 200;
/** So many changes are not waited for any longer, nor written at once: to hand them to LMDB takes some 10 ms. */
const MANY_CHANGES = 5_000;
/** The same in bytes. */
const MANY_BYTES = 6 * MB;
/** So much may be in the journal beyond the data file, in bytes; then commits wait. It is all in memory, too. */
const MOST_BYTES = 24 * MB;

/** What was published between two sequences, and is in the journal. */
export interface Durable {
  readonly upTo: number;
  readonly changes: ReadonlyMap<Key, Uint8Array | null>;
  /** What the changes count for as the space guard counts. */
  readonly guarded: number;
}

interface Batch {
  upTo: number;
  readonly changes: Map<Key, Uint8Array | null>;
  guarded: number;
  bytes: number;
}

export interface CheckpointEvents {
  /** Everything up to this sequence is in the data file. */
  readonly onWritten: (sequence: number) => void;
  /** The data file could not be written: nothing may be acknowledged any more. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * Brings what is durable in the journal into the data file, where it then is read from: many transactions in one LMDB
 * transaction, whole ones in their order.
 */
export class Checkpoints {
  private readonly waiting: (Durable & { readonly bytes: number })[] = [];
  private waitingChanges = 0;
  private bytes = 0;
  private guarded = 0;
  private added: number;
  private written: number;
  private running = false;
  private hurry: (() => void) | undefined;
  private readonly waiters = new SequenceWaiters();

  /** @param sequence - what the data file is at. */
  constructor(
    private readonly disk: Disk,
    private readonly journal: Journal,
    private readonly space: SpaceGuard,
    private readonly events: CheckpointEvents,
    sequence: number,
  ) {
    this.added = sequence;
    this.written = sequence;
  }

  /** What is to be written, in bytes as the space guard counts them. */
  get guardedBytes(): number {
    return this.guarded;
  }

  add(durable: Durable): void {
    const bytes = lengthOfFrame(durable.changes);
    this.waiting.push({ ...durable, bytes });
    this.waitingChanges += durable.changes.size;
    this.bytes += bytes;
    this.guarded += durable.guarded;
    this.added = durable.upTo;
    if (!this.running) void this.run();
    else if (!this.mayWait()) this.hurry?.();
  }

  /** Resolves, at once as a rule, when more may be added. */
  async room(): Promise<void> {
    while (this.bytes > MOST_BYTES) await this.reached(this.waiting[0]?.upTo ?? this.added);
  }

  /** Resolves when all that has been added is in the data file, without more waiting than that takes. */
  async all(): Promise<void> {
    await this.reached(this.added);
  }

  private async reached(upTo: number): Promise<void> {
    if (this.written >= upTo) return;
    const reached = this.waiters.until(upTo);
    this.hurry?.();
    await reached;
  }

  private mayWait(): boolean {
    return this.waiters.isEmpty && this.waitingChanges < MANY_CHANGES && this.bytes < MANY_BYTES;
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      while (this.written < this.added) {
        if (this.mayWait()) await this.company();
        await this.write();
      }
      this.running = false;
    } catch (error) {
      this.events.onFatal(error);
    }
  }

  private async company(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, EVERY_MS);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.hurry = undefined;
  }

  private async write(): Promise<void> {
    const batch = this.takeBatch();
    // Others may have filled the disk meanwhile. Until there is space again, the journal keeps it.
    await this.space.whenPossible(batch.guarded);
    this.journal.turn(this.written);
    await this.disk.write(batch.changes);
    this.guarded -= batch.guarded;
    this.bytes -= batch.bytes;
    this.written = batch.upTo;
    this.events.onWritten(this.written);
    this.waiters.reach(this.written);
  }

  /** As many as are written together, as one. */
  private takeBatch(): Batch {
    const batch: Batch = { upTo: this.written, changes: new Map(), guarded: 0, bytes: 0 };
    let taken = 0;
    for (const { upTo, changes, guarded, bytes } of this.waiting) {
      if (batch.changes.size >= MANY_CHANGES || batch.bytes >= MANY_BYTES) break;
      for (const [key, value] of changes) batch.changes.set(key, value);
      batch.upTo = upTo;
      batch.guarded += guarded;
      batch.bytes += bytes;
      this.waitingChanges -= changes.size;
      taken += 1;
    }
    this.waiting.splice(0, taken);
    return batch;
  }
}
