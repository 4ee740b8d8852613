import type { Account } from '../../src/ledger/domain/account.js';
import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import { ledgerDecider } from '../../src/ledger/domain/decide.js';
import type { LedgerEvent } from '../../src/ledger/domain/events.js';
import { NO_FACTS, type Facts } from '../../src/ledger/domain/facts.js';
import type { LedgerDecision, RefusalCode } from '../../src/ledger/domain/refusals.js';
import { lastStanding, rowWithId } from './naive-register.js';
import type { Sketch } from './sketches.js';

/** Freezes a value and everything in it, so that whoever changes it fails. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.values(Object.freeze(value)).forEach(frozen);
  }
  return value;
}

/** The state after events. */
export function fold(events: readonly LedgerEvent[]): Account | null {
  return frozen(events.reduce<Account | null>(ledgerDecider.evolve, null));
}

/** The facts of a command after events, looked up the naive way. */
export function factsFor(command: LedgerCommand, events: readonly LedgerEvent[]): Facts {
  if (command.type === 'UndoLast') return { ...NO_FACTS, subject: lastStanding(events) };
  if (command.type !== 'UndoTransaction') return NO_FACTS;
  return { ...NO_FACTS, subject: rowWithId(events, command.transaction_id) };
}

/** Fills in what sketches leave out: the schema's version, and the balance after each. */
export function complete(sketches: readonly Sketch[], balance = 0): LedgerEvent[] {
  let running = balance;
  return sketches.map((sketch) => {
    running += sketch.postings.reduce((sum, posting) => sum + posting.amount_minor, 0);
    return frozen({ ...sketch, schema_version: 1, balance_minor: running });
  });
}

/**
 * `given(events).when(command).then(events)`, or `.thenRefused(code, details)`. `knowing` gives facts that do not
 * follow from the account's own events.
 */
export function given(sketches: readonly Sketch[], knowing: Partial<Facts> = {}) {
  const events = complete(sketches);
  const state = fold(events);
  return {
    when(command: LedgerCommand) {
      const facts = { ...factsFor(command, events), ...knowing };
      const decision: LedgerDecision = ledgerDecider.decide(state, frozen(facts), frozen(command));
      return {
        /** Exactly these events follow, and the account can take them; gives the state after them. */
        then(expected: readonly Sketch[]): Account {
          const following = complete(expected, state?.balance_minor);
          expect(decision).toEqual({ ok: true, events: following });
          const after = fold([...events, ...following]);
          if (!after) throw new Error('No account came to be');
          return after;
        },
        /** Refused with this code and, where given, these details. */
        thenRefused(code: RefusalCode, details: Record<string, unknown> = {}): void {
          expect(decision).toEqual({ ok: false, refusal: expect.objectContaining({ code, ...details }) });
        },
      };
    },
  };
}
