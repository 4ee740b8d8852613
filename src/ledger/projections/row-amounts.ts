import type { RegisterRow } from './register-row.js';

/** What the amounts of a row are told by. */
export type RowAmounts = Pick<RegisterRow, '_id' | 'postings' | 'amount_minor' | 'balance_minor'>;

/** What a row changes: in the account, or in one of its envelopes. */
export function amountOf(row: RowAmounts, envelope_id?: number): number {
  if (envelope_id === undefined) return row.amount_minor;
  return row.postings.find((posting) => posting.envelope_id === envelope_id)?.amount_minor ?? 0;
}

/**
 * The balance after a row, in the order of recording: the account's, or an envelope's.
 * @throws Error for a row that does not post to the envelope.
 */
export function recordedBalance(row: RowAmounts, envelope_id?: number): number {
  if (envelope_id === undefined) return row.balance_minor;
  const posting = row.postings.find((one) => one.envelope_id === envelope_id);
  if (!posting) throw new Error(`${row._id} does not post to envelope ${envelope_id}`);
  return posting.balance_minor;
}
