import type { Account } from '../../src/ledger/domain/account.js';
import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import type { LedgerEvent } from '../../src/ledger/domain/events.js';
import type { Facts } from '../../src/ledger/domain/facts.js';
import type { RefusalCode } from '../../src/ledger/domain/refusals.js';
import { frozen } from './fold.js';
import { Logbook } from './logbook.js';
import type { Sketch } from './sketches.js';

/** Fills in what sketches leave out: the schema's version, and the balance after each. */
export function complete(sketches: readonly Sketch[], balance = 0): LedgerEvent[] {
  let running = balance;
  return sketches.map((sketch) => {
    running += sketch.postings.reduce((sum, posting) => sum + posting.amount_minor, 0);
    return frozen({ ...sketch, schema_version: 1, balance_minor: running });
  });
}

/** Events of several accounts, by the ids of those. */
export type SketchedLogs = Readonly<Record<string, readonly Sketch[]>>;

/** An event of an account, as it is to be recorded. */
export type SketchedEntry = readonly [account_id: string, sketch: Sketch];

/**
 * `givenAll({ acc_1: events, … }).when(command).then([['acc_1', event], …])`, or `.thenRefused(code, details)`. `knowing`
 * gives facts that do not follow from the events.
 */
export function givenAll(sketched: SketchedLogs, knowing: Partial<Facts> = {}) {
  const logs = new Map(Object.entries(sketched).map(([id, sketches]) => [id, complete(sketches)]));
  return {
    when(command: LedgerCommand, asked: string | null = 'acc_1') {
      const logbook = new Logbook(logs);
      const decision = logbook.decide(asked, command, knowing);
      return {
        /** Exactly these events follow, and the accounts can take them; gives the accounts after them. */
        then(expected: readonly SketchedEntry[]): Record<string, Account> {
          const balances = new Map([...logbook.accounts].map(([id, account]) => [id, account.balance_minor]));
          const entries = expected.map(([account_id, sketch]) => {
            const [event] = complete([sketch], balances.get(account_id));
            balances.set(account_id, event!.balance_minor);
            return { account_id, event: event! };
          });
          expect(decision).toEqual({ ok: true, entries });
          logbook.record(entries);
          return Object.fromEntries(logbook.accounts);
        },
        /** Refused with this code and, where given, these details, because of that command of a batch. */
        thenRefused(code: RefusalCode, details: Record<string, unknown> = {}, index?: number): void {
          const refusal = expect.objectContaining({ code, ...details });
          expect(decision).toEqual({ ok: false, refusal, ...(index !== undefined && { index }) });
        },
      };
    },
  };
}

/** The same for one account: `given(events).when(command).then(events)`, which gives its state after them. */
export function given(sketches: readonly Sketch[], knowing: Partial<Facts> = {}) {
  const one = givenAll(sketches.length > 0 ? { acc_1: sketches } : {}, knowing);
  return {
    when(command: LedgerCommand) {
      const when = one.when(command);
      return {
        ...when,
        then: (expected: readonly Sketch[]): Account =>
          when.then(expected.map((sketch) => ['acc_1', sketch] as const))['acc_1']!,
      };
    },
  };
}
