import { sumMinor } from '../../kernel/money.js';
import { AVAILABLE_ID, type EnvelopeAmount } from './account.js';
import { byEnvelope } from './fields.js';
import type { Refusal } from './refusals.js';

const splitTotal = (split: readonly EnvelopeAmount[]): number | null =>
  sumMinor(split.map(({ amount_minor }) => amount_minor));

/** Refuses a split (amounts above 0) that adds up to more than the pay. */
export function splitRefusal(amount: number, split: readonly EnvelopeAmount[]): Refusal | null {
  const total = splitTotal(split);
  if (total !== null && total <= amount) return null;
  return { code: 'split_exceeds_amount', detail: 'The split adds up to more than the amount.' };
}

/** Where pay goes: what the split says, and the remainder to Available. The split has been judged before. */
export function payPostings(amount: number, split: readonly EnvelopeAmount[]): EnvelopeAmount[] {
  const remainder = amount - (splitTotal(split) ?? 0);
  const rest = remainder > 0 ? [{ envelope_id: AVAILABLE_ID, amount_minor: remainder }] : [];
  return byEnvelope([...split, ...rest]);
}
