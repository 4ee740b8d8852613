import {
  EXAMPLE_DEBIT,
  EXAMPLE_DEPOSIT,
  EXAMPLE_PAYDAY,
  EXAMPLE_PAYER,
  EXAMPLE_SAVINGS_ID,
  exampleEnvelope,
  exampleTransaction,
} from '../projections/examples.js';
import type { EnvelopeView } from '../projections/account-view.js';
import type { TransactionView } from '../projections/transaction-view.js';
import type { MoneyAnswer, SeveralAnswer } from './money-answer.js';

/** What OpenAPI shows of a route that records a transaction: requests by what they ask for, and the answer to the first. */
export interface MoneyExample {
  readonly requests: Readonly<Record<string, object>>;
  readonly answer: MoneyAnswer;
}

/** The same of a route that records several. */
export interface SeveralExample {
  readonly requests: Readonly<Record<string, object>>;
  readonly answer: SeveralAnswer;
}

/** The answer to a request that left the account with that transaction, and changed those envelopes. */
export const answer = (transaction: TransactionView, ...envelopes: EnvelopeView[]): MoneyAnswer => ({
  transaction,
  balance: transaction.balance,
  envelopes,
  version: transaction.seq,
});

export const PAYDAY_EXAMPLE: MoneyExample = {
  requests: {
    'usual pay': { payer_id: 1, description: 'January pay', effective_on: '2026-01-30' },
    'pay of another size': { payer_id: 1, amount: 2_000, split: [{ envelope_id: 2, amount: 1_200 }] },
    'pay from anybody': { payer: 'Tax office', amount: 180.5, split: [{ envelope_id: 3, amount: 100 }] },
  },
  answer: answer(
    EXAMPLE_PAYDAY,
    exampleEnvelope(0, 650),
    ...EXAMPLE_PAYER.split.map(({ envelope_id, amount }) =>
      exampleEnvelope(envelope_id as 1 | 2 | 3, amount),
    ),
  ),
};

export const DEPOSIT_EXAMPLE: MoneyExample = {
  requests: {
    'to Available': { amount: 50, description: 'Birthday money', effective_on: '2026-01-30' },
    'to an envelope': { envelope_id: 3, amount: 50 },
  },
  answer: answer(EXAMPLE_DEPOSIT, exampleEnvelope(0, 700)),
};

export const DEBIT_EXAMPLE: MoneyExample = {
  requests: {
    'from one envelope': {
      envelope_id: 1,
      amount: 62.4,
      description: 'Weekly shopping',
      effective_on: '2026-01-31',
    },
    'from several envelopes': {
      postings: [
        { envelope_id: 1, amount: 25.1 },
        { envelope_id: 3, amount: 40 },
      ],
      description: 'Market, and a guide book',
    },
  },
  answer: answer(EXAMPLE_DEBIT, exampleEnvelope(1, 537.6)),
};

export const WITHDRAWAL_EXAMPLE: MoneyExample = {
  requests: {
    'cash from an envelope': {
      envelope_id: 3,
      amount: 40,
      description: 'Pocket money',
      effective_on: '2026-02-01',
    },
  },
  answer: answer(
    exampleTransaction({
      seq: 9,
      kind: 'withdrawal',
      amount: -40,
      postings: [{ envelope_id: 3, amount: -40 }],
      description: 'Pocket money',
      effective_on: '2026-02-01',
      balance: 2_597.6,
    }),
    exampleEnvelope(3, 160),
  ),
};

export const MOVE_EXAMPLE: MoneyExample = {
  requests: {
    'to another envelope': {
      from_id: 0,
      to_id: 3,
      amount: 100,
      description: 'For the flight',
      effective_on: '2026-02-01',
    },
  },
  answer: answer(
    exampleTransaction({
      seq: 10,
      kind: 'move',
      amount: 0,
      moved: 100,
      postings: [
        { envelope_id: 0, amount: -100 },
        { envelope_id: 3, amount: 100 },
      ],
      description: 'For the flight',
      effective_on: '2026-02-01',
      balance: 2_597.6,
    }),
    exampleEnvelope(0, 600),
    exampleEnvelope(3, 260),
  ),
};

export const ADJUSTMENT_EXAMPLE: MoneyExample = {
  requests: {
    'what the bank says': { balance: 2_600, description: 'Bank statement', effective_on: '2026-02-02' },
    'into an envelope': { balance: 2_600, envelope_id: 1 },
  },
  answer: answer(
    exampleTransaction({
      seq: 15,
      kind: 'adjustment',
      amount: 2.4,
      postings: [{ envelope_id: 0, amount: 2.4 }],
      description: 'Bank statement',
      effective_on: '2026-02-02',
      balance: 2_600,
    }),
    exampleEnvelope(0, 602.4),
  ),
};

export const TRANSFER_EXAMPLE: MoneyExample = {
  requests: {
    'to savings': {
      to_account_id: EXAMPLE_SAVINGS_ID,
      amount: 200,
      description: 'For a rainy day',
      effective_on: '2026-02-02',
    },
    'between envelopes, into another currency': {
      to_account_id: 'acc_01kagx3q9sf8krqxfp6ydfn7v6',
      amount: 200,
      to_amount: 184.5,
      from_envelope_id: 3,
      to_envelope_id: 1,
    },
  },
  answer: answer(
    exampleTransaction({
      seq: 16,
      kind: 'transfer_out',
      amount: -200,
      postings: [{ envelope_id: 0, amount: -200 }],
      description: 'For a rainy day',
      effective_on: '2026-02-02',
      balance: 2_400,
      transfer: { account_id: EXAMPLE_SAVINGS_ID, transaction_id: 'tx_01kagx3q9sf8krqxfp6ydfn7x2' },
    }),
    exampleEnvelope(0, 402.4),
  ),
};
