import type { Account } from './account.js';
import type { LedgerEvent } from './events.js';
import { evolve } from './evolve.js';

/** The accounts that a decision is made on: the one asked, and those that the command or its facts name besides. */
export interface Books {
  /** Null when there is none yet, and for what is asked of a batch in place of an account. */
  readonly account: Account | null;
  /** Those that exist, in any order, without the one asked. */
  readonly others: readonly Account[];
}

/** An event and whose it is. */
export interface Entry {
  readonly account_id: string;
  readonly event: LedgerEvent;
}

/** The account with that id, be it the one asked or another. */
export function accountIn({ account, others }: Books, id: string): Account | undefined {
  return account?.id === id ? account : others.find((other) => other.id === id);
}

/** The books after entries; those given stay as they are. */
export function booksAfter(books: Books, entries: readonly Entry[]): Books {
  return entries.reduce(recorded, books);
}

function recorded(books: Books, { account_id, event }: Entry): Books {
  if (books.account === null && event.type === 'AccountOpened') {
    return { ...books, account: evolve(null, event) };
  }
  if (books.account?.id === account_id) return { ...books, account: evolve(books.account, event) };
  const index = books.others.findIndex((other) => other.id === account_id);
  const before = books.others[index];
  if (!before) throw new Error(`An event of ${account_id}, which is none of the accounts at hand`);
  return { ...books, others: books.others.with(index, evolve(before, event)) };
}
