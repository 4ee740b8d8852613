/** How much one account, and one transaction, may hold. Each is reached, not only approached: 500 envelopes are fine. */
export const LIMITS = {
  /** Envelopes that are not archived, Available among them. */
  live_envelopes: 500,
  /** Envelopes ever made, Available and the archived among them. */
  envelopes: 2_000,
  payers: 200,
  /** Postings of one transaction. */
  postings: 100,
  /** Characters of a name. */
  name_length: 100,
  /** Characters of a description. */
  description_length: 500,
} as const;
