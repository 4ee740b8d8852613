import fc from 'fast-check';

import { runWith, type DayRun } from '../../src/ledger/domain/day-run.js';
import { dayStepsDown, type DayRow, type DaySource } from '../../src/ledger/projections/day-steps.js';
import { toldRun } from '../../src/ledger/projections/register-rows.js';

interface Row extends DayRow {
  readonly day: string;
  readonly own: boolean;
}

/** One that posts, some sequences after the one before, to the envelope that is looked at or to another one. */
interface Posted {
  readonly day: string;
  readonly gap: number;
  readonly change: number;
  readonly own: boolean;
  /** Whether the row was written before runs were told. */
  readonly untold: boolean;
  /** Whether the account's run was not known just then. */
  readonly lost: boolean;
}

/** The rows of an account; balances are the envelope's, runs the account's. `after` is how far in rows tell of them. */
function rowsOf(posted: readonly Posted[], after: number): Row[] {
  let [seq, balance] = [0, 0];
  let run: DayRun | null = null;
  return posted.map(({ day, gap, change, own, untold, lost }) => {
    seq += gap;
    if (own) balance += change;
    run = runWith(lost ? null : run, seq, day);
    const run_seq = untold ? null : toldRun(run, seq, after);
    return { _id: `tx_${seq}`, seq, day, own, change: own ? change : 0, balance, run_seq };
  });
}

/** The rows of one day, and how many of them were read. */
class Day implements DaySource {
  read = 0;

  constructor(readonly rows: readonly DayRow[]) {}

  below(seq: number, limit: number): Promise<DayRow[]> {
    const lower = this.rows.filter((row) => row.seq < seq).reverse();
    return Promise.resolve(this.counted(lower.slice(0, limit)));
  }

  atOrAbove(seq: number): Promise<DayRow | null> {
    const [row = null] = this.counted(this.rows.filter((one) => one.seq >= seq).slice(0, 1));
    return Promise.resolve(row);
  }

  private counted(rows: DayRow[]): DayRow[] {
    this.read += rows.length;
    return rows;
  }
}

/** Steps as the balances that they lead to at rows that are wanted, counted within the day. */
async function balancesAt(day: Day, wanted: readonly DayRow[], dir: 'asc' | 'desc') {
  const steps = await dayStepsDown(day, wanted, dir);
  const known = new Map<string, number>();
  const whole = day.rows.reduce((sum, { change }) => sum + change, 0);
  let balance = dir === 'desc' ? whole : 0;
  for (const { _id, change } of dir === 'desc' ? steps : [...steps].reverse()) {
    if (dir === 'asc') balance += change;
    known.set(_id, balance);
    if (dir === 'desc') balance -= change;
  }
  return wanted.map(({ _id }) => known.get(_id));
}

const sums = (rows: readonly DayRow[]): number[] => {
  let sum = 0;
  return rows.map(({ change }) => (sum += change));
};

const stretch = fc
  .tuple(
    fc.constantFrom('01', '02'),
    fc.integer({ min: 1, max: 40 }),
    fc.boolean(),
    fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 7 }),
    fc.record({ gap: fc.integer({ min: 1, max: 3 }), own: fc.integer({ min: 1, max: 4 }), lost: fc.integer({ min: 1, max: 60 }) }),
  )
  .map(([day, length, untold, changes, every]) =>
    Array.from({ length }, (_, index): Posted => ({
      ...{ day, untold: untold && index % 2 === 0, change: changes[index % changes.length] ?? 0 },
      gap: index % every.gap === 0 ? every.gap : 1,
      own: index % every.own === 0,
      lost: index > 0 && index % every.lost === 0,
    })),
  ); // prettier-ignore

describe('the steps of a day', () => {
  it('lead to the balances of a recount, whatever runs tell, in either direction, of account and envelope', async () => {
    let passedOver = 0;
    const property = fc.asyncProperty(
      fc.array(stretch, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 12 }),
      fc.boolean(),
      fc.boolean(),
      fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
      async (stretches, after, ofEnvelope, together, picks) => {
        const all = rowsOf(stretches.flat().map((one) => (ofEnvelope ? one : { ...one, own: true })), after); // prettier-ignore
        const rows = all.filter(({ day, own }) => day === all[0]?.day && own);
        if (rows.length === 0) return;
        const from = (picks[0] ?? 0) % rows.length;
        const places = together ? picks.map((_, index) => Math.min(from + index, rows.length - 1)) : picks.map((pick) => pick % rows.length); // prettier-ignore
        const chosen = [...new Set(places)];
        const wanted = chosen.flatMap((place) => rows[place] ?? []);
        for (const dir of ['asc', 'desc'] as const) {
          const day = new Day(rows);
          const recount = sums(rows);
          expect(await balancesAt(day, wanted, dir)).toEqual(chosen.map((place) => recount[place]));
          passedOver += Math.max(rows.length - day.read, 0);
        }
      },
    );
    await fc.assert(property, { numRuns: 1_500 });
    expect(passedOver).toBeGreaterThan(0);
  });

  it.each([1_000, 20_000])('of a run of %i rows come from a few of them, wherever the page is', async (count) => {
    const posted = { day: '01', gap: 1, own: true, untold: false, lost: false };
    const rows = rowsOf(Array.from({ length: count }, (_, index) => ({ ...posted, change: index })), 64);
    for (const place of [0, 40, count / 2, count - 20]) {
      for (const dir of ['asc', 'desc'] as const) {
        const day = new Day(rows);
        const wanted = rows.slice(place, place + 20);
        expect(await balancesAt(day, wanted, dir)).toEqual(sums(rows).slice(place, place + 20));
        expect(day.read).toBeLessThanOrEqual(130);
      }
    }
  }); // prettier-ignore
});
