import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { ClientSession, Db, Filter } from 'mongodb';
import type { Connection } from 'mongoose';

import { driverDb, tenantScope } from '../../database/tenant-scope.js';
import type { CalendarDate } from '../../kernel/dates.js';
import { shownBalance, type PastBalances } from './past-balances.js';
import { REGISTER, type RegisterRow } from './register-row.js';
import type { StoredRow } from './stored-row.js';
import { Totals, type TotalsOf } from './totals.js';

type Dir = 'asc' | 'desc';
type Placed = Pick<RegisterRow, '_id' | 'effective_on' | 'seq'>;
type Counted = Placed & Pick<RegisterRow, 'postings' | 'amount_minor'>;

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
   * start or the end of each day, and from there over rows of that day: from the end, which a list that runs backwards
   * (`desc`) begins with, or from the start. `session` is a snapshot in which account and rows were read.
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
    const days = furthestOfDays(rows, dir);
    const past = await this.totals.pastBalances(session, account, [...days.keys()], envelope_id);
    const passed = await this.passed(session, account, days, dir, envelope_id);
    const balances = new Map<string, number>();
    for (const date of days.keys()) {
      const ofDay = passed.filter((row) => row.effective_on === date);
      for (const [id, balance] of countedOn(date, ofDay, past, dir, envelope_id)) balances.set(id, balance);
    }
    return balances;
  }

  /** The rows of each day from where counting begins as far as the furthest row. */
  private passed(
    session: ClientSession,
    { household_id, _id: account_id, generation }: TotalsOf,
    days: ReadonlyMap<CalendarDate, number>,
    dir: Dir,
    envelope_id: number | undefined,
  ): Promise<Counted[]> {
    const parts = [...days].map(([effective_on, seq]) => ({
      effective_on,
      seq: dir === 'desc' ? { $gte: seq } : { $lte: seq },
    }));
    const filter: Filter<StoredRow> = {
      account_id,
      generation,
      ...(envelope_id !== undefined && { 'postings.envelope_id': envelope_id }),
      ...(parts.length === 1 ? parts[0] : { $or: parts }),
    };
    const projection = { effective_on: 1, seq: 1, amount_minor: 1, postings: 1 };
    return tenantScope<StoredRow>(this.db, REGISTER, household_id)
      .find(session, filter, { projection })
      .toArray();
  }
}

/** The sequence of the row of each day that is furthest from where counting begins. */
function furthestOfDays(rows: readonly Placed[], dir: Dir): Map<CalendarDate, number> {
  const days = new Map<CalendarDate, number>();
  for (const { effective_on, seq } of rows) {
    const known = days.get(effective_on) ?? seq;
    days.set(effective_on, dir === 'desc' ? Math.min(known, seq) : Math.max(known, seq));
  }
  return days;
}

function countedOn(
  date: CalendarDate,
  rows: readonly Counted[],
  past: PastBalances,
  dir: Dir,
  envelope_id: number | undefined,
): [string, number][] {
  let balance = past.sumAt({ date, end: dir === 'desc' });
  const sign = dir === 'asc' ? 1 : -1;
  return [...rows]
    .sort((a, b) => sign * (a.seq - b.seq))
    .map((row): [string, number] => {
      const amount = amountOf(row, envelope_id);
      if (dir === 'asc') balance += amount;
      const after = shownBalance(balance);
      if (dir === 'desc') balance -= amount;
      return [row._id, after];
    });
}

/** What a row changes: in the account, or in one of its envelopes. */
export function amountOf(row: Pick<RegisterRow, 'postings' | 'amount_minor'>, envelope_id?: number): number {
  if (envelope_id === undefined) return row.amount_minor;
  return row.postings.find((posting) => posting.envelope_id === envelope_id)?.amount_minor ?? 0;
}
