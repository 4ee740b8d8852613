import type { Account } from '../../src/ledger/domain/account.js';
import type { Books, Entry } from '../../src/ledger/domain/books.js';
import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import { decideOn } from '../../src/ledger/domain/decide.js';
import type { LedgerEvent } from '../../src/ledger/domain/events.js';
import { evolve } from '../../src/ledger/domain/evolve.js';
import { NO_FACTS, type Facts, type RegisterFact } from '../../src/ledger/domain/facts.js';
import { accountsNamed, lookUpsFor, type LookUp } from '../../src/ledger/domain/look-ups.js';
import type { LedgerDecision } from '../../src/ledger/domain/refusals.js';
import { fold, frozen } from './fold.js';
import { registerOf } from './naive-register.js';

/** The logs of a household, in which everything that a decision needs is looked up the naive way. */
export class Logbook {
  readonly logs = new Map<string, LedgerEvent[]>();
  readonly accounts = new Map<string, Account>();
  private rows: readonly RegisterFact[] | null = null;

  constructor(logs: ReadonlyMap<string, readonly LedgerEvent[]> = new Map()) {
    for (const [id, events] of logs) {
      this.logs.set(id, [...events]);
      this.accounts.set(id, fold(events)!);
    }
  }

  /** What the command leads to; nothing is recorded. `knowing` goes before what is looked up. */
  decide(asked: string | null, command: LedgerCommand, knowing: Partial<Facts> = {}): LedgerDecision {
    const account = asked === null ? null : (this.accounts.get(asked) ?? null);
    const facts = this.factsFor(account, command, knowing);
    const others = accountsNamed(command, facts, asked).flatMap((id) => this.accounts.get(id) ?? []);
    const books: Books = frozen({ account, others });
    return decideOn(books, frozen(facts), frozen(command));
  }

  /** The rows of all registers. */
  register(): readonly RegisterFact[] {
    this.rows ??= frozen(registerOf(this.logs));
    return this.rows;
  }

  /** Records what was decided. */
  record(entries: readonly Entry[]): void {
    this.rows = null;
    for (const { account_id, event } of entries) {
      this.logs.set(account_id, [...(this.logs.get(account_id) ?? []), frozen(event)]);
      this.accounts.set(account_id, frozen(evolve(this.accounts.get(account_id) ?? null, event)));
    }
  }

  private factsFor(account: Account | null, command: LedgerCommand, knowing: Partial<Facts>): Facts {
    let facts: Facts = { ...NO_FACTS, ...knowing };
    for (let round = 0; round <= 3; round += 1) {
      const needs = lookUpsFor(command, account, facts);
      if (needs.length === 0) return facts;
      for (const need of needs) facts = { ...facts, ...this.answer(need, account, facts) };
    }
    throw new Error('Three rounds of looking up were not enough');
  }

  private answer(need: LookUp, account: Account | null, known: Facts): Facts {
    const all = this.register();
    const rows = all.filter((row) => row.account_id === account?.id);
    const standing = rows.filter(({ role, standing }) => role === 'root' && standing);
    switch (need.fact) {
      case 'name_taken':
        return { name_taken: this.isTaken(need.name, account?.id) };
      case 'last_standing':
        return { last_standing: standing.at(-1) ?? null };
      case 'last_undo': {
        const undo = rows.findLast(
          ({ role, standing, seq }) => role === 'undo' && standing && seq > need.after_seq,
        );
        return { last_undo: rows.find(({ id }) => id === undo?.root_id) ?? null };
      }
      case 'row':
        return { row: rows.find(({ id }) => id === need.id) ?? null };
      case 'expected':
        return { expected: rows.find(({ id }) => id === need.id) ?? null };
      case 'standing_after': {
        const after = standing.filter(({ seq }) => seq > need.after_seq);
        return { standing_after: after.reverse().slice(0, need.limit) };
      }
      case 'batch':
        return { batch: all.filter(({ role, batch_id }) => role === 'root' && batch_id === need.batch_id) };
      case 'balances':
        return {
          balances: [
            ...(known.balances ?? []),
            { date: need.date, balance_minor: balanceOn(this.logs.get(account?.id ?? '') ?? [], need.date) },
          ],
        };
    }
  }

  private isTaken(name: string, except: string | undefined): boolean {
    return [...this.accounts.values()].some(
      (account) =>
        account.id !== except &&
        account.state === 'open' &&
        account.name.trim().toLowerCase() === name.trim().toLowerCase(),
    );
  }
}

/** The balance at the end of a day, added up from every event that counts for it. */
export function balanceOn(events: readonly LedgerEvent[], date: string): number {
  return events
    .filter((event) => event.effective_on <= date)
    .flatMap((event) => event.postings)
    .reduce((sum, posting) => sum + posting.amount_minor, 0);
}
