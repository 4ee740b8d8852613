import {
  EXAMPLE_DEBIT,
  EXAMPLE_DEPOSIT,
  EXAMPLE_PAYDAY,
  EXAMPLE_PAYER,
  exampleEnvelope,
  exampleTransaction,
  exampleTransactionId,
} from '../projections/examples.js';
import type { EnvelopeView } from '../projections/account-view.js';
import type { TransactionView } from '../projections/transaction-view.js';
import type { MoneyAnswer } from './money-answer.js';

/** What OpenAPI shows of a route that records a transaction: requests by what they ask for, and the answer to the first. */
export interface MoneyExample {
  readonly requests: Readonly<Record<string, object>>;
  readonly answer: MoneyAnswer;
}

const answer = (transaction: TransactionView, ...envelopes: EnvelopeView[]): MoneyAnswer => ({
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

/** The move is the last that stands. */
export const UNDO_LAST_EXAMPLE: MoneyExample = {
  requests: { 'with a reason': { description: 'Next month instead' } },
  answer: answer(
    exampleTransaction({
      seq: 11,
      kind: 'move',
      role: 'undo',
      amount: 0,
      moved: 100,
      postings: [
        { envelope_id: 0, amount: 100 },
        { envelope_id: 3, amount: -100 },
      ],
      description: 'Next month instead',
      effective_on: '2026-02-01',
      balance: 2_597.6,
      root_id: exampleTransactionId(10),
      reverses_id: exampleTransactionId(10),
    }),
    exampleEnvelope(0, 700),
    exampleEnvelope(3, 160),
  ),
};

/** The shopping is chosen. */
export const UNDO_CHOSEN_EXAMPLE: MoneyExample = {
  requests: { 'with a reason': { description: 'Booked twice' } },
  answer: answer(
    exampleTransaction({
      seq: 12,
      kind: 'debit',
      role: 'undo',
      amount: 62.4,
      postings: [{ envelope_id: 1, amount: 62.4 }],
      description: 'Booked twice',
      effective_on: '2026-01-31',
      recorded_at: '2026-02-01T18:30:00.000Z',
      balance: 2_660,
      root_id: EXAMPLE_DEBIT.id,
      reverses_id: EXAMPLE_DEBIT.id,
    }),
    exampleEnvelope(1, 600),
  ),
};
