import { ApiProperty } from '@nestjs/swagger';

import { toMajor } from '../../kernel/money.js';
import type { Account, Envelope } from '../domain/account.js';
import { EnvelopeView, viewEnvelope } from '../projections/account-view.js';
import { TransactionView, viewTransaction } from '../projections/transaction-view.js';
import type { Recorded } from './bookkeeper.js';

/** What a request that moves money is answered with. */
export class MoneyAnswer {
  @ApiProperty({ type: TransactionView })
  readonly transaction!: TransactionView;

  @ApiProperty({ type: 'number', example: 2_637.6, description: "The account's balance after it" })
  readonly balance!: number;

  @ApiProperty({ type: [EnvelopeView], description: 'The envelopes that it changed, as they are now' })
  readonly envelopes!: readonly EnvelopeView[];

  @ApiProperty({ type: 'integer', minimum: 1, example: 8, description: "The account's version" })
  readonly version!: number;
}

/** The answer to a command that recorded one transaction. */
export function moneyAnswer({ before, account, rows }: Recorded): MoneyAnswer {
  const [row, ...more] = rows;
  if (!row || more.length > 0) throw new Error(`${rows.length} transactions were recorded in place of one`);
  const { currency, balance_minor, version } = account;
  return {
    transaction: viewTransaction(row, currency),
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
