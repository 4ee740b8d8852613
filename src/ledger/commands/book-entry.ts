import type { Decision, Recording } from '../../event-store/recording.js';
import type { Account } from '../domain/account.js';
import { accountIn, type Books, type Entry } from '../domain/books.js';
import type { LedgerEvent } from '../domain/events.js';
import { evolve } from '../domain/evolve.js';
import { stateOf, type AccountState } from '../projections/account-document.js';
import type { Actor, RegisterRow } from '../projections/register-row.js';
import { insertedRows, rowWrites } from '../projections/register-rows.js';
import { registerProjection } from '../projections/register.js';
import { totalsChanges } from '../projections/totals-changes.js';

/** What a command did to an account. */
export interface AccountChange {
  /** The account before, null when the command opened it. */
  readonly before: Account | null;
  readonly account: Account;
  /** The rows that the register got, in the order of their events; known once these have their places in the log. */
  readonly rows: readonly RegisterRow[];
  /** What else it changes in the register: fields of earlier rows, by the rows' `_id`. Known then, too. */
  readonly changed: ReadonlyMap<string, Partial<RegisterRow>>;
}

/** A decision of the ledger, made ready to be recorded. */
export interface BookEntry extends Decision<LedgerEvent, AccountState> {
  /** The account asked, even if nothing is recorded on it, and every other one that the decision changes. */
  readonly changes: readonly AccountChange[];
  /** The row that the answer shows, as the decision found it; null when it shows none. */
  readonly shown: RegisterRow | null;
}

/** What a decision on those books records on which account, for `actor`. */
export function enterInBooks(
  books: Books,
  entries: readonly Entry[],
  actor: Actor,
): Pick<BookEntry, 'recordings' | 'changes'> {
  const byAccount = new Map<string, LedgerEvent[]>();
  if (books.account) byAccount.set(books.account.id, []);
  for (const { account_id, event } of entries) {
    const events = byAccount.get(account_id);
    if (events) events.push(event);
    else byAccount.set(account_id, [event]);
  }
  const parts = [...byAccount].map(([account_id, events]) =>
    enterOne(accountIn(books, account_id) ?? null, account_id, events, actor),
  );
  return {
    recordings: parts.map(({ recording }) => recording),
    changes: parts.map(({ change }) => change),
  };
}

function enterOne(
  before: Account | null,
  account_id: string,
  events: readonly LedgerEvent[],
  actor: Actor,
): { readonly recording: Recording<LedgerEvent, AccountState>; readonly change: AccountChange } {
  const account = events.reduce<Account | null>(evolve, before);
  if (!account) throw new Error(`Nothing is recorded on ${account_id}, which does not exist`);
  const rows: RegisterRow[] = [];
  const changed = new Map<string, Partial<RegisterRow>>();
  const recording: Recording<LedgerEvent, AccountState> = {
    account_id,
    events,
    state: stateOf(account),
    project: (stored, generation) => {
      const writes = rowWrites(before, stored, generation, actor);
      rows.push(...insertedRows(writes));
      for (const write of writes) {
        if ('update' in write) changed.set(write.update, { ...changed.get(write.update), ...write.set });
      }
      const { changes, added_rows } = registerProjection(writes);
      return { changes: [...changes, ...totalsChanges(stored, generation)], added_rows };
    },
  };
  return { recording, change: { before, account, rows, changed } };
}
