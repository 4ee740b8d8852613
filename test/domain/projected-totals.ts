import assert from 'node:assert/strict';

import type { Entry } from '../../src/ledger/domain/books.js';
import { Problem } from '../../src/kernel/problem.js';
import { PastBalances, type Moment, type Summed } from '../../src/ledger/projections/past-balances.js';
import { totalsChanges } from '../../src/ledger/projections/totals-changes.js';
import type { Logbook } from './logbook.js';
import { storedEntries } from './stored-entries.js';

type Total = Summed & { readonly envelope_id: number };
type Numbers = Readonly<Record<string, number>>;

/** Totals in memory, kept by applying what the projection changes, and what the product makes of them. */
export class ProjectedTotals {
  private readonly byAccount = new Map<string, Map<string, Total>>();

  /** Projects what is about to be recorded. */
  project(entries: readonly Entry[], logbook: Logbook): void {
    for (const [account_id, stored] of storedEntries(entries, logbook)) {
      const totals = this.byAccount.get(account_id) ?? new Map<string, Total>();
      this.byAccount.set(account_id, totals);
      for (const change of totalsChanges(stored, 1)) {
        assert.ok('inc' in change);
        const { envelope_id, month } = change.on_insert as Pick<Total, 'envelope_id' | 'month'>;
        const known = totals.get(change._id) ?? { envelope_id, month };
        totals.set(change._id, { ...known, ...added(known, change.inc) });
      }
    }
  }

  /**
   * What each envelope of an account held at a moment, counted back from what it holds now or from its first event on,
   * out of the totals that are read for either; null where the product says that it cannot be shown.
   */
  heldAt(logbook: Logbook, account_id: string, moment: Moment, back: boolean): Map<number, number> | null {
    const month = moment.date.slice(0, 7);
    const totals = [...(this.byAccount.get(account_id)?.values() ?? [])].filter((total) =>
      back ? total.month >= month : total.month <= month,
    );
    const { envelopes } = logbook.accounts.get(account_id)!;
    try {
      const past = new PastBalances(envelopes, totals, back);
      const held = past.at(moment);
      assert.equal(past.sumAt(moment), [...held.values()].reduce((sum, balance) => sum + balance, 0)); // prettier-ignore
      return held;
    } catch (error) {
      if (error instanceof Problem && error.code === 'balance_out_of_range') return null;
      throw error;
    }
  }
}

/** A total's sums with these added, as the database adds them: `days.05` is a day of the month. */
function added({ sum_minor = 0, days = {} }: Total, inc: Numbers): Omit<Summed, 'month'> {
  const { sum_minor: more = 0, ...parts } = inc;
  const sums: Record<string, number> = { ...days };
  for (const [path, amount] of Object.entries(parts)) {
    const day = /^days\.(\d\d)$/.exec(path)?.[1];
    if (day !== undefined) sums[day] = (sums[day] ?? 0) + amount;
  }
  return { sum_minor: sum_minor + more, days: sums };
}
