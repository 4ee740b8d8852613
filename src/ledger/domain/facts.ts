import type { CalendarDate } from '../../kernel/dates.js';
import type { EnvelopeAmount } from './account.js';
import type { TransactionKind } from './events.js';

/** What an undo needs to know of a row of the register. */
export interface RegisterFact {
  readonly id: string;
  readonly seq: number;
  readonly role: 'root' | 'undo';
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
}

/** What must be looked up before deciding, read in the same snapshot as the state. */
export interface Facts {
  /** Whether another open account of the household has the name that the command gives (compared by `nameKey`). */
  readonly account_name_taken: boolean;
  /**
   * For `UndoLast` the standing root with the greatest sequence: the opening, or null, when nothing else stands. For
   * `UndoTransaction` the row with the id asked for, null when the account has none; else null.
   */
  readonly subject: RegisterFact | null;
}

/** The facts of a command that needs none. */
export const NO_FACTS: Facts = { account_name_taken: false, subject: null };
