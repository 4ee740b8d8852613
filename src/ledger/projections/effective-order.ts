import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { ClientSession, Db, Filter, FindOptions } from 'mongodb';
import type { Connection } from 'mongoose';

import { driverDb, tenantScope } from '../../database/tenant-scope.js';
import type { CalendarDate } from '../../kernel/dates.js';
import { dayStepsDown, type DayRow, type DaySource, type DayStep } from './day-steps.js';
import { shownBalance, type PastBalances } from './past-balances.js';
import { REGISTER, type RegisterRow } from './register-row.js';
import { amountOf, recordedBalance, type RowAmounts } from './row-amounts.js';
import type { StoredRow } from './stored-row.js';
import { Totals, type TotalsOf } from './totals.js';

type Dir = 'asc' | 'desc';
type Placed = RowAmounts & Pick<RegisterRow, 'effective_on' | 'seq'> & Partial<Pick<RegisterRow, 'run_seq'>>;

/** Days with so many rows at most are read whole, several in one go. */
const SHORT_DAY = 200;
const PROJECTION = { effective_on: 1, seq: 1, amount_minor: 1, balance_minor: 1, postings: 1, run_seq: 1 };

/** What is asked: in which account, or in which envelope of it, and in which direction. */
interface Asked {
  readonly session: ClientSession;
  readonly account: TotalsOf;
  readonly dir: Dir;
  readonly envelope_id: number | undefined;
}

/** Tells the balances that rows have in the order of their effective dates (those of one day in recorded order). */
@Injectable()
export class EffectiveOrder {
  private readonly db: Db;

  constructor(
    @InjectConnection() connection: Connection,
    private readonly totals: Totals,
  ) {
    this.db = driverDb(connection);
  }

  /**
   * The balance after each of some rows, by `_id`: the account's, or an envelope's. It is counted from the totals to the
   * start or the end of each day, and from there over the rows of that day: from the end, which a list that runs
   * backwards (`desc`) begins with, or from the start. Of a long day, runs that rows tell of are passed over in one step.
   * `session` is a snapshot in which account and rows were read.
   * @throws Problem `balance_out_of_range` when one cannot be shown.
   */
  async balances(
    session: ClientSession,
    account: TotalsOf,
    rows: readonly Placed[],
    dir: Dir,
    envelope_id?: number,
  ): Promise<ReadonlyMap<string, number>> {
    if (rows.length === 0) return new Map();
    const asked: Asked = { session, account, dir, envelope_id };
    const days = byDay(rows);
    const past = await this.totals.pastBalances(session, account, [...days.keys()], envelope_id);
    const short = [...days].filter(([date]) => past.rowsOn(date) <= SHORT_DAY);
    const read = await this.passed(asked, new Map(short));
    const balances = new Map<string, number>();
    for (const [date, wanted] of days) {
      const steps = read.get(date) ?? (await this.longDay(asked, date, wanted));
      for (const [id, balance] of countedOn(date, steps, past, dir)) balances.set(id, balance);
    }
    return balances;
  }

  /** Each row of some days, from where counting begins as far as the furthest that is wanted. */
  private async passed(
    asked: Asked,
    days: ReadonlyMap<CalendarDate, readonly Placed[]>,
  ): Promise<Map<CalendarDate, DayStep[]>> {
    const passed = new Map<CalendarDate, DayStep[]>([...days.keys()].map((date) => [date, []]));
    if (days.size === 0) return passed;
    const parts = [...days].map(([effective_on, wanted]) => {
      const seqs = wanted.map(({ seq }) => seq);
      const seq = asked.dir === 'desc' ? { $gte: Math.min(...seqs) } : { $lte: Math.max(...seqs) };
      return { effective_on, seq };
    });
    const rows = await this.rows(asked, parts.length === 1 ? (parts[0] ?? {}) : { $or: parts });
    for (const row of rows) passed.get(row.effective_on)?.push(dayRow(row, asked));
    return passed;
  }

  private longDay(asked: Asked, effective_on: CalendarDate, wanted: readonly Placed[]): Promise<DayStep[]> {
    const source: DaySource = {
      below: async (seq, limit) => {
        const lower = seq === Infinity ? {} : { seq: { $lt: seq } };
        const rows = await this.rows(asked, { effective_on, ...lower }, { sort: { seq: -1 }, limit });
        return rows.map((row) => dayRow(row, asked));
      },
      atOrAbove: async (seq) => {
        const options = { sort: { seq: 1 }, limit: 1 } as const;
        const [row] = await this.rows(asked, { effective_on, seq: { $gte: seq } }, options);
        return row ? dayRow(row, asked) : null;
      },
    };
    return dayStepsDown(
      source,
      wanted.map((row) => dayRow(row, asked)),
      asked.dir,
    );
  }

  private rows(
    { session, account: { household_id, _id: account_id, generation }, envelope_id }: Asked,
    condition: Filter<StoredRow>,
    options: Pick<FindOptions, 'sort' | 'limit'> = {},
  ): Promise<Placed[]> {
    const filter: Filter<StoredRow> = {
      account_id,
      generation,
      ...(envelope_id !== undefined && { 'postings.envelope_id': envelope_id }),
      ...condition,
    };
    return tenantScope<StoredRow>(this.db, REGISTER, household_id)
      .find(session, filter, { ...options, projection: PROJECTION })
      .toArray();
  }
}

function byDay(rows: readonly Placed[]): Map<CalendarDate, Placed[]> {
  const days = new Map<CalendarDate, Placed[]>();
  for (const row of rows) {
    const ofDay = days.get(row.effective_on);
    if (ofDay) ofDay.push(row);
    else days.set(row.effective_on, [row]);
  }
  return days;
}

function dayRow(row: Placed, { envelope_id }: Asked): DayRow {
  const { _id, seq, run_seq = null } = row;
  return {
    _id,
    seq,
    change: amountOf(row, envelope_id),
    balance: recordedBalance(row, envelope_id),
    run_seq,
  };
}

function countedOn(
  date: CalendarDate,
  steps: readonly DayStep[],
  past: PastBalances,
  dir: Dir,
): [string, number][] {
  let balance = past.sumAt({ date, end: dir === 'desc' });
  const sign = dir === 'asc' ? 1 : -1;
  return [...steps]
    .sort((a, b) => sign * (a.seq - b.seq))
    .map(({ _id, change }): [string, number] => {
      if (dir === 'asc') balance += change;
      const after = shownBalance(balance);
      if (dir === 'desc') balance -= change;
      return [_id, after];
    });
}
