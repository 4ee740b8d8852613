/** How much one account, one transaction and one batch may hold. Each is reached, not only approached: 500 envelopes are fine. */
export const LIMITS = {
  /** Envelopes that are not archived, Available among them. */
  live_envelopes: 500,
  /** Envelopes ever made, Available and the archived among them. */
  envelopes: 2_000,
  payers: 200,
  /** Postings of one transaction. */
  postings: 100,
  /** Minor units that all postings of an account add up to, each without its sign: sums of them are exact up to it. */
  turnover_minor: Number.MAX_SAFE_INTEGER,
  /** Characters of a name. */
  name_length: 100,
  /** Characters of a description. */
  description_length: 500,
  /** Characters of the notes on a transaction. */
  notes_length: 2_000,
  /** Tags of a transaction. */
  tags: 20,
  /** Characters of a tag. */
  tag_length: 50,
  /** Commands of a batch, and transactions that are undone or redone at once; a transfer counts as one. */
  at_once: 1_000,
} as const;
