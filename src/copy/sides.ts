import type { Collection, Db, Document, MongoClient } from 'mongodb';

import type { AccountRecord } from '../event-store/account-record.js';
import { everyTenant } from '../database/tenant-scope.js';

/** A database that is copied from or to. */
export interface Side {
  readonly client: MongoClient;
  readonly db: Db;
}

/** A document whose id is a text, as all of the service's are. */
export type Keyed = Document & { readonly _id: string };

/** The copy cannot be made, or not be gone on with; the message is for the person who asked for it. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
}

/**
 * Accounts whose logs are in the target already, as far as they have come, until all are: only then the service finds
 * them. Names are unique among open accounts, and those that an account has had on its way may be another's by now.
 */
export const COPIED_ACCOUNTS = 'copied_accounts';

/** The collection of the target that says of what it is a copy. */
export const COPIES = 'copies';

/** The accounts that are copied in a side's collection of them: of one household, or all. */
export function accountsIn({ db }: Side, collection: string): Collection<AccountRecord> {
  return everyTenant<AccountRecord>(db, collection);
}

/** Documents of a household, or of all. */
export const ownedBy = (household_id: string | null): { household_id?: string } =>
  household_id === null ? {} : { household_id };
