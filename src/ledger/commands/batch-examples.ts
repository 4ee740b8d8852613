import type { EnvelopeView } from '../projections/account-view.js';
import {
  EXAMPLE_BATCH_ID,
  EXAMPLE_SAVINGS_ID,
  exampleEnvelope,
  exampleTransaction,
  exampleTransactionId,
} from '../projections/examples.js';
import type { TransactionView } from '../projections/transaction-view.js';
import type { BatchAnswer, SeveralAnswer } from './money-answer.js';

/** What OpenAPI shows of a route for a whole batch. */
interface BatchExample {
  readonly requests: Readonly<Record<string, object>>;
  readonly answer: BatchAnswer;
}

const PAID_ON = '2026-02-03';

const bill = (seq: number, envelope_id: number, amount: number, balance: number, description: string) =>
  exampleTransaction({
    ...{ seq, kind: 'debit', amount, description, balance },
    postings: [{ envelope_id, amount }],
    effective_on: PAID_ON,
    batch_id: EXAMPLE_BATCH_ID,
  });

const MARKET = bill(17, 1, -37.6, 2_362.4, 'Market');
const RENT = bill(18, 2, -1_200, 1_162.4, 'Rent');
const PAID = [exampleEnvelope(1, 500), exampleEnvelope(2, 0)];
const UNPAID = [exampleEnvelope(1, 537.6), exampleEnvelope(2, 1_200)];

/** The reversal of a bill. */
const turned = (
  { id: root_id, ...root }: TransactionView,
  seq: number,
  balance: number,
  told: Pick<TransactionView, 'role' | 'reverses_id' | 'description'>,
): TransactionView => {
  const sign = told.role === 'undo' ? -1 : 1;
  return {
    ...{ ...root, ...told, seq, balance, root_id },
    id: exampleTransactionId(seq),
    amount: sign * root.amount,
    postings: root.postings.map(({ envelope_id, amount }) => ({ envelope_id, amount: sign * amount })),
  };
};

/** Both bills undone, from place `seq` in the log on; `tips` are the places of what is reversed. */
export const billsUndone = (
  seq: number,
  description: string,
  tips: readonly [number, number],
): readonly TransactionView[] => {
  const told = (tip: number) =>
    ({ role: 'undo', reverses_id: exampleTransactionId(tip), description }) as const;
  return [turned(RENT, seq, 2_362.4, told(tips[0])), turned(MARKET, seq + 1, 2_400, told(tips[1]))];
};

/** The answer to a request that left the account with those transactions, and changed those envelopes. */
export const severalOf = (
  transactions: readonly TransactionView[],
  envelopes: readonly EnvelopeView[],
): SeveralAnswer => {
  const last = transactions.at(-1);
  return { transactions, balance: last?.balance ?? 0, envelopes, version: last?.seq ?? 0 };
};

export const BATCH_EXAMPLE = {
  requests: {
    'two bills': {
      commands: [
        { command: 'debit', envelope_id: 1, amount: 37.6, description: 'Market', effective_on: PAID_ON },
        { command: 'debit', envelope_id: 2, amount: 1_200, description: 'Rent', effective_on: PAID_ON },
      ],
    },
    'of many kinds': {
      commands: [
        { command: 'payday', payer_id: 1 },
        { command: 'move', from_id: 0, to_id: 3, amount: 50 },
        { command: 'transfer', to_account_id: EXAMPLE_SAVINGS_ID, amount: 100 },
        { command: 'withdrawal', envelope_id: 0, amount: 20 },
        { command: 'deposit', amount: 5 },
        { command: 'adjustment', balance: 3_500 },
      ],
    },
  },
  answer: { batch_id: EXAMPLE_BATCH_ID, ...severalOf([MARKET, RENT], PAID) },
} satisfies BatchExample;

export const UNDO_BATCH_EXAMPLE: BatchExample = {
  requests: { 'with a reason': { description: 'Not paid yet' } },
  answer: {
    batch_id: EXAMPLE_BATCH_ID,
    ...severalOf(billsUndone(19, 'Not paid yet', [18, 17]), UNPAID),
  },
};

const redone = (tip: number) =>
  ({ role: 'redo', reverses_id: exampleTransactionId(tip), description: 'Paid, after all' }) as const;

export const REDO_BATCH_EXAMPLE: BatchExample = {
  requests: { 'with a reason': { description: 'Paid, after all' } },
  answer: {
    batch_id: EXAMPLE_BATCH_ID,
    ...severalOf([turned(MARKET, 21, 2_362.4, redone(20)), turned(RENT, 22, 1_162.4, redone(19))], PAID),
  },
};
