import type { Decision } from '../../kernel/decider.js';
import type { FieldError } from '../../kernel/problem.js';
import type { Account } from './account.js';
import type { Entry } from './books.js';
import type { LedgerEvent } from './events.js';

/** An envelope that would be below 0, by how many minor units. */
export interface Shortfall {
  readonly id: number;
  readonly name: string;
  readonly short_by_minor: number;
}

/**
 * Why a command is refused: a code of the list of problems, a sentence, and what the client gets with the code. Where an
 * `account_id` stands, it may be that of another account than the one asked; amounts are minor units of its `currency`.
 */
export type Refusal = { readonly detail: string } & (
  | { readonly code: 'invalid_request'; readonly errors: readonly FieldError[] }
  | { readonly code: 'not_found' }
  | { readonly code: 'name_taken'; readonly name: string }
  | {
      readonly code: 'envelope_overdrawn';
      readonly account_id: string;
      readonly currency: string;
      readonly envelopes: readonly Shortfall[];
    }
  | { readonly code: 'credit_limit_exceeded'; readonly account_id: string }
  | { readonly code: 'split_exceeds_amount' }
  | { readonly code: 'balance_out_of_range' }
  | { readonly code: 'limit_reached'; readonly limit: number }
  | { readonly code: 'envelope_not_empty'; readonly envelope_id: number }
  | { readonly code: 'envelope_archived'; readonly account_id: string; readonly envelope_id: number }
  | {
      readonly code: 'envelope_in_split';
      readonly envelope_id: number;
      readonly payer_ids: readonly number[];
    }
  | { readonly code: 'available_cannot_be_archived' }
  | { readonly code: 'account_closed'; readonly account_id: string }
  | { readonly code: 'account_not_empty'; readonly envelope_ids: readonly number[] }
  | { readonly code: 'opening_cannot_be_undone' }
  | { readonly code: 'already_reversed' }
  | { readonly code: 'not_undone' }
  | { readonly code: 'nothing_to_redo' }
  | { readonly code: 'nothing_to_adjust' }
  | { readonly code: 'not_the_last'; readonly last_id: string }
  | { readonly code: 'not_a_money_transaction'; readonly root_id: string }
);

/** The codes that the domain refuses with. */
export type RefusalCode = Refusal['code'];

/** What deciding on a command of one account gives. */
export type AccountDecision = Decision<LedgerEvent, Refusal>;

/** A command that is refused, and the place in the batch of the one that is in the way. */
export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
  readonly index?: number;
}

/** What deciding on a command gives: what is to be recorded, in this order, or why nothing is. */
export type LedgerDecision = { readonly ok: true; readonly entries: readonly Entry[] } | Refused;

/** The command is refused. */
export const refuse = (refusal: Refusal): Refused => ({ ok: false, refusal });

/** The command leads to these events of the account, or to none where everything already is as it asks. */
export const accept = (...events: LedgerEvent[]): AccountDecision => ({ ok: true, events });

/** Refuses one field of the command. */
export const invalid = (field: string, message: string): Refusal => ({
  code: 'invalid_request',
  detail: `${field} ${message}.`,
  errors: [{ field, message }],
});

/** Refuses because what the command names is not there. */
export const missing = (what: 'account' | 'batch' | 'envelope' | 'payer' | 'transaction'): Refusal => ({
  code: 'not_found',
  detail: `There is no such ${what}.`,
});

/** Refuses because a name is in use. */
export const nameTaken = (name: string): Refusal => ({
  code: 'name_taken',
  detail: `The name "${name}" is taken.`,
  name,
});

/** Refuses because there would be more than `limit` of something. */
export const limitReached = (limit: number, what: string): Refusal => ({
  code: 'limit_reached',
  detail: `At most ${limit} ${what}.`,
  limit,
});

/** Refuses because an account is closed. */
export const accountClosed = ({ id, name }: Account): Refusal => ({
  code: 'account_closed',
  detail: `The account "${name}" is closed.`,
  account_id: id,
});
