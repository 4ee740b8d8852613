import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { ClientSession } from 'mongodb';
import type { Connection } from 'mongoose';

import type { Slice } from '../../database/tenant-scope.js';
import type { CalendarDate } from '../../kernel/dates.js';
import type { AccountDocument } from './account-document.js';
import { Accounts } from './accounts.js';
import { EffectiveOrder } from './effective-order.js';
import type { RegisterRow } from './register-row.js';
import { Register } from './register.js';
import { amountOf, recordedBalance } from './row-amounts.js';
import { inSnapshot } from './snapshot.js';
import { Totals } from './totals.js';

/** The orders that a register has; rows of one effective date follow each other as they were recorded. */
export type RegisterOrder = 'recorded' | 'effective_on';

/** Which rows of a register are asked for, and what of them. */
export interface RegisterQuestion {
  readonly order: RegisterOrder;
  readonly dir: 'asc' | 'desc';
  readonly slice: Slice;
  /** Days that the rows count for, both included. */
  readonly from: CalendarDate | undefined;
  readonly to: CalendarDate | undefined;
  /** Only rows that post to this envelope. */
  readonly envelope_id: number | undefined;
  /** What else the rows must meet, as a database filter for an account with that currency. */
  readonly others: (currency: string) => Readonly<Record<string, unknown>>;
  /** Whether amounts and balances are those of the envelope, not of the account. */
  readonly of_envelope: boolean;
}

/** A part of a register. */
export interface RegisterPart {
  readonly account: AccountDocument;
  /** With `amount_minor` and `balance_minor` as the question wants them. */
  readonly rows: readonly RegisterRow[];
  /** How many rows there are in all; more than `limit` stands for any number beyond it, unless `exact`. */
  readonly count: number;
  readonly exact: boolean;
}

/** Reads registers page by page, in either order. */
@Injectable()
export class RegisterPages {
  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly accounts: Accounts,
    private readonly register: Register,
    private readonly totals: Totals,
    private readonly effective: EffectiveOrder,
  ) {}

  /**
   * What a question asks for, all as of one moment; rows are counted up to `limit` where their number is not known.
   * @throws Problem `not_found` without such an account in the household.
   */
  async read(
    household_id: string,
    account_id: string,
    question: RegisterQuestion,
    limit: number,
  ): Promise<RegisterPart> {
    return inSnapshot(this.connection, async (session) => {
      const account = await this.accounts.require(household_id, account_id, session);
      const condition = conditionOf(question, account.currency);
      const found = await this.register.part(session, account, condition, question.slice);
      const rows = await this.asAsked(session, account, found, question);
      return { account, rows, ...(await this.count(session, account, question, limit)) };
    });
  }

  private async asAsked(
    session: ClientSession,
    account: AccountDocument,
    rows: readonly RegisterRow[],
    { order, dir, envelope_id, of_envelope }: RegisterQuestion,
  ): Promise<RegisterRow[]> {
    const whose = of_envelope ? envelope_id : undefined;
    const balances =
      order === 'effective_on'
        ? await this.effective.balances(session, account, rows, dir, whose)
        : new Map(rows.map((row) => [row._id, recordedBalance(row, whose)]));
    return rows.map((row) => {
      const balance_minor = balances.get(row._id);
      if (balance_minor === undefined) throw new Error(`${row._id} has no balance in its order`);
      return { ...row, amount_minor: amountOf(row, whose), balance_minor };
    });
  }

  /** Known without counting: the whole register, and what posts to an envelope, on some days or ever. */
  private async count(
    session: ClientSession,
    account: AccountDocument,
    question: RegisterQuestion,
    limit: number,
  ): Promise<Pick<RegisterPart, 'count' | 'exact'>> {
    const { envelope_id, others } = question;
    const condition = conditionOf(question, account.currency);
    if (Object.keys(condition).length === 0) return { count: account.register_rows, exact: true };
    if (envelope_id !== undefined && Object.keys(others(account.currency)).length === 0) {
      const count = await this.totals.rowsOfEnvelope(session, account, envelope_id, question);
      return { count, exact: true };
    }
    const count = await this.register.count(session, account, condition, limit);
    return { count, exact: count < limit };
  }
}

function conditionOf({ from, to, envelope_id, others }: RegisterQuestion, currency: string) {
  const days = { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lte: to }) };
  return {
    ...(envelope_id !== undefined && { 'postings.envelope_id': envelope_id }),
    ...(Object.keys(days).length > 0 && { effective_on: days }),
    ...others(currency),
  };
}
