import type { CalendarDate } from '../../kernel/dates.js';
import type { AccountType, EnvelopeAmount } from './account.js';

/**
 * What every event carries. The event store adds its own fields (id, sequence, actor, hashes, …) and, the opening
 * aside, whose account and household it is.
 */
interface Recorded<Type extends string> {
  readonly type: Type;
  /** The shape of this event; grows when the shape changes, and stored events are upcast when read. */
  readonly schema_version: 1;
  /** The day it counts for; the day it was made for an event that moves no money. */
  readonly effective_on: CalendarDate;
  /** What it adds to which envelope, signed, one posting an envelope; none where no money moves. */
  readonly postings: readonly EnvelopeAmount[];
  /** The account's balance after it. */
  readonly balance_minor: number;
}

/** A transaction of the register, the opening's description being empty unless given. */
interface MoneyRecorded<Type extends string> extends Recorded<Type> {
  readonly description: string;
  /** The batch that the transaction was recorded with, or the one of the transaction that is reversed. */
  readonly batch_id?: string;
}

/** A transaction of another account. */
export interface Counterpart {
  readonly account_id: string;
  readonly transaction_id: string;
}

/** One side of a transfer. Both sides, and their reversals, have the `transfer_id`: the id of the sender's event. */
export interface TransferSide {
  readonly transfer_id: string;
  /** The transaction that the other account got by the transfer. */
  readonly counterpart: Counterpart;
}

/** The account came to be with its opening balance in Available: one posting, of 0 too. Always sequence 1. */
export interface AccountOpened extends MoneyRecorded<'AccountOpened'> {
  readonly account_id: string;
  readonly household_id: string;
  readonly name: string;
  readonly account_type: AccountType;
  readonly currency: string;
  readonly can_go_negative: boolean;
  readonly credit_limit_minor: number | null;
}

/** Carries only what changed. */
export interface AccountChanged extends Recorded<'AccountChanged'> {
  readonly name?: string;
  readonly can_go_negative?: boolean;
  readonly credit_limit_minor?: number | null;
}

export interface EnvelopeAdded extends Recorded<'EnvelopeAdded'> {
  readonly envelope_id: number;
  readonly name: string;
}

export interface EnvelopeRenamed extends Recorded<'EnvelopeRenamed'> {
  readonly envelope_id: number;
  readonly name: string;
}

export interface EnvelopeArchived extends Recorded<'EnvelopeArchived'> {
  readonly envelope_id: number;
}

/** `name` is the one it has from now on: an undo that restores an envelope whose name was taken gives it another. */
export interface EnvelopeRestored extends Recorded<'EnvelopeRestored'> {
  readonly envelope_id: number;
  readonly name: string;
}

export interface PayerAdded extends Recorded<'PayerAdded'> {
  readonly payer_id: number;
  readonly name: string;
  readonly amount_minor: number;
  readonly split: readonly EnvelopeAmount[];
}

/** Carries the payer whole, since its amount and its split only make sense together. */
export interface PayerChanged extends Recorded<'PayerChanged'> {
  readonly payer_id: number;
  readonly name: string;
  readonly amount_minor: number;
  readonly split: readonly EnvelopeAmount[];
}

export interface PayerRemoved extends Recorded<'PayerRemoved'> {
  readonly payer_id: number;
}

/** The account is empty and at rest until it is reopened. */
export type AccountClosed = Recorded<'AccountClosed'>;
export type AccountReopened = Recorded<'AccountReopened'>;

/** What is told of a transaction changed; carries only what did. Its money stays as it is. */
export interface TransactionAnnotated extends Recorded<'TransactionAnnotated'> {
  readonly root_seq: number;
  readonly root_id: string;
  readonly description?: string;
  readonly notes?: string;
  readonly tags?: readonly string[];
}

export type MoneyDeposited = MoneyRecorded<'MoneyDeposited'>;
export type MoneyDebited = MoneyRecorded<'MoneyDebited'>;
export type CashWithdrawn = MoneyRecorded<'CashWithdrawn'>;
/** Two postings, the source's first, that add up to 0. */
export type MoneyMoved = MoneyRecorded<'MoneyMoved'>;

/** Pay that came in. `payer` is the name at that time, `payer_id` null for pay without a payer of the account. */
export interface PayReceived extends MoneyRecorded<'PayReceived'> {
  readonly payer_id: number | null;
  readonly payer: string;
}

/** A correction to what the balance was on a day: one posting with the difference, neither income nor spending. */
export interface BalanceAdjusted extends MoneyRecorded<'BalanceAdjusted'> {
  /** What the account's balance was to be at the end of that day. */
  readonly adjusted_to_minor: number;
}

/** Money that went to another account of the household. Brings its id, since the other side's event names it. */
export interface TransferSent extends MoneyRecorded<'TransferSent'>, TransferSide {
  readonly _id: string;
}

/** Money that came from another account of the household, in this account's currency. */
export interface TransferReceived extends MoneyRecorded<'TransferReceived'>, TransferSide {
  readonly _id: string;
}

/**
 * An undo, or the redo of one: the exact negated postings, and the day, of what it reverses. The reversal of a transfer
 * tells the transfer's id and the other side's transaction, as the transfer does, that of a payday its payer's name.
 */
export interface TransactionReversed extends MoneyRecorded<'TransactionReversed'>, Partial<TransferSide> {
  /** What the transaction is after it: undone, or standing again. */
  readonly role: 'undo' | 'redo';
  /** The kind of the transaction. */
  readonly kind: ReversibleKind;
  /** The transaction that is undone or redone. */
  readonly root_seq: number;
  readonly root_id: string;
  /** The event that is reversed: the tip of the root's chain. No event is reversed twice. */
  readonly reverses_seq: number;
  readonly reverses_id: string;
  /** The payer's name at the time of the payday. */
  readonly payer?: string;
}

/** The events that make a transaction of their own, by the kind that the register shows. */
export const KIND_OF_ROOT = {
  AccountOpened: 'opening',
  MoneyDeposited: 'deposit',
  MoneyDebited: 'debit',
  CashWithdrawn: 'withdrawal',
  MoneyMoved: 'move',
  PayReceived: 'payday',
  BalanceAdjusted: 'adjustment',
  TransferSent: 'transfer_out',
  TransferReceived: 'transfer_in',
} as const;

/** What a transaction is; a reversal has the kind of its root. */
export type TransactionKind = (typeof KIND_OF_ROOT)[keyof typeof KIND_OF_ROOT];
export type ReversibleKind = Exclude<TransactionKind, 'opening'>;

/** An event that begins a transaction. */
export type RootEvent =
  | AccountOpened
  | MoneyDeposited
  | MoneyDebited
  | CashWithdrawn
  | MoneyMoved
  | PayReceived
  | BalanceAdjusted
  | TransferSent
  | TransferReceived;

/** An event that is a row of the register. */
export type MoneyEvent = RootEvent | TransactionReversed;

/** Everything that can happen to an account. */
export type LedgerEvent =
  | MoneyEvent
  | AccountChanged
  | EnvelopeAdded
  | EnvelopeRenamed
  | EnvelopeArchived
  | EnvelopeRestored
  | PayerAdded
  | PayerChanged
  | PayerRemoved
  | AccountClosed
  | AccountReopened
  | TransactionAnnotated;

/** Whether the event begins a transaction. */
export function isRootEvent(event: LedgerEvent): event is RootEvent {
  return Object.hasOwn(KIND_OF_ROOT, event.type);
}

/** Whether the event is a row of the register: a transaction, or the reversal of one. */
export function isMoneyEvent(event: LedgerEvent): event is MoneyEvent {
  return event.type === 'TransactionReversed' || isRootEvent(event);
}
