import type { CalendarDate } from '../../kernel/dates.js';
import type { AccountType, EnvelopeAmount } from './account.js';

interface Asked<Type extends string> {
  readonly type: Type;
  /**
   * The day it counts for. For a command that moves no money, today. For an undo, today too: the reversal keeps the day
   * of what it reverses, so that only an envelope that is restored on the way takes this one.
   */
  readonly effective_on: CalendarDate;
}

interface MoneyAsked<Type extends string> extends Asked<Type> {
  /** At most 500 characters, '' for none. */
  readonly description: string;
}

/** Amounts in commands are whole minor units of the account's currency, above 0 unless said otherwise. */
export interface OpenAccount extends MoneyAsked<'OpenAccount'> {
  readonly account_id: string;
  readonly household_id: string;
  readonly name: string;
  readonly account_type: AccountType;
  readonly currency: string;
  /** 0 or above; below 0 only with `can_go_negative`. */
  readonly opening_balance_minor: number;
  readonly can_go_negative: boolean;
  /** null: no limit. */
  readonly credit_limit_minor: number | null;
}

/** Changes what is given. Without `can_go_negative` there is no credit limit: switching it off removes the limit. */
export interface ChangeAccount extends Asked<'ChangeAccount'> {
  readonly name?: string;
  readonly can_go_negative?: boolean;
  /** null removes the limit. */
  readonly credit_limit_minor?: number | null;
}

/** Adds all of them, in this order, or none. */
export interface AddEnvelopes extends Asked<'AddEnvelopes'> {
  readonly names: readonly string[];
}

/** Any envelope, Available and archived ones too. */
export interface RenameEnvelope extends Asked<'RenameEnvelope'> {
  readonly envelope_id: number;
  readonly name: string;
}

export interface ArchiveEnvelope extends Asked<'ArchiveEnvelope'> {
  readonly envelope_id: number;
}

export interface RestoreEnvelope extends Asked<'RestoreEnvelope'> {
  readonly envelope_id: number;
}

/** An envelope that a split names twice gets the sum. */
export interface AddPayer extends Asked<'AddPayer'> {
  readonly name: string;
  readonly amount_minor: number;
  readonly split: readonly EnvelopeAmount[];
}

/** Changes what is given; the whole payer must then be right. */
export interface ChangePayer extends Asked<'ChangePayer'> {
  readonly payer_id: number;
  readonly name?: string;
  readonly amount_minor?: number;
  readonly split?: readonly EnvelopeAmount[];
}

export interface RemovePayer extends Asked<'RemovePayer'> {
  readonly payer_id: number;
}

export interface DepositMoney extends MoneyAsked<'DepositMoney'> {
  readonly envelope_id: number;
  readonly amount_minor: number;
}

/** Spending from one envelope or several, amounts above 0. An envelope named twice gives the sum. */
export interface DebitMoney extends MoneyAsked<'DebitMoney'> {
  readonly postings: readonly EnvelopeAmount[];
}

export interface WithdrawCash extends MoneyAsked<'WithdrawCash'> {
  readonly envelope_id: number;
  readonly amount_minor: number;
}

export interface MoveMoney extends MoneyAsked<'MoveMoney'> {
  readonly from_id: number;
  readonly to_id: number;
  readonly amount_minor: number;
}

/** Pay from a payer of the account, with the payer's amount and split unless given. */
export interface ReceivePay extends MoneyAsked<'ReceivePay'> {
  readonly payer_id: number;
  readonly amount_minor?: number;
  readonly split?: readonly EnvelopeAmount[];
}

/** Pay from anybody, by name only. */
export interface ReceiveOtherPay extends MoneyAsked<'ReceiveOtherPay'> {
  readonly payer: string;
  readonly amount_minor: number;
  readonly split: readonly EnvelopeAmount[];
}

/** Undoes the last transaction that stands. `facts.subject` is that one. */
export type UndoLast = MoneyAsked<'UndoLast'>;

/** Undoes one transaction. `facts.subject` is the row with that id. */
export interface UndoTransaction extends MoneyAsked<'UndoTransaction'> {
  readonly transaction_id: string;
}

/** Everything that can be asked of an account. Texts are tidied (NFC, no outer blanks) before they are recorded. */
export type LedgerCommand =
  | OpenAccount
  | ChangeAccount
  | AddEnvelopes
  | RenameEnvelope
  | ArchiveEnvelope
  | RestoreEnvelope
  | AddPayer
  | ChangePayer
  | RemovePayer
  | DepositMoney
  | DebitMoney
  | WithdrawCash
  | MoveMoney
  | ReceivePay
  | ReceiveOtherPay
  | UndoLast
  | UndoTransaction;
