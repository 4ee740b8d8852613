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
import { ACCOUNTS } from '../../event-store/account-record.js';
import type { Workspace } from '../../event-store/command.js';
import { Problem } from '../../kernel/problem.js';
import { nameKey } from '../../kernel/text.js';
import type { AccountDocument, AccountState } from './account-document.js';

/** Reads the accounts of a household. */
@Injectable()
export class Accounts {
  private readonly db: Db;

  constructor(@InjectConnection() connection: Connection) {
    this.db = driverDb(connection);
  }

  /**
   * The account with that id.
   * @throws Problem `not_found` when the household has none, be it another household's or nobody's.
   */
  async require(
    household_id: string,
    account_id: string,
    session: MaybeSession = null,
  ): Promise<AccountDocument> {
    const account = await this.of(household_id).findOne(session, { _id: account_id });
    if (!account) throw new Problem('not_found');
    return account;
  }

  /**
   * Whether an open account of the household other than `asked` has that name, after what earlier commands of the same
   * transaction have done.
   */
  async isNameTaken(
    workspace: Workspace<AccountState>,
    household_id: string,
    name: string,
    asked: AccountDocument | null,
  ): Promise<boolean> {
    const name_key = nameKey(name);
    const changed = workspace.changedAccounts();
    const others = changed.filter(({ _id }) => _id !== asked?._id);
    if (others.some((other) => other.state === 'open' && other.name_key === name_key)) return true;
    const known = [...changed.map(({ _id }) => _id), ...(asked ? [asked._id] : [])];
    const other = await this.of(household_id).findOne(
      workspace.session,
      { state: 'open', name_key, _id: { $nin: known } },
      { projection: { _id: 1 } },
    );
    return other !== null;
  }

  /** A part of the accounts that match a condition, and how many there are in all, counted up to a limit. */
  async page(
    household_id: string,
    condition: Filter<Document>,
    slice: Slice,
    countLimit?: number,
  ): Promise<{ documents: AccountDocument[]; count: number }> {
    const accounts = this.of(household_id);
    const filter = condition as Filter<AccountDocument>;
    const count = await accounts.count(null, filter, countLimit);
    if (slice.skip >= count) return { documents: [], count };
    return { documents: await accounts.part(null, filter, slice), count };
  }

  private of(household_id: string): TenantScope<AccountDocument> {
    return tenantScope<AccountDocument>(this.db, ACCOUNTS, household_id);
  }
}
