import type { StoredEvent } from '../../event-store/stored-event.js';
import type { Account } from '../domain/account.js';
import type { LedgerEvent } from '../domain/events.js';
import { evolve } from '../domain/evolve.js';
import { overdraftRefusal } from '../domain/rules.js';
import { isOfItsKind } from './audit-kinds.js';
import { isReversal, maybeOneCommand, ReversalCommands, type Doubt } from './audit-reversals.js';

type Event = StoredEvent<LedgerEvent>;

/**
 * What must hold of an account, event by event: after each, the envelopes add up to the balance, which is the one that
 * the event tells, and it posts as its kind does; after each command, no envelope is below 0 that may not be, and the
 * account is not overdrawn beyond its credit limit. A byte an event is kept in memory.
 */
export class Invariants {
  readonly commands = new ReversalCommands();
  private account: Account | null = null;
  private last: Event | undefined;
  /** The reversals so far between which the account is overdrawn. */
  private doubt: Doubt | null = null;

  /** Takes the next events; the first thing that they break, null when nothing is broken. */
  take(events: readonly Event[]): string | null {
    for (const event of events) {
      const broken = this.overdrawnBefore(event) ?? this.sumsAfter(event) ?? this.commands.take(event);
      if (broken !== null) return broken;
    }
    return null;
  }

  /** What the last events of all break. */
  end(): string | null {
    return this.overdrawn() ?? this.settle() ?? this.commands.end();
  }

  private sumsAfter(event: Event): string | null {
    const account = evolve(this.account, event);
    this.account = account;
    this.last = event;
    const sum = account.envelopes.reduce((total, { balance_minor }) => total + balance_minor, 0);
    if (sum !== account.balance_minor) {
      return `after event ${account.version} the envelopes add up to ${sum}, not to ${account.balance_minor}`;
    }
    if (!isOfItsKind(event)) return `event ${account.version} is no ${event.type} by its postings`;
    if (event.balance_minor !== account.balance_minor) {
      return `event ${account.version} tells a balance of ${event.balance_minor}, it is ${account.balance_minor}`;
    }
    return null;
  }

  private overdrawnBefore(event: Event): string | null {
    const overdrawn = this.overdrawn();
    if (overdrawn === null) return this.settle();
    const { last } = this;
    if (!last || !maybeOneCommand(last, event)) return overdrawn;
    this.doubt = widened(this.doubt ?? doubtFrom(last, overdrawn), event);
    return null;
  }

  /** The account is not overdrawn any more: whatever it was in between, is for the reversals to explain. */
  private settle(): string | null {
    const { doubt } = this;
    this.doubt = null;
    return doubt && this.commands.settle(doubt);
  }

  private overdrawn(): string | null {
    const { account } = this;
    const refusal = account && overdraftRefusal(account, account.envelopes);
    return refusal ? `after event ${account.version}: ${refusal.detail}` : null;
  }
}

const otherSideOf = (event: Event): string | null =>
  isReversal(event) ? (event.counterpart?.account_id ?? null) : null;

const doubtFrom = (event: Event, finding: string): Doubt => ({
  ...{ from: event.seq, to: event.seq, reversals: 1, other: otherSideOf(event), finding },
});

function widened(doubt: Doubt, event: Event): Doubt {
  if (!isReversal(event)) return doubt;
  const other = otherSideOf(event) === doubt.other ? doubt.other : null;
  return { ...doubt, to: event.seq, reversals: doubt.reversals + 1, other };
}
