import { ApiProperty } from '@nestjs/swagger';

import { toMajor } from '../../kernel/money.js';
import type { Account, Envelope } from '../domain/account.js';
import { EnvelopeView, viewEnvelope } from '../projections/account-view.js';
import { TransactionView, viewTransaction } from '../projections/transaction-view.js';
import type { AccountChange } from './book-entry.js';

/** How an account is left by a request that moves money. */
class AccountLeft {
  @ApiProperty({ type: 'number', example: 2_637.6, description: "The account's balance after it" })
  readonly balance!: number;

  @ApiProperty({ type: [EnvelopeView], description: 'The envelopes that it changed, as they are now' })
  readonly envelopes!: readonly EnvelopeView[];

  @ApiProperty({ type: 'integer', minimum: 1, example: 8, description: "The account's version" })
  readonly version!: number;
}

/** What a request that records one transaction is answered with. */
export class MoneyAnswer extends AccountLeft {
  @ApiProperty({ type: TransactionView })
  readonly transaction!: TransactionView;
}

/** What a request that records several is answered with. */
export class SeveralAnswer extends AccountLeft {
  @ApiProperty({ type: [TransactionView], description: "The account's, in the order of recording" })
  readonly transactions!: readonly TransactionView[];
}

/** What a request for a whole batch is answered with. */
export class BatchAnswer extends SeveralAnswer {
  @ApiProperty({ type: String, example: 'bat_01kagx3q9sf8krqxfp6ydfn7v5' })
  readonly batch_id!: string;
}

/** The answer to a command that recorded one transaction on the account. */
export function moneyAnswer(change: AccountChange): MoneyAnswer {
  const { transactions, ...left } = severalAnswer(change);
  const [transaction, ...more] = transactions;
  if (!transaction || more.length > 0) {
    throw new Error(`${transactions.length} transactions were recorded in place of one`);
  }
  return { transaction, ...left };
}

/** The answer to a command that recorded several transactions on the account, or one of perhaps several. */
export function severalAnswer({ before, account, rows }: AccountChange): SeveralAnswer {
  const { currency, balance_minor, version } = account;
  return {
    transactions: rows.map((row) => viewTransaction(row, currency)),
    balance: toMajor(balance_minor, currency),
    envelopes: changedEnvelopes(before, account).map((envelope) => viewEnvelope(envelope, currency)),
    version,
  };
}

/** The envelopes that are new or not as they were; `after` was folded from `before`, which leaves the others as they are. */
export function changedEnvelopes(before: Account | null, after: Account): Envelope[] {
  const unchanged = new Set(before?.envelopes);
  return after.envelopes.filter((envelope) => !unchanged.has(envelope));
}
