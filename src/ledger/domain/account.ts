import type { CalendarDate } from '../../kernel/dates.js';
import { addMinor } from '../../kernel/money.js';
import type { DayRun } from './day-run.js';

/** The envelope that takes whatever is not assigned. Every account has it from the start and keeps it. */
export const AVAILABLE_ID = 0;

/** What an account may be; only a label so far. */
export const ACCOUNT_TYPES = ['checking', 'savings', 'credit_card', 'investment', 'cash', 'other'] as const;
export type AccountType = (typeof ACCOUNT_TYPES)[number];

/** Whether an account is in use. */
export const ACCOUNT_STATES = ['open', 'closed'] as const;
export type AccountPhase = (typeof ACCOUNT_STATES)[number];

/** An amount in one envelope. Signed in a posting, above 0 in a split. */
export interface EnvelopeAmount {
  readonly envelope_id: number;
  readonly amount_minor: number;
}

/** An envelope. An archived one is empty. Ids count from 0 (Available) and are never used again. */
export interface Envelope {
  readonly id: number;
  readonly name: string;
  readonly balance_minor: number;
  readonly archived: boolean;
}

/** A source of income with the split that its pay usually has. Ids count from 1 and are never used again. */
export interface Payer {
  readonly id: number;
  readonly name: string;
  /** The usual pay, above 0. */
  readonly amount_minor: number;
  /** Adds up to the pay at most; one entry an envelope. */
  readonly split: readonly EnvelopeAmount[];
}

/**
 * The state of an account: the fold of its events, as it is stored. Amounts are whole minor units of `currency`.
 * `version` is the sequence number of the last event. Envelope n is at place n of `envelopes`; none is ever taken out.
 */
export interface Account {
  readonly id: string;
  readonly household_id: string;
  readonly name: string;
  readonly account_type: AccountType;
  readonly currency: string;
  /** Whether envelopes may fall below 0. */
  readonly can_go_negative: boolean;
  /** How far the account as a whole may be overdrawn, above 0; null: without limit. Only with `can_go_negative`. */
  readonly credit_limit_minor: number | null;
  /** A closed account is empty, and only looked at, annotated or reopened. */
  readonly state: AccountPhase;
  readonly opened_on: CalendarDate;
  readonly version: number;
  /** The sequence number of its newest transaction, the opening to begin with; a reversal is none. */
  readonly last_root_seq: number;
  /** Null where it is not known; the next one that moves money begins a run then. */
  readonly run: DayRun | null;
  readonly balance_minor: number;
  /** All that was ever posted, each posting without its sign: no sum of any of them is larger. */
  readonly turnover_minor: number;
  readonly envelopes: readonly Envelope[];
  readonly payers: readonly Payer[];
  readonly next_envelope_id: number;
  readonly next_payer_id: number;
}

/** The envelope with that id, archived or not. */
export function findEnvelope(state: Account, id: number): Envelope | undefined {
  return state.envelopes[id];
}

/** The payer with that id. */
export function findPayer(state: Account, id: number): Payer | undefined {
  return state.payers.find((payer) => payer.id === id);
}

/** What postings change the account's balance by. */
export function changeOf(postings: readonly EnvelopeAmount[]): number {
  return postings.reduce((sum, { amount_minor }) => addMinor(sum, amount_minor), 0);
}

/** What postings add to the account's turnover. */
export function turnoverOf(postings: readonly EnvelopeAmount[]): number {
  return postings.reduce((sum, { amount_minor }) => sum + Math.abs(amount_minor), 0);
}
