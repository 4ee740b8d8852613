import type { EnvelopeAmount } from '../../src/ledger/domain/account.js';
import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import type { LedgerEvent, ReversibleKind } from '../../src/ledger/domain/events.js';
import { idAt } from './naive-register.js';

type WithoutComputed<E> = E extends unknown ? Omit<E, 'schema_version' | 'balance_minor'> : never;

/** An event without what the spec fills in. */
export type Sketch = WithoutComputed<LedgerEvent>;

/** The day of everything in the specs unless they say otherwise. */
export const TODAY = '2026-03-15';

/** Amounts as `[envelope, minor units]`. */
export type Amounts = readonly (readonly [number, number])[];

export const amounts = (list: Amounts): EnvelopeAmount[] =>
  list.map(([envelope_id, amount_minor]) => ({ envelope_id, amount_minor }));

const still = { effective_on: TODAY, postings: [] };
const money = (postings: Amounts) => ({
  effective_on: TODAY,
  postings: amounts(postings),
  description: '',
});

export const opened = (
  balance = 0,
  over: Partial<Extract<Sketch, { type: 'AccountOpened' }>> = {},
): Sketch => ({
  type: 'AccountOpened',
  ...money([[0, balance]]),
  account_id: 'acc_1',
  household_id: 'hh_1',
  name: 'Everyday',
  account_type: 'checking',
  currency: 'USD',
  can_go_negative: false,
  credit_limit_minor: null,
  ...over,
});
export const overdraft = (limit: number | null = null) => ({
  can_go_negative: true,
  credit_limit_minor: limit,
});
export const changed = (changes: Partial<Extract<Sketch, { type: 'AccountChanged' }>>): Sketch => ({
  type: 'AccountChanged',
  ...still,
  ...changes,
});
export const added = (envelope_id: number, name: string): Sketch => ({
  type: 'EnvelopeAdded',
  ...still,
  envelope_id,
  name,
});
export const renamed = (envelope_id: number, name: string): Sketch => ({
  type: 'EnvelopeRenamed',
  ...still,
  envelope_id,
  name,
});
export const archived = (envelope_id: number): Sketch => ({
  type: 'EnvelopeArchived',
  ...still,
  envelope_id,
});
export const restored = (envelope_id: number, name: string): Sketch => ({
  type: 'EnvelopeRestored',
  ...still,
  envelope_id,
  name,
});
const payerFields = (payer_id: number, name: string, amount_minor: number, split: Amounts) => ({
  ...still,
  payer_id,
  name,
  amount_minor,
  split: amounts(split),
});
export const payerAdded = (...fields: Parameters<typeof payerFields>): Sketch => ({
  type: 'PayerAdded',
  ...payerFields(...fields),
});
export const payerChanged = (...fields: Parameters<typeof payerFields>): Sketch => ({
  type: 'PayerChanged',
  ...payerFields(...fields),
});
export const payerRemoved = (payer_id: number): Sketch => ({ type: 'PayerRemoved', ...still, payer_id });
export const deposited = (envelope: number, amount: number): Sketch => ({
  type: 'MoneyDeposited',
  ...money([[envelope, amount]]),
});
/** Amounts are negative, as they are posted. */
export const debited = (...postings: Amounts): Sketch => ({ type: 'MoneyDebited', ...money(postings) });
export const withdrawn = (envelope: number, amount: number): Sketch => ({
  type: 'CashWithdrawn',
  ...money([[envelope, -amount]]),
});
export const moved = (from: number, to: number, amount: number): Sketch => ({
  type: 'MoneyMoved',
  ...money([
    [from, -amount],
    [to, amount],
  ]),
});
export const paid = (payer_id: number | null, payer: string, ...postings: Amounts): Sketch => ({
  type: 'PayReceived',
  ...money(postings),
  payer_id,
  payer,
});
type Reversed = Extract<Sketch, { type: 'TransactionReversed' }>;

/** The undo of the transaction with that sequence number. */
export const reversed = (seq: number, kind: ReversibleKind, ...postings: Amounts): Reversed => ({
  type: 'TransactionReversed',
  ...money(postings),
  role: 'undo',
  kind,
  root_seq: seq,
  root_id: idAt(seq),
  reverses_seq: seq,
  reverses_id: idAt(seq),
});
/** The reversal of the event `tip` in the chain of the transaction `seq`: a redo of an undo, or a later undo. */
export const again = (
  role: 'undo' | 'redo',
  tip: number,
  ...[seq, kind, ...postings]: Parameters<typeof reversed>
): Reversed => ({
  ...reversed(seq, kind, ...postings),
  role,
  reverses_seq: tip,
  reverses_id: idAt(tip),
});
export const redone = (tip: number, ...fields: Parameters<typeof reversed>): Reversed =>
  again('redo', tip, ...fields);
export const closed: Sketch = { type: 'AccountClosed', ...still };
export const reopened: Sketch = { type: 'AccountReopened', ...still };
export const adjusted = (envelope: number, difference: number, to: number, on = TODAY): Sketch => ({
  type: 'BalanceAdjusted',
  ...money([[envelope, difference]]),
  effective_on: on,
  adjusted_to_minor: to,
});
export const annotated = (
  seq: number,
  told: Partial<Pick<Extract<Sketch, { type: 'TransactionAnnotated' }>, 'description' | 'notes' | 'tags'>>,
): Sketch => ({ type: 'TransactionAnnotated', ...still, root_seq: seq, root_id: idAt(seq), ...told });

/** Where a side of a transfer is: its account, and its envelope with the amount that is posted there. */
export type Side = readonly [account_id: string, envelope: number, amount: number];
/** Both sides of a transfer, the sender's first; their ids are `out` and `in` with the name of the transfer. */
export const transferred = (
  name: string,
  [from, from_envelope, sent]: Side,
  [to, to_envelope, received]: Side,
): [Extract<Sketch, { type: 'TransferSent' }>, Extract<Sketch, { type: 'TransferReceived' }>] => [
  {
    type: 'TransferSent',
    ...money([[from_envelope, sent]]),
    _id: `out_${name}`,
    transfer_id: `out_${name}`,
    counterpart: { account_id: to, transaction_id: `in_${name}` },
  },
  {
    type: 'TransferReceived',
    ...money([[to_envelope, received]]),
    _id: `in_${name}`,
    transfer_id: `out_${name}`,
    counterpart: { account_id: from, transaction_id: `out_${name}` },
  },
];

type Payload<T extends LedgerCommand['type']> = Omit<
  Extract<LedgerCommand, { type: T }>,
  'type' | 'effective_on' | 'description'
> & { readonly effective_on?: string; readonly description?: string };

/** A command made today, without a description unless it says otherwise. */
export function ask<T extends LedgerCommand['type']>(
  type: T,
  payload: Payload<T>,
): Extract<LedgerCommand, { type: T }> {
  const described = DESCRIBED.has(type) ? { description: '' } : {};
  return { type, effective_on: TODAY, ...described, ...payload } as unknown as Extract<
    LedgerCommand,
    { type: T }
  >;
}

const DESCRIBED: ReadonlySet<LedgerCommand['type']> = new Set([
  'OpenAccount',
  'DepositMoney',
  'DebitMoney',
  'WithdrawCash',
  'MoveMoney',
  'ReceivePay',
  'ReceiveOtherPay',
  'AdjustBalance',
  'TransferMoney',
  'UndoLast',
  'UndoBackTo',
  'UndoTransaction',
  'UndoBatch',
  'RedoLast',
  'RedoTransaction',
  'RedoBatch',
]);
