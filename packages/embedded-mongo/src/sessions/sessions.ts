import { Binary } from 'bson';
import type { Doc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Store } from '../storage/store.js';
import { endOfPrefix, type Key } from '../storage/keys.js';
import { recordTime, Session, SESSION_RECORDS } from './session.js';

/** MongoDB's logicalSessionTimeoutMinutes, in milliseconds. */
export const SESSION_TIMEOUT_MS = 30 * 60_000;
/** MongoDB's transactionLifetimeLimitSeconds, in milliseconds. */
const TRANSACTION_LIFETIME_MS = 60_000;
/** How often old transactions are ended, and (every so many rounds) idle sessions forgotten. */
const TRANSACTION_SWEEP_MS = 1_000;
const SESSION_SWEEP_ROUNDS = 300;

/** The logical sessions in use. Idle ones are forgotten after thirty minutes, in memory and on disk. */
export class Sessions {
  private readonly byId = new Map<string, Session>();
  private readonly timer: NodeJS.Timeout;
  private round = 0;

  constructor(private readonly store: Store) {
    this.timer = setInterval(() => {
      this.sweep();
    }, TRANSACTION_SWEEP_MS);
    this.timer.unref();
  }

  /** The session that a request's `lsid` names, with what is stored of it. Throws where the id is no UUID. */
  get(lsid: Doc): Session {
    const id = idOf(lsid);
    let session = this.byId.get(id);
    if (session === undefined) {
      session = new Session(id);
      const view = this.store.latest();
      const stored = view.get(session.recordKey);
      view.release();
      if (stored !== undefined) session.restore(stored);
      this.byId.set(id, session);
    }
    session.lastUse = performance.now();
    return session;
  }

  /** The sessions in memory. */
  list(): Session[] {
    return [...this.byId.values()];
  }

  /** Ends sessions for good: their open transactions are given up and their records removed. */
  async end(lsids: readonly Doc[]): Promise<void> {
    const ids = lsids.map(idOf);
    for (const id of ids) this.byId.get(id)?.transaction?.end();
    for (const id of ids) this.byId.delete(id);
    await this.forgetRecords(ids.map((id) => SESSION_RECORDS + id));
  }

  close(): void {
    clearInterval(this.timer);
  }

  private sweep(): void {
    const now = performance.now();
    for (const session of this.byId.values()) {
      if (session.transaction !== undefined && now - session.transactionBegan > TRANSACTION_LIFETIME_MS) {
        session.transaction.end();
        session.transaction = undefined;
        session.state = 'aborted';
      }
    }
    this.round += 1;
    if (this.round % SESSION_SWEEP_ROUNDS === 0) this.store.inBackground(this.forgetIdle(now));
  }

  private async forgetIdle(now: number): Promise<void> {
    for (const [id, session] of this.byId) {
      const idle = now - session.lastUse > SESSION_TIMEOUT_MS;
      if (idle && session.transaction === undefined) this.byId.delete(id);
    }
    const expired: Key[] = [];
    const view = this.store.latest();
    for (const [key, bytes] of view.range(SESSION_RECORDS, endOfPrefix(SESSION_RECORDS) as Key)) {
      const inUse = this.byId.has(key.slice(SESSION_RECORDS.length));
      if (!inUse && Date.now() - recordTime(bytes) > SESSION_TIMEOUT_MS) expired.push(key);
    }
    view.release();
    await this.forgetRecords(expired);
  }

  private async forgetRecords(keys: readonly Key[]): Promise<void> {
    if (keys.length === 0) return;
    await this.store.writeOnce((own) => {
      for (const key of keys) own.putLate(key, () => null);
    });
  }
}

function idOf(lsid: Doc): string {
  const id = lsid.get('id');
  if (!(id instanceof Binary) || id.sub_type !== Binary.SUBTYPE_UUID || id.length() !== 16) {
    throw new EngineError('TypeMismatch', "BSON field 'lsid.id' must be a UUID");
  }
  return Buffer.from(id.buffer.buffer, id.buffer.byteOffset, 16).toString('latin1');
}
