import type { AccountView, EnvelopeView, PayerView } from './account-view.js';
import type { TransactionView } from './transaction-view.js';

/*
 * One household's story, which all examples in OpenAPI tell: Ada opens the account Everyday with 250.00, adds the
 * envelopes Food, Rent and Holiday and the payer Acme Mills, receives pay, and spends; she takes things back and redoes
 * them, corrects the balance, saves, and pays bills. The examples of single fields show the account after its first
 * shopping, at version 8.
 */

const CURRENCY = 'USD';

/** An envelope of the story; 0 is Available. */
export const exampleEnvelope = (id: 0 | 1 | 2 | 3, balance: number): EnvelopeView => ({
  id,
  name: (['Available', 'Food', 'Rent', 'Holiday'] as const)[id],
  balance,
  archived: false,
});

/** The envelopes after the first shopping. */
export const EXAMPLE_ENVELOPES: readonly EnvelopeView[] = [
  exampleEnvelope(0, 700),
  exampleEnvelope(1, 537.6),
  exampleEnvelope(2, 1_200),
  exampleEnvelope(3, 200),
];

/** The account after the first shopping. */
export const EXAMPLE_ACCOUNT: AccountView = {
  id: 'acc_01kagx3q9sf8krqxfp6ydfn7v3',
  name: 'Everyday',
  account_type: 'checking',
  currency: CURRENCY,
  balance: 2_637.6,
  can_go_negative: false,
  credit_limit: null,
  state: 'open',
  opened_on: '2026-01-01',
  version: 8,
  envelopes: EXAMPLE_ENVELOPES,
};

/** The id of the household's other account, Savings. */
export const EXAMPLE_SAVINGS_ID = 'acc_01kagx3q9sf8krqxfp6ydfn7v4';

/** The id of a batch of bills. */
export const EXAMPLE_BATCH_ID = 'bat_01kagx3q9sf8krqxfp6ydfn7v5';

/** The account after all was sent to Savings. */
export const EXAMPLE_CLOSED_ACCOUNT: AccountView = {
  ...EXAMPLE_ACCOUNT,
  balance: 0,
  state: 'closed',
  version: 29,
  envelopes: ([0, 1, 2, 3] as const).map((id) => exampleEnvelope(id, 0)),
};

/** Who pays, and how the pay is split; the rest, 400.00, goes to Available. */
export const EXAMPLE_PAYER: PayerView = {
  id: 1,
  payer: 'Acme Mills',
  amount: 2_400,
  currency: CURRENCY,
  split: [
    { envelope_id: 1, amount: 600 },
    { envelope_id: 2, amount: 1_200 },
    { envelope_id: 3, amount: 200 },
  ],
};

/** The id of the transaction with that place in the log; one digit of Crockford's base 32. */
export const exampleTransactionId = (seq: number): string =>
  `tx_01kagx3q9sf8krqxfp6ydfn7w${'0123456789abcdefghjkmnpqrstvwxyz'.charAt(seq)}`;

type Told = Pick<
  TransactionView,
  'seq' | 'kind' | 'amount' | 'postings' | 'description' | 'effective_on' | 'balance'
>;

/** A transaction of the story. */
export function exampleTransaction(told: Told & Partial<TransactionView>): TransactionView {
  const id = exampleTransactionId(told.seq);
  return {
    id,
    account_id: EXAMPLE_ACCOUNT.id,
    role: 'root',
    currency: CURRENCY,
    notes: '',
    tags: [],
    recorded_at: `${told.effective_on}T18:00:00.000Z`,
    actor: { id: 'usr_01kagx3q9sf8krqxfp6ydfn7v2', username: 'ada' },
    standing: true,
    root_id: id,
    reverses_id: null,
    reversed_by_id: null,
    batch_id: null,
    payer: null,
    transfer: null,
    ...told,
  };
}

const OPENING = exampleTransaction({
  seq: 1,
  kind: 'opening',
  amount: 250,
  postings: [{ envelope_id: 0, amount: 250 }],
  description: '',
  effective_on: '2026-01-01',
  balance: 250,
});

export const EXAMPLE_PAYDAY = exampleTransaction({
  seq: 6,
  kind: 'payday',
  amount: 2_400,
  postings: [{ envelope_id: 0, amount: 400 }, ...EXAMPLE_PAYER.split],
  description: 'January pay',
  effective_on: '2026-01-30',
  balance: 2_650,
  payer: EXAMPLE_PAYER.payer,
});

export const EXAMPLE_DEPOSIT = exampleTransaction({
  seq: 7,
  kind: 'deposit',
  amount: 50,
  postings: [{ envelope_id: 0, amount: 50 }],
  description: 'Birthday money',
  effective_on: '2026-01-30',
  balance: 2_700,
});

export const EXAMPLE_DEBIT = exampleTransaction({
  seq: 8,
  kind: 'debit',
  amount: -62.4,
  postings: [{ envelope_id: 1, amount: -62.4 }],
  description: 'Weekly shopping',
  effective_on: '2026-01-31',
  balance: 2_637.6,
});

/** The register after the first shopping, newest first. */
export const EXAMPLE_REGISTER: readonly TransactionView[] = [
  EXAMPLE_DEBIT,
  EXAMPLE_DEPOSIT,
  EXAMPLE_PAYDAY,
  OPENING,
];
