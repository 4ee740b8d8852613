import { changeOf, type EnvelopeAmount } from '../domain/account.js';
import type { LedgerEvent } from '../domain/events.js';

const all = (postings: readonly EnvelopeAmount[], sign: number): boolean =>
  postings.length > 0 && postings.every(({ amount_minor }) => Math.sign(amount_minor) === sign);

/** Whether the postings of an event are such as its kind has: income comes in, spending goes out, a move keeps money. */
export function isOfItsKind({ type, postings }: LedgerEvent): boolean {
  switch (type) {
    case 'MoneyDeposited':
    case 'PayReceived':
    case 'TransferReceived':
      return all(postings, 1);
    case 'MoneyDebited':
    case 'CashWithdrawn':
    case 'TransferSent':
      return all(postings, -1);
    case 'MoneyMoved':
      return postings.length === 2 && changeOf(postings) === 0;
    case 'AccountOpened':
    case 'BalanceAdjusted':
      return postings.length === 1;
    case 'TransactionReversed':
      return postings.length > 0;
    default:
      return postings.length === 0;
  }
}
