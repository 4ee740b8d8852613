import fc from 'fast-check';

import type { Entry } from '../../src/ledger/domain/books.js';
import { factOf } from '../../src/ledger/projections/register.js';
import type { RegisterRow } from '../../src/ledger/projections/register-row.js';
import { rowWrites } from '../../src/ledger/projections/register-rows.js';
import { commandSequences } from '../domain/command-sequences.js';
import type { Logbook } from '../domain/logbook.js';
import { SequenceRun } from '../domain/sequence-run.js';
import { storedEntries } from '../domain/stored-entries.js';

const ACTOR = { id: 'usr_1', username: 'rosa' };

/** A register in memory, kept by applying the writes of the projection. */
class Rows {
  readonly byId = new Map<string, RegisterRow>();

  /** Projects what is about to be recorded. */
  project(entries: readonly Entry[], logbook: Logbook): void {
    for (const [account_id, stored] of storedEntries(entries, logbook)) {
      const before = logbook.accounts.get(account_id) ?? null;
      for (const write of rowWrites(before, stored, 1, ACTOR)) this.apply(write);
    }
  }

  private apply(write: ReturnType<typeof rowWrites>[number]): void {
    if ('insert' in write) {
      expect(this.byId.has(write.insert._id)).toBe(false);
      this.byId.set(write.insert._id, write.insert);
      return;
    }
    const row = this.byId.get(write.update);
    if (!row) throw new Error(`${write.update} is changed before it is there`);
    this.byId.set(write.update, { ...row, ...write.set });
  }
}

describe('the projection of the register', () => {
  it('has after any sequence of commands what a recount of the log gives', () => {
    let compared = 0;
    const property = fc.property(commandSequences, (steps) => {
      const rows = new Rows();
      const run = new SequenceRun({ recorded: (entries, logbook) => rows.project(entries, logbook) });
      run.takeAll(steps);
      const all = [...rows.byId.values()];
      const facts = all.map((row) =>
          factOf(row, row.role === 'root' && row.transfer ? rows.byId.get(`1/${row.transfer.transaction_id}`) : null),
        ); // prettier-ignore
      const order = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
      expect(facts.sort(order)).toEqual([...run.logbook.register()].sort(order));
      for (const [id, account] of run.logbook.accounts) {
          const own = all.filter((row) => row.account_id === id).sort((a, b) => a.seq - b.seq);
          expect(own.at(-1)?.balance_minor).toBe(account.balance_minor);
          const held = new Map(own.flatMap((row) => row.postings).map((one) => [one.envelope_id, one.balance_minor]));
          for (const [envelope, balance] of held) expect(account.envelopes[envelope]?.balance_minor).toBe(balance);
        } // prettier-ignore
      expect(all.filter((row) => row.reversed_by_id !== null && row.role !== 'root' && row.standing)).toEqual(
        [],
      );
      compared += all.length;
    });
    // Chance may have few of the commands taken; not time and again.
    for (let round = 0; round < 5 && compared <= 900; round += 1) fc.assert(property, { numRuns: 60 });
    expect(compared).toBeGreaterThan(900);
  });
});
