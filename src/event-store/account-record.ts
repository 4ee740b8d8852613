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

/** The generation that the read models of a new account begin with. */
export const FIRST_GENERATION = 1;
