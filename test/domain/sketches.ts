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
/** The undo of the transaction with that sequence number. */
export const reversed = (seq: number, kind: ReversibleKind, ...postings: Amounts): Sketch => ({
  type: 'TransactionReversed',
  ...money(postings),
  role: 'undo',
  kind,
  root_seq: seq,
  root_id: idAt(seq),
  reverses_seq: seq,
  reverses_id: idAt(seq),
});

type Payload<T extends LedgerCommand['type']> = Omit<
  Extract<LedgerCommand, { type: T }>,
  'type' | 'effective_on' | 'description'
> &
  Partial<Pick<Extract<LedgerCommand, { type: T }>, 'effective_on'>> & { readonly description?: string };

/** A command made today, without a description unless it says otherwise. */
export function ask<T extends LedgerCommand['type']>(type: T, payload: Payload<T>): LedgerCommand {
  const described = DESCRIBED.has(type) ? { description: '' } : {};
  return { type, effective_on: TODAY, ...described, ...payload } as LedgerCommand;
}

const DESCRIBED: ReadonlySet<LedgerCommand['type']> = new Set([
  'OpenAccount',
  'DepositMoney',
  'DebitMoney',
  'WithdrawCash',
  'MoveMoney',
  'ReceivePay',
  'ReceiveOtherPay',
  'UndoLast',
  'UndoTransaction',
]);
