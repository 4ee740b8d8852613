import { EngineError } from '../errors.js';
import { ChangingMap } from './changing-map.js';
import type { Key } from './keys.js';
import type { Transaction } from './transaction.js';

/** Thrown inside a plain write that meets a document locked by an open transaction: wait for that, then run again. */
export class LockedByTransaction extends Error {
  constructor(readonly holder: Transaction) {
    super('locked by an open transaction');
  }
}

/** The error of a write that loses against another transaction; the driver runs the whole transaction again. */
function writeConflict(): EngineError {
  return new EngineError(
    'WriteConflict',
    'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
  );
}

/** The right to write one document or unique entry, for as long as somebody has it or may conflict with its last use. */
export interface Lock {
  readonly key: Key;
  holder: Transaction | undefined;
  /** The sequence of the last write, where an open transaction may have started before that; else 0. */
  written: number;
}

/**
 * Who may write which document or unique entry. A transaction keeps what it wrote until it ends; the first to
 * write wins, and so does the first to commit (snapshot isolation).
 */
export class Locks {
  private readonly locks = new ChangingMap<Key, Lock>();
  /** What was written, by sequence, the oldest first. */
  private readonly recent = new ChangingMap<number, readonly Lock[]>();

  /**
   * Locks the key for the transaction until its end; `undefined` where it has the lock already. Throws WriteConflict, or
   * LockedByTransaction for a plain write.
   */
  acquire(key: Key, transaction: Transaction): Lock | undefined {
    let lock = this.locks.get(key);
    if (lock === undefined) {
      lock = { key, holder: undefined, written: 0 };
      this.locks.set(key, lock);
    } else {
      if (lock.holder === transaction) return undefined;
      if (lock.holder !== undefined) {
        if (transaction.isPlain) throw new LockedByTransaction(lock.holder);
        throw writeConflict();
      }
      if (lock.written > transaction.sequence) throw writeConflict();
    }
    lock.holder = transaction;
    return lock;
  }

  release(locks: readonly Lock[]): void {
    for (const lock of locks) {
      lock.holder = undefined;
      if (lock.written === 0) this.locks.delete(lock.key);
    }
  }

  /** Notes that the keys were written at this sequence; needed only while other transactions are open. */
  noteWritten(locks: readonly Lock[], sequence: number): void {
    for (const lock of locks) lock.written = sequence;
    this.recent.set(sequence, locks);
  }

  /** Forgets the writes that every open transaction already sees. */
  forgetUpTo(sequence: number): void {
    for (const [written, locks] of this.recent) {
      if (written > sequence) return;
      this.recent.delete(written);
      for (const lock of locks) {
        if (lock.written !== written) continue;
        lock.written = 0;
        if (lock.holder === undefined) this.locks.delete(lock.key);
      }
    }
  }
}
