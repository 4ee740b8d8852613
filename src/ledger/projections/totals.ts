import { Injectable } from '@nestjs/common';
import { InjectConnection, Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import type { ClientSession, Db, Filter } from 'mongodb';
import type { Connection } from 'mongoose';

import { driverDb, tenantScope, type MaybeSession } from '../../database/tenant-scope.js';
import type { AccountRecord } from '../../event-store/account-record.js';
import type { Workspace } from '../../event-store/command.js';
import type { DocumentEdit } from '../../event-store/recording.js';
import type { CalendarDate } from '../../kernel/dates.js';
import type { AccountState } from './account-document.js';
import { monthsBetween, PastBalances, sumAfter, type Summed } from './past-balances.js';
import { totalId, TOTALS } from './totals-changes.js';

/** What the postings of one envelope add up to, and how many they are, in one month of effective dates. Amounts in minor units. */
export interface MonthTotal {
  /** Account, generation, envelope and month. */
  readonly _id: string;
  household_id: string;
  readonly account_id: string;
  readonly generation: number;
  readonly envelope_id: number;
  /** `2026-01`. */
  readonly month: string;
  /** Left out where it has always been 0. */
  readonly sum_minor?: number;
  /** By day of the month, `01` to `31`; days without postings, or whose postings are 0, may be left out. */
  readonly days?: Readonly<Record<string, number>>;
  /** How many rows of the register post to the envelope, by day. */
  readonly rows: Readonly<Record<string, number>>;
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

  @Prop({ type: Number })
  sum_minor?: number;

  @Prop({ type: Object })
  days?: Record<string, number>;

  @Prop({ type: Object, required: true })
  rows!: Record<string, number>;
}

export const TotalsSchema = SchemaFactory.createForClass(TotalsModel);
TotalsSchema.index({ household_id: 1, account_id: 1, generation: 1, month: 1 });

/** Months that are read back from today rather than all that there may be before an account's opening. */
const YEAR = 12;

/** The account whose totals are meant. */
export type TotalsOf = Pick<AccountState, 'balance_minor' | 'envelopes' | 'opened_on'> & AccountRecord;

/** Reads totals. */
@Injectable()
export class Totals {
  private readonly db: Db;

  constructor(@InjectConnection() connection: Connection) {
    this.db = driverDb(connection);
  }

  /**
   * An account's balance at the end of a day, over what earlier commands of the same transaction have added: the balance
   * now, less all that counts for later days.
   */
  async balanceAsOf(
    workspace: Workspace<AccountState>,
    account: AccountState & AccountRecord,
    date: CalendarDate,
  ): Promise<number> {
    const stored = await this.read(workspace.session, account, { month: { $gte: date.slice(0, 7) } });
    const pending = [...workspace.pending(TOTALS, account._id).values()].map(pendingTotal);
    return [...stored, ...pending].reduce(
      (balance, total) => balance - sumAfter({ date, end: true }, total),
      account.balance_minor,
    );
  }

  /**
   * What the envelopes of an account, or one of them, held on days, read on the side of those days that is shorter: from
   * the opening on, or back from today. `session` is a snapshot in which the account was read too.
   */
  async pastBalances(
    session: ClientSession,
    account: TotalsOf,
    dates: readonly CalendarDate[],
    envelope_id?: number,
  ): Promise<PastBalances> {
    const months = dates.map((date) => date.slice(0, 7)).sort();
    const [first = '', last = ''] = [months[0], months.at(-1)];
    const sinceThen = monthsBetween(first, new Date().toISOString());
    // How far entries from before the opening go back is not known.
    const untilThen = first < account.opened_on.slice(0, 7) ? YEAR : monthsBetween(account.opened_on, last);
    const back = sinceThen < untilThen;
    const range = back ? { from: first } : { to: last };
    const totals = await this.ofMonths(session, account, range, envelope_id);
    const envelopes = account.envelopes.filter(({ id }) => envelope_id === undefined || id === envelope_id);
    return new PastBalances(envelopes, totals, back);
  }

  /** How many rows of the register post to an envelope on days from `from` to `to`, both included. */
  async rowsOfEnvelope(
    session: MaybeSession,
    account: TotalsOf,
    envelope_id: number,
    { from, to }: { readonly from?: CalendarDate | undefined; readonly to?: CalendarDate | undefined },
  ): Promise<number> {
    const range = { from: from?.slice(0, 7), to: to?.slice(0, 7) };
    const totals = await this.ofMonths(session, account, range, envelope_id);
    return totals.reduce((sum, { month, rows }) => {
      const within = Object.entries(rows).filter(([day]) => {
        const date = `${month}-${day}`;
        return (from === undefined || date >= from) && (to === undefined || date <= to);
      });
      return within.reduce((count, [, number]) => count + number, sum);
    }, 0);
  }

  private ofMonths(
    session: MaybeSession,
    account: TotalsOf,
    { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
    envelope_id?: number,
  ): Promise<MonthTotal[]> {
    if (envelope_id === undefined) {
      return this.read(session, account, {
        month: { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lte: to }) },
      });
    }
    const idOf = (month: string) => totalId(account._id, account.generation, envelope_id, month);
    return this.read(session, account, { _id: { $gte: idOf(from ?? ''), $lte: idOf(to ?? '9999-12') } });
  }

  private read(
    session: MaybeSession,
    { household_id, _id: account_id, generation }: AccountRecord,
    filter: Filter<MonthTotal>,
  ): Promise<MonthTotal[]> {
    const totals = tenantScope<MonthTotal>(this.db, TOTALS, household_id);
    const projection = { envelope_id: 1, month: 1, sum_minor: 1, days: 1, rows: 1 };
    return totals.find(session, { account_id, generation, ...filter }, { projection }).toArray();
  }
}

function pendingTotal(edit: DocumentEdit): Summed {
  if (!('inc' in edit)) throw new Error('A total is only ever added to');
  const { sum_minor = 0, ...parts } = edit.inc;
  const days = Object.entries(parts).flatMap(([path, sum]): [string, number][] =>
    path.startsWith('days.') ? [[path.slice('days.'.length), sum]] : [],
  );
  return { month: String(edit.on_insert.month), sum_minor, days: Object.fromEntries(days) };
}
