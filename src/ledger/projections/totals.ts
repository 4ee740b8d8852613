import { Injectable } from '@nestjs/common';
import { InjectConnection, Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import type { Db, Filter } from 'mongodb';
import type { Connection } from 'mongoose';

import { driverDb, tenantScope } from '../../database/tenant-scope.js';
import type { AccountRecord } from '../../event-store/account-record.js';
import type { Workspace } from '../../event-store/command.js';
import type { DocumentChange } from '../../event-store/recording.js';
import type { StoredEvent } from '../../event-store/stored-event.js';
import type { CalendarDate } from '../../kernel/dates.js';
import { addMinor } from '../../kernel/money.js';
import type { LedgerEvent } from '../domain/events.js';
import type { AccountState } from './account-document.js';

/** The collection that holds, for each envelope and month, what postings add up to. */
export const TOTALS = 'totals';

/** What the postings of one envelope add up to in one month of effective dates. Amounts in minor units. */
export interface MonthTotal {
  /** Account, generation, envelope and month. */
  readonly _id: string;
  household_id: string;
  readonly account_id: string;
  readonly generation: number;
  readonly envelope_id: number;
  /** `2026-01`. */
  readonly month: string;
  readonly sum_minor: number;
  /** By day of the month, `01` to `31`; days without postings are left out. */
  readonly days: Readonly<Record<string, number>>;
}

/** The shape and the index of the totals' collection. */
@Schema({ collection: TOTALS, versionKey: false, id: false })
export class TotalsModel {
  @Prop({ type: String, required: true })
  _id!: string;

  @Prop({ type: String, required: true })
  household_id!: string;

  @Prop({ type: String, required: true })
  account_id!: string;

  @Prop({ type: Number, required: true })
  generation!: number;

  @Prop({ type: Number, required: true })
  envelope_id!: number;

  @Prop({ type: String, required: true })
  month!: string;

  @Prop({ type: Number, required: true })
  sum_minor!: number;

  @Prop({ type: Object, required: true })
  days!: Record<string, number>;
}

export const TotalsSchema = SchemaFactory.createForClass(TotalsModel);
TotalsSchema.index({ household_id: 1, account_id: 1, generation: 1, month: 1 });

/** What events of one account add to its totals of a generation: a reversal takes away on the day of what it reverses. */
export function totalsChanges(
  events: readonly StoredEvent<LedgerEvent>[],
  generation: number,
): DocumentChange[] {
  return events.flatMap(({ account_id, effective_on, postings }) => {
    const [month, day] = [effective_on.slice(0, 7), effective_on.slice(8)];
    return postings
      .filter(({ amount_minor }) => amount_minor !== 0)
      .map(({ envelope_id, amount_minor }) => ({
        collection: TOTALS,
        _id: `${account_id}/${generation}/${envelope_id}/${month}`,
        inc: { sum_minor: amount_minor, [`days.${day}`]: amount_minor },
        on_insert: { generation, envelope_id, month },
      }));
  });
}

/** Reads totals within a transaction. */
@Injectable()
export class Totals {
  private readonly db: Db;

  constructor(@InjectConnection() connection: Connection) {
    this.db = driverDb(connection);
  }

  /** An account's balance at the end of a day: the balance now, less all that counts for later days. */
  async balanceAsOf(
    workspace: Workspace<AccountState>,
    account: AccountState & AccountRecord,
    date: CalendarDate,
  ): Promise<number> {
    const { household_id, _id: account_id, generation } = account;
    const month = date.slice(0, 7);
    const filter: Filter<MonthTotal> = { account_id, generation, month: { $gte: month } };
    const stored = await tenantScope<MonthTotal>(this.db, TOTALS, household_id)
      .find(workspace.session, filter, { projection: { month: 1, sum_minor: 1, days: 1 } })
      .toArray();
    let balance = account.balance_minor;
    for (const total of stored)
      balance = addMinor(balance, -later(date, total.month, total.sum_minor, total.days));
    for (const edit of workspace.pending(TOTALS, account_id).values()) {
      if (!('inc' in edit)) throw new Error('A total is only ever added to');
      const { sum_minor = 0, ...days } = edit.inc;
      const byDay = Object.fromEntries(Object.entries(days).map(([path, sum]) => [path.slice(5), sum]));
      balance = addMinor(balance, -later(date, String(edit.on_insert.month), sum_minor, byDay));
    }
    return balance;
  }
}

/** How much of a month's total counts for days after `date`. */
function later(
  date: CalendarDate,
  month: string,
  sum_minor: number,
  days: Readonly<Record<string, number>>,
): number {
  if (month > date.slice(0, 7)) return sum_minor;
  if (month < date.slice(0, 7)) return 0;
  return Object.entries(days)
    .filter(([day]) => day > date.slice(8))
    .reduce((sum, [, amount]) => addMinor(sum, amount), 0);
}
