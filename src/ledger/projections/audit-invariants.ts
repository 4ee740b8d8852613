import type { StoredEvent } from '../../event-store/stored-event.js';
import type { Account } from '../domain/account.js';
import type { LedgerEvent } from '../domain/events.js';
import { evolve } from '../domain/evolve.js';
import { overdraftRefusal } from '../domain/rules.js';
import { isOfItsKind } from './audit-kinds.js';
import { maybeOneCommand, type Stretch } from './audit-reversals.js';

type Event = StoredEvent<LedgerEvent>;

/** Events between which rule 7 is broken, unless one command recorded them. */
export interface Doubt extends Stretch {
  /** What is to be told if not. */
  readonly finding: string;
}

/**
 * What must hold of an account, event by event: after each, the envelopes add up to the balance, which is the one that
 * the event tells, and it posts as its kind does; after each command, no envelope is below 0 that may not be, and the account is not overdrawn beyond
 * its credit limit.
 */
export class Invariants {
  /** Where the account is overdrawn between events that one command may have recorded, if it did. */
  readonly doubts: Doubt[] = [];
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
    if (!isOfItsKind(event)) return `event ${account.version} is no ${event.type} by its postings`;
    if (event.balance_minor !== account.balance_minor) {
      return `event ${account.version} tells a balance of ${event.balance_minor}, it is ${account.balance_minor}`;
    }
    return null;
  }

  private overdrawnBefore(event: Event): string | null {
    const overdrawn = this.overdrawn();
    const { last } = this;
    if (overdrawn === null || !last || !maybeOneCommand(last, event)) return overdrawn;
    this.doubt(last.seq, event, overdrawn);
    return null;
  }

  private doubt(from: number, { account_id, seq: to }: Event, finding: string): void {
    const before = this.doubts.at(-1);
    if (before?.to === from) this.doubts[this.doubts.length - 1] = { ...before, to };
    else this.doubts.push({ account_id, from, to, finding });
  }

  private overdrawn(): string | null {
    const { account } = this;
    const refusal = account && overdraftRefusal(account, account.envelopes);
    return refusal ? `after event ${account.version}: ${refusal.detail}` : null;
  }
}
