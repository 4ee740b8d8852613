import type { AnyClientBulkWriteModel, ClientSession, Db, Document, MongoClient } from 'mongodb';

import { tenantScope } from '../database/tenant-scope.js';
import { ACCOUNTS, FIRST_GENERATION, type AccountRecord } from './account-record.js';
import { meaningOf, VersionConflict } from './conflicts.js';
import { EVENTS, sealEvents, type Recorder, type StoredEvent } from './stored-event.js';

/** What a decision wants to be recorded, on the state that it was decided on. */
export interface Recording<Event, State extends object> {
  /** None: nothing is written. */
  readonly events: readonly Event[];
  /** The account's state after them, to be stored beside the store's own fields. */
  readonly state: State;
  /** What the events add to the read models, written in the same transaction. */
  project(events: readonly StoredEvent<Event>[], generation: number): Projection;
}

/** Writes to read models. */
export interface Projection {
  readonly writes: readonly AnyClientBulkWriteModel<Document>[];
  /** By how many rows the account's register grows. */
  readonly added_rows: number;
}

/**
 * Writes one append within a transaction, in one round trip: the account's document, if it still has the version of
 * `account` (null: if it is new), the events after it, and the read models. Returns the events as stored.
 * @throws VersionConflict when the account has another version by now; AccountKeyTaken; the driver's errors.
 */
export async function appendEvents<Event extends object, State extends object>(
  client: MongoClient,
  db: Db,
  session: ClientSession,
  recorder: Recorder,
  account: AccountRecord | null,
  recording: Recording<Event, State>,
): Promise<StoredEvent<Event>[]> {
  const accounts = tenantScope<AccountRecord>(db, ACCOUNTS, recorder.household_id);
  const log = tenantScope<StoredEvent<object>>(db, EVENTS, recorder.household_id);
  const head = account ?? { version: 0, head_hash: null };
  const events = sealEvents(head, recorder, recording.events);
  const generation = account?.generation ?? FIRST_GENERATION;
  const projection = recording.project(events, generation);
  const document: AccountRecord = {
    ...recording.state,
    _id: recorder.account_id,
    household_id: recorder.household_id,
    version: head.version + events.length,
    head_hash: events.at(-1)?.hash ?? head.head_hash,
    register_rows: (account?.register_rows ?? 0) + projection.added_rows,
    generation,
  };
  const models = [
    account
      ? accounts.replaceModel({ _id: document._id, version: account.version }, document)
      : accounts.insertModel(document),
    ...events.map((event) => log.insertModel(event)),
    ...projection.writes,
  ];
  try {
    const result = await client.bulkWrite(models, { session, ordered: true, verboseResults: true });
    const replaced = account === null || result.updateResults?.get(0)?.matchedCount === 1;
    if (!replaced) throw new VersionConflict(`${document._id} is not at version ${head.version} any more`);
    return events;
  } catch (error) {
    throw meaningOf(error);
  }
}
