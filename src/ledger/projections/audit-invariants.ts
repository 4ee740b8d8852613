import type { StoredEvent } from '../../event-store/stored-event.js';
import type { Account } from '../domain/account.js';
import type { LedgerEvent } from '../domain/events.js';
import { evolve } from '../domain/evolve.js';
import { overdraftRefusal } from '../domain/rules.js';

type Event = StoredEvent<LedgerEvent>;

/**
 * What must hold of an account, event by event: after each, the envelopes add up to the balance, which is the one that
 * the event tells; after each command, no envelope is below 0 that may not be, and the account is not overdrawn beyond
 * its credit limit.
 */
export class Invariants {
  private account: Account | null = null;
  private last: Event | undefined;

  /** Takes the next events; the first thing that they break, null when nothing is broken. */
  take(events: readonly Event[]): string | null {
    for (const event of events) {
      const broken = this.overdrawnBefore(event) ?? this.sumsAfter(event);
      if (broken !== null) return broken;
    }
    return null;
  }

  /** What the last events of all break. */
  end(): string | null {
    return this.overdrawn();
  }

  private sumsAfter(event: Event): string | null {
    const account = evolve(this.account, event);
    this.account = account;
    this.last = event;
    const sum = account.envelopes.reduce((total, { balance_minor }) => total + balance_minor, 0);
    if (sum !== account.balance_minor) {
      return `after event ${account.version} the envelopes add up to ${sum}, not to ${account.balance_minor}`;
    }
    if (event.balance_minor !== account.balance_minor) {
      return `event ${account.version} tells a balance of ${event.balance_minor}, it is ${account.balance_minor}`;
    }
    return null;
  }

  private overdrawnBefore(event: Event): string | null {
    return this.last && isSameCommand(this.last, event) ? null : this.overdrawn();
  }

  private overdrawn(): string | null {
    const { account } = this;
    const refusal = account && overdraftRefusal(account, account.envelopes);
    return refusal ? `after event ${account.version}: ${refusal.detail}` : null;
  }
}

/**
 * Whether two events that follow each other may come from one command that reverses several transactions, and is judged
 * at its end: all other commands record one event an account, as far as money goes.
 */
function isSameCommand(a: Event, b: Event): boolean {
  const both = isPartOfReversals(a) && isPartOfReversals(b);
  return both && a.actor_id === b.actor_id && a.recorded_at.getTime() === b.recorded_at.getTime();
}

const isPartOfReversals = ({ type }: Event): boolean =>
  type === 'TransactionReversed' || type === 'EnvelopeRestored';
