import { randomBytes } from 'node:crypto';
import { EngineError } from '../../errors.js';
import type { Session } from '../../sessions/session.js';
import type { Transaction } from '../../storage/transaction.js';
import type { View } from '../../storage/view.js';
import type { Limits } from '../../expiry/limits.js';
import type { ResultSource } from './execute.js';
import { MemoryShare, type QueryMemory } from '../memory.js';

/** What a cursor takes beside what its results hold, in bytes; a rough figure. */
const CURSOR_BYTES = 2048;

/** Idle cursors are looked for so many times within the time that they may be idle. */
const LOOKS = 10;

/** Who a cursor belongs to: only they may go on with it. */
export interface CursorOwner {
  readonly session?: Session | undefined;
  readonly transaction?: Transaction | undefined;
}

/** Results that a client fetches batch by batch. */
export interface Cursor extends CursorOwner {
  /** Random, 63 bits, never 0. */
  readonly id: bigint;
  /** The namespace that `getMore` has to name. */
  readonly ns: string;
  readonly results: ResultSource;
  /** It is not closed for being idle, but with its session, as any other. */
  readonly noTimeout: boolean;
  /** The picture to read the next batch from; to be released afterwards. */
  readonly view: () => View;
}

interface Registered {
  readonly cursor: Cursor;
  readonly share: MemoryShare;
  lastUse: number;
  inUse: boolean;
}

/** The open cursors. Those of a transaction end with it, idle ones after ten minutes as a rule. */
export class Cursors {
  private readonly byId = new Map<bigint, Registered>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly limits: Pick<Limits, 'cursorIdleMs' | 'cursors'>,
    private readonly memory: QueryMemory,
  ) {
    this.timer = setInterval(() => {
      this.forgetIdle();
    }, limits.cursorIdleMs / LOOKS);
    this.timer.unref();
  }

  /** How many there are. */
  get size(): number {
    return this.byId.size;
  }

  /** Throws ExceededMemoryLimit where no further cursor may be opened. */
  checkRoom(): void {
    if (this.byId.size >= this.limits.cursors) {
      throw new EngineError(
        'ExceededMemoryLimit',
        `there are ${String(this.byId.size)} open cursors, and there may be no more`,
      );
    }
    this.memory.checkRoom(CURSOR_BYTES);
  }

  /** Keeps results for later batches, whether or not there is room; returns the cursor's id. */
  open(details: Omit<Cursor, 'id'>): bigint {
    const id = this.freshId();
    const share = new MemoryShare(this.memory);
    share.count(CURSOR_BYTES);
    this.byId.set(id, { cursor: { ...details, id }, share, lastUse: performance.now(), inUse: false });
    const { transaction } = details;
    if (transaction !== undefined) void transaction.ended.then(() => this.kill(id));
    return id;
  }

  /**
   * Runs `use` with the cursor of this id, which nobody else may use meanwhile; it is closed when that throws.
   * Throws CursorNotFound, and MongoDB's own refusals when the namespace, session or transaction is another one.
   */
  async use<T>(id: bigint, ns: string, user: CursorOwner, use: (cursor: Cursor) => Promise<T>): Promise<T> {
    const entry = this.byId.get(id);
    if (entry === undefined) throw new EngineError('CursorNotFound', `cursor id ${String(id)} not found`);
    checkUser(entry.cursor, ns, user);
    if (entry.inUse) throw new EngineError('CursorInUse', `cursor id ${String(id)} is already in use`);
    entry.inUse = true;
    try {
      return await use(entry.cursor);
    } catch (error) {
      this.kill(id);
      throw error;
    } finally {
      entry.inUse = false;
      entry.lastUse = performance.now();
    }
  }

  has(id: bigint): boolean {
    return this.byId.has(id);
  }

  /** Closes a cursor of this namespace (of any, where none is given); false when there is none. */
  kill(id: bigint, ns?: string): boolean {
    const entry = this.byId.get(id);
    if (entry === undefined || (ns !== undefined && entry.cursor.ns !== ns)) return false;
    this.byId.delete(id);
    entry.share.release();
    entry.cursor.results.close();
    return true;
  }

  /** Closes all cursors of a session, as when that ends. */
  killOf(session: Session): void {
    for (const [id, { cursor }] of this.byId) if (cursor.session === session) this.kill(id);
  }

  /** Closes all cursors. */
  close(): void {
    clearInterval(this.timer);
    for (const id of [...this.byId.keys()]) this.kill(id);
  }

  private freshId(): bigint {
    for (;;) {
      const id = randomBytes(8).readBigUInt64BE() & 0x7fff_ffff_ffff_ffffn;
      if (id !== 0n && !this.byId.has(id)) return id;
    }
  }

  private forgetIdle(): void {
    const now = performance.now();
    for (const [id, { cursor, inUse, lastUse }] of this.byId)
      if (!cursor.noTimeout && !inUse && now - lastUse > this.limits.cursorIdleMs) this.kill(id);
  }
}

function checkUser(cursor: Cursor, ns: string, { session, transaction }: CursorOwner): void {
  const subject = `Cannot run getMore on cursor ${String(cursor.id)}, which was`;
  if (cursor.ns !== ns) {
    throw new EngineError(
      'Unauthorized',
      `Requested getMore on namespace '${ns}', but cursor belongs to a different namespace ${cursor.ns}`,
    );
  }
  if (cursor.session !== session) {
    if (cursor.session === undefined) {
      throw new EngineError('Location50736', `${subject} not created in a session, in a session`);
    }
    if (session === undefined)
      throw new EngineError('Location50737', `${subject} created in a session, without an lsid`);
    throw new EngineError('Location50738', `${subject} created in another session`);
  }
  if (cursor.transaction === transaction) return;
  if (cursor.transaction === undefined) {
    throw new EngineError('Location50739', `${subject} not created in a transaction, in a transaction`);
  }
  if (transaction === undefined) {
    throw new EngineError('Location50740', `${subject} created in a transaction, without a txnNumber`);
  }
  throw new EngineError('Location50741', `${subject} created in a different transaction`);
}
