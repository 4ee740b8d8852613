import { MongoServerSelectionError, type ClientSession, type Db } from 'mongodb';

import { findOwned } from '../database/tenant-scope.js';
import { ACCOUNTS, STAND_FIELDS, standOf, type AccountRecord } from './account-record.js';
import { accountKey, ownedKeyOf } from './combined-workspace.js';
import { TRANSACTION } from './commit-attempt.js';
import { isDatabaseError } from './conflicts.js';
import { IDEMPOTENCY, type IdempotencyRecord } from './idempotency-record.js';
import type { QueuedCommand } from './queued-command.js';
import type { Found } from './regroup.js';

const TRIES = 3;

/**
 * Reads how the accounts stand and the idempotency keys of a failed attempt again; while the database is away, nothing is known.
 * It reads in a new transaction of the same session. With that the server ends the failed one, should the word to abort
 * it have been lost, and lets go of its documents, which nobody could write for a minute otherwise.
 */
export async function lookAgain(
  db: Db,
  session: ClientSession,
  stands: ReadonlyMap<string, string | null>,
  items: readonly QueuedCommand[],
): Promise<Found> {
  for (let left = TRIES; left > 0; left -= 1) {
    try {
      session.startTransaction(TRANSACTION);
      const changed = await changedSince(db, session, stands);
      return { changed, used: await usedKeys(db, session, items) };
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      // The driver has waited for the database already.
      if (error instanceof MongoServerSelectionError) break;
    } finally {
      await session.abortTransaction();
    }
  }
  return { changed: new Set(), used: new Set() };
}

async function changedSince(
  db: Db,
  session: ClientSession,
  stands: ReadonlyMap<string, string | null>,
): Promise<Set<string>> {
  const keys = [...stands.keys()].map(ownedKeyOf);
  const found = await findOwned<AccountRecord>(db, ACCOUNTS, session, keys, { projection: STAND_FIELDS });
  const now = new Map(
    found.map((account) => [accountKey(account.household_id, account._id), standOf(account)]),
  );
  return new Set([...stands].flatMap(([key, stand]) => ((now.get(key) ?? null) === stand ? [] : [key])));
}

async function usedKeys(
  db: Db,
  session: ClientSession,
  items: readonly QueuedCommand[],
): Promise<Set<string>> {
  const keys = items.flatMap(({ record_id, command: { household_id } }) =>
    record_id === undefined ? [] : [{ household_id, _id: record_id }],
  );
  if (keys.length === 0) return new Set();
  const projection = { household_id: 1 };
  const found = await findOwned<IdempotencyRecord>(db, IDEMPOTENCY, session, keys, { projection });
  return new Set(found.map(({ _id }) => _id));
}
