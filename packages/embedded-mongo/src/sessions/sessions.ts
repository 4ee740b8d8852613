import { Binary } from 'bson';
import { asBuffer } from '../bson/reader.js';
import { decodeRaw } from '../bson/codec.js';
import { RawDoc, type Doc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Limits } from '../expiry/limits.js';
import type { Store } from '../storage/store.js';
import { endOfPrefix, type Key } from '../storage/keys.js';
import { pageKey, recordTime, Session, SESSION_RECORDS } from './session.js';

/** Idle sessions are looked for so many times within the time that they may be idle. */
const LOOKS = 6;
/** Every name that a client makes up takes memory for half an hour (MongoDB's maxSessions, here a fifth of it). */
const MAX_SESSIONS = 200_000;
/** The length of a session's id, a UUID. */
const ID_BYTES = 16;

/** The logical sessions in use. Idle ones are forgotten after thirty minutes, in memory and on disk. */
export class Sessions {
  private readonly byId = new Map<string, Session>();
  private readonly timer: NodeJS.Timeout;
  private lookedAt = performance.now();

  /** @param onForgotten - told of each idle session that is forgotten. */
  constructor(
    private readonly store: Store,
    private readonly limits: Limits,
    private readonly onForgotten: (session: Session) => void,
  ) {
    this.timer = setInterval(() => {
      this.sweep();
    }, limits.sweepMs);
    this.timer.unref();
  }

  /**
   * The session that a request's `lsid` names, with what is stored of it; it is in use `now`, by the monotonic clock.
   * Throws where the id is no UUID, and TooManyLogicalSessions where it would be one too many.
   */
  get(lsid: Doc | RawDoc, now = performance.now()): Session {
    const id = lsid instanceof RawDoc ? rawIdOf(lsid) : idOf(lsid);
    let session = this.byId.get(id);
    if (session === undefined) {
      if (this.byId.size >= MAX_SESSIONS) {
        throw new EngineError('TooManyLogicalSessions', 'cannot add session: there are too many already');
      }
      session = new Session(id);
      const view = this.store.latest();
      try {
        const stored = view.get(session.recordKey);
        if (stored !== undefined) session.restore(stored);
      } finally {
        view.release();
      }
      this.byId.set(id, session);
    }
    session.lastUse = now;
    return session;
  }

  /** The session of this id, where it is in use. */
  find(lsid: Doc): Session | undefined {
    return this.byId.get(idOf(lsid));
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
    const records: Key[] = [];
    const view = this.store.latest();
    try {
      for (const id of ids) {
        // One that is about to be written is not in the picture yet.
        records.push(pageKey(id, 0));
        for (let page = 1; view.get(pageKey(id, page)) !== undefined; page += 1)
          records.push(pageKey(id, page));
      }
    } finally {
      view.release();
    }
    await this.forgetRecords(records);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private sweep(): void {
    const now = performance.now();
    for (const session of this.byId.values()) {
      if (
        session.transaction !== undefined &&
        now - session.transactionBegan > this.limits.transactionLifetimeMs
      ) {
        session.transaction.end();
        session.transaction = undefined;
        session.state = 'aborted';
      }
    }
    this.store.endWasteful(this.limits.snapshotBytes);
    if (now - this.lookedAt < this.limits.sessionIdleMs / LOOKS) return;
    this.lookedAt = now;
    this.store.inBackground(this.forgetIdle(now));
  }

  private async forgetIdle(now: number): Promise<void> {
    for (const [id, session] of this.byId) {
      const idle = now - session.lastUse > this.limits.sessionIdleMs;
      if (!idle || session.transaction?.isOpen === true) continue;
      this.byId.delete(id);
      this.onForgotten(session);
    }
    const expired: Key[] = [];
    const view = this.store.latest();
    try {
      for (const [key, bytes] of view.range(SESSION_RECORDS, endOfPrefix(SESSION_RECORDS) as Key)) {
        const id = key.slice(SESSION_RECORDS.length, SESSION_RECORDS.length + ID_BYTES);
        const isOld = Date.now() - recordTime(bytes) > this.limits.sessionIdleMs;
        if (isOld && !this.byId.has(id)) expired.push(key);
      }
    } finally {
      view.release();
    }
    await this.forgetRecords(expired);
  }

  private async forgetRecords(keys: readonly Key[]): Promise<void> {
    if (keys.length === 0) return;
    await this.store.writeOnce((own) => {
      for (const key of keys) own.putLate(key, () => null);
    });
  }
}

/** How `{ id: UUID }` is encoded, save the sixteen bytes before its end. */
const PLAIN = Buffer.from([30, 0, 0, 0, 0x05, 0x69, 0x64, 0, ID_BYTES, 0, 0, 0, Binary.SUBTYPE_UUID]);

/** Every command names its session, and nearly always so: the id is taken out without decoding. */
function rawIdOf(lsid: RawDoc): string {
  if (!isPlain(lsid)) return idOf(decodeRaw(lsid));
  const start = lsid.start + PLAIN.length;
  return asBuffer(lsid.source).toString('latin1', start, start + ID_BYTES);
}

function isPlain({ source, start, length }: RawDoc): boolean {
  if (length !== PLAIN.length + ID_BYTES + 1) return false;
  for (let at = 0; at < PLAIN.length; at += 1) if (source[start + at] !== PLAIN[at]) return false;
  return true;
}

function idOf(lsid: Doc): string {
  for (const name of lsid.keys()) {
    if (name === 'id' || name === 'uid') continue;
    if (name === 'txnNumber' || name === 'txnUUID') {
      throw new EngineError(
        'InvalidOptions',
        'Internal sessions are only allowed to be created by internal clients',
      );
    }
    throw new EngineError('IDLUnknownField', `BSON field 'lsid.${name}' is an unknown field.`);
  }
  const id = lsid.get('id');
  if (!(id instanceof Binary) || id.sub_type !== Binary.SUBTYPE_UUID || id.length() !== ID_BYTES) {
    throw new EngineError('TypeMismatch', "BSON field 'lsid.id' must be a UUID");
  }
  return asBuffer(id.buffer).toString('latin1', 0, ID_BYTES);
}
