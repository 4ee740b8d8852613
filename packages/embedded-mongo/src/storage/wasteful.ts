import { EngineError } from '../errors.js';
import type { Transaction } from './transaction.js';

/** Finds transactions whose picture keeps much of the file from reuse. */
export class WastefulTransactions {
  private readonly unusedAtFirst = new WeakMap<Transaction, number>();

  /**
   * Ends those of the transactions since whose first look the file has gained more than so many bytes of unused pages.
   * @param unused - the bytes of the unused pages that there are now.
   */
  end(open: Iterable<Transaction>, unused: number, bytes: number): void {
    for (const transaction of open) {
      const before = this.unusedAtFirst.get(transaction);
      if (before === undefined) this.unusedAtFirst.set(transaction, unused);
      else if (unused - before > bytes) transaction.end(snapshotTooOld());
    }
  }
}

function snapshotTooOld(): EngineError {
  return new EngineError(
    'SnapshotTooOld',
    'The transaction was ended: too much has been written since it began, which its snapshot kept from reuse.',
  ).labelled('TransientTransactionError');
}
