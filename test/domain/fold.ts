import type { Account } from '../../src/ledger/domain/account.js';
import type { LedgerEvent } from '../../src/ledger/domain/events.js';
import { evolve } from '../../src/ledger/domain/evolve.js';

/** Freezes a value and everything in it, so that whoever changes it fails. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.values(Object.freeze(value)).forEach(frozen);
  }
  return value;
}

/** The state after events. */
export function fold(events: readonly LedgerEvent[]): Account | null {
  return frozen(events.reduce<Account | null>(evolve, null));
}
