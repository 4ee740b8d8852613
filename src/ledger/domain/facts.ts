import type { CalendarDate } from '../../kernel/dates.js';
import type { EnvelopeAmount } from './account.js';
import type { TransactionKind } from './events.js';

/** What a decision needs to know of a row of the register. */
export interface RegisterFact {
  readonly account_id: string;
  readonly id: string;
  readonly seq: number;
  readonly role: 'root' | 'undo' | 'redo';
  readonly kind: TransactionKind;
  /** The transaction that this row belongs to: itself for a root. */
  readonly root_id: string;
  /** Whether it is in force: for a root, whether its chain holds an even number of reversals. */
  readonly standing: boolean;
  /** The last event of the root's chain, which a further reversal reverses: the root itself to begin with. */
  readonly tip_seq: number;
  readonly tip_id: string;
  readonly postings: readonly EnvelopeAmount[];
  readonly effective_on: CalendarDate;
  readonly description: string;
  readonly notes: string;
  readonly tags: readonly string[];
  readonly batch_id: string | null;
  /** The payer's name at that time, for a payday and its reversals. */
  readonly payer: string | null;
  /** For the root of a transfer: the root on the other side, whose own counterpart is null. Else null. */
  readonly counterpart: RegisterFact | null;
}

/** What an account's balance was at the end of a day: everything that counts for that day or an earlier one. */
export interface BalanceFact {
  readonly date: CalendarDate;
  readonly balance_minor: number;
}

/**
 * What was looked up, in the same snapshot as the accounts and over what was decided before in the same commit. A
 * member that is left out was not looked up; null, or an empty list, means that there is nothing.
 */
export interface Facts {
  readonly name_taken?: boolean;
  readonly last_standing?: RegisterFact | null;
  readonly last_undo?: RegisterFact | null;
  readonly row?: RegisterFact | null;
  readonly expected?: RegisterFact | null;
  readonly standing_after?: readonly RegisterFact[];
  readonly batch?: readonly RegisterFact[];
  readonly balances?: readonly BalanceFact[];
}

/** The facts of a command that needs none. */
export const NO_FACTS: Facts = {};

/**
 * A fact that the command needs.
 * @throws Error when it was not looked up, which is a slip of the caller.
 */
export function known<Name extends keyof Facts>(facts: Facts, name: Name): Exclude<Facts[Name], undefined> {
  const fact = facts[name];
  if (fact === undefined) throw new Error(`${name} was not looked up`);
  return fact as Exclude<Facts[Name], undefined>;
}
