import {
  EXAMPLE_DEBIT,
  exampleEnvelope,
  exampleTransaction,
  exampleTransactionId,
} from '../projections/examples.js';
import { UNDO_BATCH_EXAMPLE, REDO_BATCH_EXAMPLE, billsUndone, severalOf } from './batch-examples.js';
import { answer, type MoneyExample, type SeveralExample } from './money-examples.js';

/** The move is the last that stands. */
export const UNDO_LAST_EXAMPLE: MoneyExample = {
  requests: {
    'with a reason': { description: 'Next month instead' },
    'only if it is this one': { expect: exampleTransactionId(10) },
  },
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

/** The undo of the shopping was the last. */
export const REDO_LAST_EXAMPLE: MoneyExample = {
  requests: { 'only if it is this one': { expect: EXAMPLE_DEBIT.id, description: 'Once, after all' } },
  answer: answer(
    exampleTransaction({
      seq: 13,
      kind: 'debit',
      role: 'redo',
      amount: -62.4,
      postings: [{ envelope_id: 1, amount: -62.4 }],
      description: 'Once, after all',
      effective_on: '2026-01-31',
      recorded_at: '2026-02-01T18:40:00.000Z',
      balance: 2_597.6,
      root_id: EXAMPLE_DEBIT.id,
      reverses_id: exampleTransactionId(12),
    }),
    exampleEnvelope(1, 537.6),
  ),
};

/** The move is chosen. */
export const REDO_CHOSEN_EXAMPLE: MoneyExample = {
  requests: { 'with a reason': { description: 'This month, after all' } },
  answer: answer(
    exampleTransaction({
      seq: 14,
      kind: 'move',
      role: 'redo',
      amount: 0,
      moved: 100,
      postings: [
        { envelope_id: 0, amount: -100 },
        { envelope_id: 3, amount: 100 },
      ],
      description: 'This month, after all',
      effective_on: '2026-02-01',
      balance: 2_597.6,
      root_id: exampleTransactionId(10),
      reverses_id: exampleTransactionId(11),
    }),
    exampleEnvelope(0, 600),
    exampleEnvelope(3, 260),
  ),
};

/** Everything after the transfer: the bills, which were redone. */
export const UNDO_BACK_EXAMPLE: SeveralExample = {
  requests: { 'everything after one': { back_to: exampleTransactionId(16), description: 'Wrong account' } },
  answer: severalOf(billsUndone(23, 'Wrong account', [22, 21]), UNDO_BATCH_EXAMPLE.answer.envelopes),
};

export const REDO_WHOLE_EXAMPLE: SeveralExample = {
  requests: { 'with a reason': { description: 'Paid, after all' } },
  answer: severalOf(REDO_BATCH_EXAMPLE.answer.transactions, REDO_BATCH_EXAMPLE.answer.envelopes),
};
