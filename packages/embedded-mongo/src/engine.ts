import { Timestamp } from 'bson';
import type { Reply } from './bson/codec.js';
import { dispatch } from './commands/dispatch.js';
import { DEFAULT_LIMITS, type Limits } from './expiry/limits.js';
import { TtlSweep } from './expiry/ttl-sweep.js';
import { Cursors } from './query/execute/cursors.js';
import { QueryMemory } from './query/memory.js';
import { FailPoints } from './sessions/fail-points.js';
import { Operations } from './sessions/operations.js';
import { Sessions } from './sessions/sessions.js';
import { clearDropped } from './storage/clearing.js';
import { writeFormat } from './storage/format.js';
import { dropGathered } from './storage/replace-collection.js';
import { settleIndexes } from './storage/index-changes.js';
import { Store } from './storage/store.js';
import type { Request } from './wire/request.js';

export interface EngineOptions {
  /** The file could not be written: nothing may be answered any more, and the process should end. */
  readonly onFatal: (error: unknown) => void;
  /** An error that is a fault of the engine, not of a client; the client was told `InternalError`. */
  readonly onFault: (error: unknown) => void;
  /** Whether clients may ask for faults (`configureFailPoint`). Default false. */
  readonly testCommands?: boolean;
  /** When idle and forgotten things come to an end; for tests. */
  readonly limits?: Partial<Limits>;
}

/** Timestamps have 32 bits for seconds and 32 for a count within them; so many sequences share one "second". */
const SEQUENCES_A_SECOND = 2 ** 31;

/** One data folder, open: answers commands, whoever brings them. */
export class Engine {
  readonly sessions: Sessions;
  readonly cursors: Cursors;
  /** What queries and cursors hold. */
  readonly queryMemory: QueryMemory;
  /** The commands under way. */
  readonly operations = new Operations();
  private readonly expiry: TtlSweep;
  private time: { sequence: number; timestamp: Timestamp } | undefined;

  private constructor(
    readonly store: Store,
    readonly onFault: (error: unknown) => void,
    /** Set where commands for tests are allowed. */
    readonly failPoints: FailPoints | undefined,
    limits: Limits,
  ) {
    this.queryMemory = new QueryMemory(limits.queryMemoryBytes);
    this.cursors = new Cursors(limits, this.queryMemory);
    this.sessions = new Sessions(store, limits, (session) => {
      this.cursors.killOf(session);
    });
    this.expiry = new TtlSweep(store, limits.ttlEveryMs, onFault);
  }

  /** Opens the folder, made where it does not exist, and finishes what an earlier process left half done. */
  static async open(dbPath: string, options: EngineOptions): Promise<Engine> {
    const { store, dropped } = Store.open(dbPath, options);
    await store.writeOnce(writeFormat, 'use the reserve');
    for (const collection of store.catalogue.list()) await settleIndexes(store, collection);
    await dropGathered(store);
    for (const collection of dropped) clearDropped(store, collection);
    await store.durable();
    const failPoints = options.testCommands === true ? new FailPoints() : undefined;
    return new Engine(store, options.onFault, failPoints, { ...DEFAULT_LIMITS, ...options.limits });
  }

  /** Runs one command; errors come back as `ok: 0` answers. */
  run(request: Request): Promise<Reply> | Reply {
    return dispatch(this, request);
  }

  /** The operationTime of answers: grows with what is on disk, so it never goes back, not even over a crash. */
  clusterTime(): Timestamp {
    const sequence = this.store.durableSequence;
    if (this.time?.sequence !== sequence) {
      const seconds = Math.floor(sequence / SEQUENCES_A_SECOND) + 1;
      this.time = {
        sequence,
        timestamp: new Timestamp({ t: seconds, i: (sequence % SEQUENCES_A_SECOND) + 1 }),
      };
    }
    return this.time.timestamp;
  }

  /** Gives up commands under way, open transactions and cursors, waits for what is published to be on disk, and closes the folder. */
  async close(): Promise<void> {
    this.operations.endAll();
    this.expiry.close();
    this.sessions.close();
    this.cursors.close();
    await this.store.close();
  }
}
