import { EngineError } from '../errors.js';
import type { Key } from './keys.js';
import type { Transaction } from './transaction.js';

/** Thrown inside a plain write that meets a document locked by an open transaction: wait for that, then run again. */
export class LockedByTransaction extends Error {
  constructor(readonly holder: Transaction) {
    super('locked by an open transaction');
  }
}

/** The error of a write that loses against another transaction; the driver runs the whole transaction again. */
export function writeConflict(): EngineError {
  return new EngineError(
    'WriteConflict',
    'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
  );
}

/**
 * Who may write which document or unique entry. A transaction keeps what it wrote until it ends; the first to
 * write wins, and so does the first to commit (snapshot isolation).
 */
export class Locks {
  private readonly holders = new Map<Key, Transaction>();
  /** When each key was last written, for as long as an open transaction might have started before that. */
  private readonly lastWritten = new Map<Key, number>();

  /** Locks the key for the transaction until its end. Throws WriteConflict, or LockedByTransaction for a plain write. */
  acquire(key: Key, transaction: Transaction): void {
    const holder = this.holders.get(key);
    if (holder === transaction) return;
    if (holder !== undefined) {
      if (transaction.isPlain) throw new LockedByTransaction(holder);
      throw writeConflict();
    }
    if ((this.lastWritten.get(key) ?? 0) > transaction.sequence) throw writeConflict();
    this.holders.set(key, transaction);
  }

  release(keys: Iterable<Key>): void {
    for (const key of keys) this.holders.delete(key);
  }

  /** Notes that the keys were written at this sequence; needed only while other transactions are open. */
  noteWritten(keys: Iterable<Key>, sequence: number): void {
    for (const key of keys) {
      this.lastWritten.delete(key);
      this.lastWritten.set(key, sequence);
    }
  }

  /** Forgets the writes that every open transaction already sees. */
  forgetUpTo(sequence: number): void {
    for (const [key, written] of this.lastWritten) {
      if (written > sequence) return;
      this.lastWritten.delete(key);
    }
  }
}
