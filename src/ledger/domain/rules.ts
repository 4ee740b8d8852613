import { isMinor, sumMinor } from '../../kernel/money.js';
import {
  changeOf,
  findEnvelope,
  turnoverOf,
  type Account,
  type Envelope,
  type EnvelopeAmount,
} from './account.js';
import { LIMITS } from './limits.js';
import { limitReached, missing, type Refusal } from './refusals.js';

/** Refuses when one of the envelopes does not exist, then when one is archived. */
export function envelopesRefusal(state: Account, ids: readonly number[]): Refusal | null {
  return missingRefusal(state, ids) ?? archivedRefusal(state, ids);
}

/** Refuses when one of the envelopes does not exist. */
export function missingRefusal(state: Account, ids: readonly number[]): Refusal | null {
  return ids.every((id) => findEnvelope(state, id)) ? null : missing('envelope');
}

/** Refuses when one of the envelopes is archived. */
export function archivedRefusal(state: Account, ids: readonly number[]): Refusal | null {
  const archived = ids.map((id) => findEnvelope(state, id)).find((envelope) => envelope?.archived);
  if (!archived) return null;
  return {
    code: 'envelope_archived',
    detail: `Envelope ${archived.id} (${archived.name}) is archived.`,
    account_id: state.id,
    envelope_id: archived.id,
  };
}

/** Refuses because these envelopes would be below 0. */
export function overdrawn({ id: account_id, currency }: Account, below: readonly Envelope[]): Refusal {
  return {
    code: 'envelope_overdrawn',
    detail: `Not enough money in ${below.map(({ name }) => `"${name}"`).join(', ')}.`,
    ...{ account_id, currency },
    envelopes: below.map(({ id, name, balance_minor }) => ({ id, name, short_by_minor: -balance_minor })),
  };
}

/**
 * Rule 7 of the ledger, for an account as it would be: without `can_go_negative` none of its envelopes is below 0, and
 * with it the account is overdrawn by its credit limit at most. `envelopes` are those that could break the rule.
 */
export function overdraftRefusal(account: Account, envelopes: readonly Envelope[]): Refusal | null {
  const below = envelopes.filter((envelope) => envelope.balance_minor < 0);
  if (!account.can_go_negative) return below.length > 0 ? overdrawn(account, below) : null;
  const limit = account.credit_limit_minor;
  if (limit === null || account.balance_minor >= -limit) return null;
  return {
    code: 'credit_limit_exceeded',
    detail: 'The account would be overdrawn beyond its credit limit.',
    account_id: account.id,
  };
}

/**
 * Refuses postings (one an envelope, of envelopes that exist) that are too many, break rule 7, or lead out of the range
 * of amounts. Judged on the account as it is now.
 */
export function postingsRefusal(state: Account, postings: readonly EnvelopeAmount[]): Refusal | null {
  if (postings.length > LIMITS.postings) return limitReached(LIMITS.postings, 'postings a transaction');
  if (!postings.every(({ amount_minor }) => isMinor(amount_minor))) return OUT_OF_RANGE;
  const envelopes = changedEnvelopes(state, postings);
  // What does not fit an envelope comes first: of a debit far too large, its envelopes are the better answer.
  const refusal =
    (state.can_go_negative ? null : overdraftRefusal(state, envelopes)) ?? rangeRefusal(state, postings);
  if (refusal) return refusal;
  const balance_minor = state.balance_minor + changeOf(postings);
  return overdraftRefusal({ ...state, balance_minor }, envelopes);
}

/**
 * Refuses postings (one an envelope) by which an amount, a total or a balance would leave the range of amounts, or the
 * account's turnover that of whole numbers: what is added up of its postings, by month or up to a day, is exact then.
 */
export function rangeRefusal(state: Account, postings: readonly EnvelopeAmount[]): Refusal | null {
  const change = sumMinor(postings.map(({ amount_minor }) => amount_minor));
  const inRange =
    postings.every(({ amount_minor }) => isMinor(amount_minor)) &&
    change !== null &&
    isMinor(state.balance_minor + change) &&
    changedEnvelopes(state, postings).every(({ balance_minor }) => isMinor(balance_minor));
  if (!inRange) return OUT_OF_RANGE;
  const turnover = state.turnover_minor + turnoverOf(postings);
  return turnover <= LIMITS.turnover_minor
    ? null
    : limitReached(LIMITS.turnover_minor, 'minor units moved by one account in all');
}

const OUT_OF_RANGE: Refusal = {
  code: 'balance_out_of_range',
  detail: 'Balances and totals stay below 10^15 minor units.',
};

/** The envelopes that postings change, as they are afterwards. */
function changedEnvelopes(state: Account, postings: readonly EnvelopeAmount[]): Envelope[] {
  return postings.map(({ envelope_id, amount_minor }) => {
    const envelope = findEnvelope(state, envelope_id);
    if (!envelope) throw new Error(`Account ${state.id} has no envelope ${envelope_id}`);
    return { ...envelope, balance_minor: envelope.balance_minor + amount_minor };
  });
}
