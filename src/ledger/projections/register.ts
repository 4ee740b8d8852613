import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Db, Document, Filter } from 'mongodb';
import type { Connection } from 'mongoose';

import {
  driverDb,
  tenantScope,
  type MaybeSession,
  type Slice,
  type TenantScope,
} from '../../database/tenant-scope.js';
import type { AccountRecord } from '../../event-store/account-record.js';
import type { Projection } from '../../event-store/recording.js';
import type { RegisterFact } from '../domain/facts.js';
import { REGISTER, rowId, type RegisterRow } from './register-row.js';
import { insertedRows, type RowWrite } from './register-rows.js';
import { fullRow, storedRow, type StoredRow } from './stored-row.js';

/** The account whose register is meant, and the generation in force. */
export type RegisterOf = Pick<AccountRecord, '_id' | 'household_id' | 'generation' | 'register_rows'>;

/** Reads the registers of accounts. */
@Injectable()
export class Register {
  private readonly db: Db;

  constructor(@InjectConnection() connection: Connection) {
    this.db = driverDb(connection);
  }

  /** The row of the event with that id, null when the account has none. */
  async row(session: MaybeSession, account: RegisterOf, id: string): Promise<RegisterRow | null> {
    const _id = rowId(account.generation, id);
    const row = await this.of(account.household_id).findOne(session, { _id, account_id: account._id });
    return row && fullRow(row);
  }

  /** A part of the rows that match a condition. */
  async part(
    session: MaybeSession,
    account: RegisterOf,
    condition: Filter<Document>,
    slice: Slice,
  ): Promise<RegisterRow[]> {
    const rows = await this.of(account.household_id).part(session, this.filter(account, condition), slice);
    return rows.map(fullRow);
  }

  /** How many rows match a condition; counting ends at `limit`. */
  count(
    session: MaybeSession,
    account: RegisterOf,
    condition: Filter<Document>,
    limit: number,
  ): Promise<number> {
    return this.of(account.household_id).count(session, this.filter(account, condition), limit);
  }

  /** How many rows there are of events up to that one. */
  countUpTo(account: RegisterOf, seq: number): Promise<number> {
    return this.of(account.household_id).count(null, { ...rowsOf(account), seq: { $lte: seq } });
  }

  private filter(account: RegisterOf, condition: Filter<Document>): Filter<StoredRow> {
    return { ...(condition as Filter<StoredRow>), ...rowsOf(account) };
  }

  private of(household_id: string): TenantScope<StoredRow> {
    return tenantScope<StoredRow>(this.db, REGISTER, household_id);
  }
}

const rowsOf = ({ _id: account_id, generation }: RegisterOf) => ({ account_id, generation });

/** Changes of one account's register. */
export function registerProjection(writes: readonly RowWrite[]): Projection {
  return {
    changes: writes.map((write) =>
      'insert' in write
        ? { collection: REGISTER, _id: write.insert._id, insert: storedRow(write.insert) }
        : { collection: REGISTER, _id: write.update, set: write.set },
    ),
    added_rows: insertedRows(writes).length,
  };
}

/** What a decision needs to know of a row; `other` is the other side's root for the root of a transfer. */
export function factOf(row: RegisterRow, other: RegisterRow | null = null): RegisterFact {
  const { account_id, id, seq, role, kind, root_id, standing, effective_on } = row;
  const { description, notes, tags, batch_id, payer } = row;
  return {
    ...{ account_id, id, seq, role, kind, root_id, standing, effective_on },
    ...{ description, notes, tags, batch_id, payer },
    tip_seq: row.tip_seq ?? seq,
    tip_id: row.tip_id ?? id,
    postings: row.postings.map(({ envelope_id, amount_minor }) => ({ envelope_id, amount_minor })),
    counterpart: other && factOf(other),
  };
}
