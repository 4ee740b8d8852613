import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Db, Document, Filter, Sort } from 'mongodb';
import type { Connection } from 'mongoose';

import { driverDb, tenantScope, type TenantScope } from '../../database/tenant-scope.js';
import { ACCOUNTS } from '../../event-store/account-record.js';
import type { Workspace } from '../../event-store/command.js';
import { Problem } from '../../kernel/problem.js';
import { nameKey } from '../../kernel/text.js';
import type { AccountDocument, AccountState } from './account-document.js';
import type { Slice } from './slice.js';

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
  async require(household_id: string, account_id: string): Promise<AccountDocument> {
    const account = await this.of(household_id).findOne(null, { _id: account_id });
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

  /** The accounts that match a condition, sorted, and how many there are in all. */
  async page(
    household_id: string,
    condition: Filter<Document>,
    sort: Sort,
    slice: Slice,
  ): Promise<{ documents: AccountDocument[]; total: number }> {
    const accounts = this.of(household_id);
    const filter = condition as Filter<AccountDocument>;
    const total = await accounts.count(null, filter);
    const { skip, page_size: limit } = slice;
    const documents = skip < total ? await accounts.find(null, filter, { sort, skip, limit }).toArray() : [];
    return { documents, total };
  }

  private of(household_id: string): TenantScope<AccountDocument> {
    return tenantScope<AccountDocument>(this.db, ACCOUNTS, household_id);
  }
}
