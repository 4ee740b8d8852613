import type { Account } from '../domain/account.js';
import type { LedgerEvent } from '../domain/events.js';
import { evolve } from '../domain/evolve.js';

/**
 * The first thing that events, folded one by one onto an account, break of what must hold after each: the envelopes add
 * up to the balance, which is the one that the event tells. Null when nothing is broken.
 */
export function brokenInvariant(before: Account | null, events: readonly LedgerEvent[]): string | null {
  let account = before;
  for (const event of events) {
    account = evolve(account, event);
    const sum = account.envelopes.reduce((total, { balance_minor }) => total + balance_minor, 0);
    if (sum !== account.balance_minor) {
      return `after event ${account.version} the envelopes add up to ${sum}, not to ${account.balance_minor}`;
    }
    if (event.balance_minor !== account.balance_minor) {
      return `event ${account.version} tells a balance of ${event.balance_minor}, it is ${account.balance_minor}`;
    }
  }
  return null;
}
