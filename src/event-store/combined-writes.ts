import type { AnyClientBulkWriteModel, ClientSession, Db, Document, MongoClient } from 'mongodb';

import { tenantScope, type TenantOwned, type TenantScope } from '../database/tenant-scope.js';
import { ACCOUNTS } from './account-record.js';
import { changedFields } from './account-update.js';
import type { CombinedWorkspace, HeldAccount } from './combined-workspace.js';
import { DocumentMissed, meaningOf, VersionConflict, type WriteOrigin } from './conflicts.js';
import { IDEMPOTENCY, type IdempotencyRecord } from './idempotency-record.js';
import type { PendingDocument } from './pending-documents.js';
import { EVENTS, type StoredEvent } from './stored-event.js';

type Owned = TenantOwned & { readonly _id: string } & Document;

/**
 * Writes all that a transaction has to write, in one round trip. Each account is written on the condition that it still
 * has the version that was decided on, and the generation of the read models.
 * @throws VersionConflict, AccountKeyTaken, IdempotencyKeyUsed; the driver's errors.
 */
export async function writeAll(client: MongoClient, db: Db, workspace: CombinedWorkspace): Promise<void> {
  const writes = new CombinedWrites(db);
  for (const record of workspace.keys.values()) writes.addKey(record);
  for (const account of workspace.accounts()) writes.addAccount(account);
  for (const event of workspace.events) writes.addEvent(event);
  for (const document of workspace.documents.all()) writes.addDocument(document);
  try {
    const result = await client.bulkWrite(writes.models, { session: workspace.session, ordered: true });
    if (result.matchedCount + result.upsertedCount < writes.updates) {
      const missed = 'An account or a row is not as it was decided on';
      throw workspace.mayBeAhead ? new VersionConflict(missed) : new DocumentMissed(missed);
    }
  } catch (error) {
    throw meaningOf(error, writes.origins);
  }
}

/** Writes documents of read models, in any order, within a transaction or without one. */
export async function writeDocuments(
  client: MongoClient,
  db: Db,
  documents: Iterable<PendingDocument>,
  session?: ClientSession,
): Promise<void> {
  const writes = new CombinedWrites(db);
  for (const document of documents) writes.addDocument(document);
  if (writes.models.length === 0) return;
  const options = { ordered: false, ...(session && { session }) };
  const result = await client.bulkWrite(writes.models, options);
  if (result.matchedCount + result.upsertedCount < writes.updates) {
    throw new DocumentMissed('A document to be changed is not there');
  }
}

/** What all commands together change in an account's stored document, undefined when it is new or nothing does. */
export function changeOfAccount(held: HeldAccount): Record<string, unknown> | undefined {
  const { base, current } = held;
  if (!base || !current || base === current) return undefined;
  return (held.changed ??= changedFields(base, current));
}

const OTHER: WriteOrigin = { kind: 'document' };

/** Writes as the models of a bulk write, each with what it belongs to. */
class CombinedWrites {
  readonly models: AnyClientBulkWriteModel<Document>[] = [];
  readonly origins: WriteOrigin[] = [];
  /** How many of them must find, or make, a document. */
  updates = 0;
  private readonly scopes = new Map<string, TenantScope<Owned>>();

  constructor(private readonly db: Db) {}

  addKey(record: IdempotencyRecord): void {
    const model = this.scope(IDEMPOTENCY, record.household_id).insertModel(record);
    this.add(model, { kind: 'key', record_id: record._id });
  }

  addAccount(held: HeldAccount): void {
    const { household_id, _id, base, current } = held;
    if (!current || current === base) return;
    const accounts = this.scope(ACCOUNTS, household_id);
    const origin: WriteOrigin = { kind: 'account', account_id: _id };
    const changed = changeOfAccount(held);
    if (!base || !changed) return this.add(accounts.insertModel(current), origin);
    const update = { $set: changed };
    const { version, generation } = base;
    this.add(accounts.updateModel({ _id, version, generation }, update), origin);
    this.updates += 1;
  }

  addEvent(event: StoredEvent<object>): void {
    this.add(this.scope(EVENTS, event.household_id).insertModel(event), OTHER);
  }

  addDocument({ owner, collection, _id, edit }: PendingDocument): void {
    const { household_id, account_id } = owner;
    const documents = this.scope(collection, household_id);
    if ('insert' in edit) return this.add(documents.insertModel(edit.insert as Owned), OTHER);
    if ('set' in edit) {
      this.add(documents.updateModel({ _id, account_id }, { $set: edit.set }), OTHER);
    } else {
      if (Object.values(edit.inc).every((amount) => amount === 0)) return;
      // Amounts of 0 too: whoever reads a document that is made now finds every field.
      const update = { $inc: edit.inc, $setOnInsert: edit.on_insert };
      this.add(documents.updateModel({ _id, account_id }, update, { upsert: true }), OTHER);
    }
    this.updates += 1;
  }

  private add(model: AnyClientBulkWriteModel<Document>, origin: WriteOrigin): void {
    this.models.push(model);
    this.origins.push(origin);
  }

  private scope(collection: string, household_id: string): TenantScope<Owned> {
    const key = `${collection}/${household_id}`;
    let scope = this.scopes.get(key);
    if (!scope) this.scopes.set(key, (scope = tenantScope<Owned>(this.db, collection, household_id)));
    return scope;
  }
}
