import type { Doc } from '../bson/types.js';
import type { Transaction } from '../storage/transaction.js';
import type { Session } from './session.js';

/** One retryable write command: each of its statements takes effect once, however often the driver sends it. */
export class RetryableWrite {
  /** @param beforeEffect - runs right before a statement takes effect; it may throw instead. */
  constructor(
    private readonly session: Session,
    private readonly beforeEffect: () => void,
  ) {}

  /** What the statement answered when it ran before, if it did. */
  executed(statementId: number): Doc | undefined {
    return this.session.results.get(statementId);
  }

  /** Keeps the statement's answer in the same change as its effect. */
  record(transaction: Transaction, statementId: number, result: Doc): void {
    const { session } = this;
    this.beforeEffect();
    transaction.putLate(session.recordKey, () => session.encodeRecord());
    transaction.onPublished(() => {
      session.results.set(statementId, result);
    });
  }
}
