import type { LogHead } from './stored-event.js';

/** The collection that holds each account's current state. */
export const ACCOUNTS = 'accounts';

/** What the store keeps on an account's document beside the account's own state. */
export interface AccountRecord extends LogHead {
  /** The account's id, `acc_…`. */
  readonly _id: string;
  household_id: string;
  /** How many rows the account's register has, so that an unfiltered total costs nothing. */
  readonly register_rows: number;
  /** Which generation of the read models is in force; a rebuild makes the next one beside it. */
  readonly generation: number;
}

/**
 * What a decision stands on: whoever writes to an account, or relies on it, does so on the condition that it is still the
 * same. A rebuild changes the generation alone.
 */
export function standOf({ version, generation }: Pick<AccountRecord, 'version' | 'generation'>): string {
  return `${version}/${generation}`;
}

/** The fields that it is made of, as a projection. */
export const STAND_FIELDS = { household_id: 1, version: 1, generation: 1 };

/** The generation that the read models of a new account begin with. */
export const FIRST_GENERATION = 1;
