import type { Doc } from '../bson/types.js';
import type { Transaction } from '../storage/transaction.js';
import { pageKey, type Session } from './session.js';
import type { StatementResults } from './statement-results.js';

/** One retryable write command: each of its statements takes effect once, however often the driver sends it. */
export class RetryableWrite {
  /**
   * @param results - what statements answered when the same command ran before.
   * @param beforeEffect - runs right before a statement takes effect; it may throw instead.
   */
  constructor(
    private readonly session: Session,
    private readonly results: StatementResults,
    private readonly beforeEffect: () => void,
  ) {
    session.results = results;
  }

  /** What the statement answered when it ran before, if it did. */
  executed(statementId: number): Doc | undefined {
    return this.results.get(statementId);
  }

  /** Keeps the statement's answer in the same change as its effect. */
  record(transaction: Transaction, statementId: number, result: Doc): void {
    const { session, results } = this;
    this.beforeEffect();
    const page = results.nextPage;
    transaction.putLate(pageKey(session.id, page), () => session.encodePage(page));
    transaction.onPublished(() => {
      results.add(statementId, result);
    });
  }

  /** Lets go of the answers in memory: all of them are on disk. */
  settled(): void {
    this.session.results = undefined;
  }
}
