import type { CalendarDate } from '../../kernel/dates.js';
import type { AccountType, EnvelopeAmount } from './account.js';

interface Asked<Type extends string> {
  readonly type: Type;
  /**
   * The day it counts for. For a command that moves no money, today. For an undo or a redo, today too: the reversal keeps
   * the day of what it reverses, so that only an envelope that is restored on the way takes this one.
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

/** Makes the account's balance at the end of a day what it is to be; the difference goes into one envelope. */
export interface AdjustBalance extends MoneyAsked<'AdjustBalance'> {
  /** The balance on `effective_on`, of any sign: what counts for later days comes on top. */
  readonly balance_minor: number;
  readonly envelope_id: number;
}

/** Sends money to another account of the household. The ids are new: those of the two events. */
export interface TransferMoney extends MoneyAsked<'TransferMoney'> {
  readonly to_account_id: string;
  readonly from_envelope_id: number;
  readonly to_envelope_id: number;
  readonly amount_minor: number;
  /** What arrives, in minor units of the other account's currency: just where that is another one. */
  readonly to_amount_minor?: number;
  readonly sent_id: string;
  readonly received_id: string;
}

/** Changes what is told of one transaction that stands, as far as given. */
export interface AnnotateTransaction extends Asked<'AnnotateTransaction'> {
  readonly transaction_id: string;
  readonly description?: string;
  /** At most 2,000 characters. */
  readonly notes?: string;
  /** At most 20, of 1 to 50 characters; those that are the same name are one. */
  readonly tags?: readonly string[];
}

/** Puts an empty account to rest. */
export type CloseAccount = Asked<'CloseAccount'>;
/** Takes a closed account up again. */
export type ReopenAccount = Asked<'ReopenAccount'>;

/** A command that a batch may hold. */
export type BatchCommand =
  | DepositMoney
  | DebitMoney
  | WithdrawCash
  | MoveMoney
  | ReceivePay
  | ReceiveOtherPay
  | AdjustBalance
  | TransferMoney;

/** Records 1 to 1,000 transactions, all or none, each judged by its own rule on what those before it leave. */
export interface RecordBatch {
  readonly type: 'RecordBatch';
  /** A new id, `bat_…`. */
  readonly batch_id: string;
  readonly commands: readonly BatchCommand[];
}

/** Asks for the last one. */
interface LastAsked {
  /** The transaction that must be the one. */
  readonly expect?: string;
  /** Whether all of the batch that it belongs to is meant, if it belongs to one. */
  readonly whole_batch?: boolean;
}

/** Undoes the last transaction that stands. */
export interface UndoLast extends MoneyAsked<'UndoLast'>, LastAsked {}

/** Undoes every standing transaction after one, judged at the end. */
export interface UndoBackTo extends MoneyAsked<'UndoBackTo'> {
  readonly back_to: string;
  /** The transaction that must be the last one now. */
  readonly expect?: string;
}

/** Undoes one transaction. */
export interface UndoTransaction extends MoneyAsked<'UndoTransaction'> {
  readonly transaction_id: string;
}

/** Undoes what still stands of a batch, judged at the end. Asked of no account. */
export interface UndoBatch extends MoneyAsked<'UndoBatch'> {
  readonly batch_id: string;
}

/** Redoes what was undone last, unless a transaction was recorded since. */
export interface RedoLast extends MoneyAsked<'RedoLast'>, LastAsked {}

/** Redoes one transaction that is undone, whenever that was. */
export interface RedoTransaction extends MoneyAsked<'RedoTransaction'> {
  readonly transaction_id: string;
}

/** Redoes every transaction of a batch that is undone, judged at the end. Asked of no account. */
export interface RedoBatch extends MoneyAsked<'RedoBatch'> {
  readonly batch_id: string;
}

export type UndoCommand = UndoLast | UndoBackTo | UndoTransaction | UndoBatch;
export type RedoCommand = RedoLast | RedoTransaction | RedoBatch;

/** Everything that can be asked of an account. Texts are tidied (NFC, no outer blanks) before they are recorded. */
export type LedgerCommand =
  | OpenAccount
  | ChangeAccount
  | CloseAccount
  | ReopenAccount
  | AddEnvelopes
  | RenameEnvelope
  | ArchiveEnvelope
  | RestoreEnvelope
  | AddPayer
  | ChangePayer
  | RemovePayer
  | BatchCommand
  | RecordBatch
  | AnnotateTransaction
  | UndoCommand
  | RedoCommand;
