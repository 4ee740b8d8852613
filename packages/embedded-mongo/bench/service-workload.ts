import type { ClientBulkWriteModel, Document } from 'mongodb';
import { account, accountId, ACCOUNTS, entry, nextId, type Ledger } from './workloads.js';

/** How many accounts one large transaction of the service changes; each gets four writes. */
export const SERVICE_BATCH = 64;
/** Names the collection that only these transactions write to: the stand-in tells them by it. */
export const SUMS = 'service.sums';

/** Collections with the indexes that the service has: accounts, a log, a register, and sums. */
export async function prepareService({ client }: Ledger): Promise<void> {
  const db = client.db('service');
  await db.createCollection('sums');
  await db
    .collection('accounts')
    .createIndex(
      { household_id: 1, name_key: 1 },
      { unique: true, partialFilterExpression: { state: 'open' } },
    );
  const log = db.collection('log');
  await log.createIndex({ household_id: 1, account_id: 1, seq: 1 }, { unique: true });
  await log.createIndex(
    { household_id: 1, account_id: 1, reverses_seq: 1 },
    { unique: true, partialFilterExpression: { reverses_seq: { $exists: true } } },
  );
  const register = db.collection('register');
  await register.createIndex({ household_id: 1, account_id: 1, generation: 1, seq: -1 }, { unique: true });
  await register.createIndex({
    household_id: 1,
    account_id: 1,
    generation: 1,
    role: 1,
    standing: 1,
    seq: -1,
  });
  const documents = Array.from({ length: ACCOUNTS }, (_, number) => {
    const id = accountId(number);
    return { ...account(id), state: 'open', name_key: id };
  });
  await db.collection<{ _id: string }>('accounts').insertMany(documents);
}

/** One find of 64 accounts; for each a versioned partial update, an event, a register row and a sum; one commit. */
export async function serviceTransaction({ client }: Ledger, first: number): Promise<void> {
  const ids = Array.from({ length: SERVICE_BATCH }, (_, offset) => accountId(first + offset));
  const accounts = client.db('service').collection<{ _id: string; version: number }>('accounts');
  await client.withSession((session) =>
    session.withTransaction(async () => {
      const found = await accounts.find({ _id: { $in: ids } }, { session }).toArray();
      const versions = new Map(found.map(({ _id, version }) => [_id, version]));
      const heads = ids.map((id) => ({ id, version: versions.get(id) ?? 1, event: nextId() }));
      const models = [update, event, row, sum].flatMap((model) => heads.map(model));
      await client.bulkWrite(models, { session, ordered: true, verboseResults: true });
    }),
  );
}

interface Head {
  readonly id: string;
  readonly version: number;
  readonly event: string;
}

function update({ id, version }: Head): ClientBulkWriteModel<Document> {
  return {
    name: 'updateOne',
    namespace: 'service.accounts',
    filter: { _id: id, version, household_id: 'hh_1' },
    update: {
      $set: { version: version + 1, head_hash: 'c'.repeat(64), 'envelopes.3.balance': version * 100 },
      $inc: { balance: 100, register_rows: 1 },
    },
  };
}

function event({ id, version, event: _id }: Head): ClientBulkWriteModel<Document> {
  return { name: 'insertOne', namespace: 'service.log', document: entry(id, version + 1, _id) };
}

function row({ id, version, event: eventId }: Head): ClientBulkWriteModel<Document> {
  return {
    name: 'insertOne',
    namespace: 'service.register',
    document: {
      ...entry(id, version + 1, `${eventId}/1`),
      generation: 1,
      role: 'root',
      standing: true,
      balance_minor: version * 100,
      tags: ['food'],
    },
  };
}

function sum({ id, version }: Head): ClientBulkWriteModel<Document> {
  return {
    name: 'updateOne',
    namespace: SUMS,
    filter: { _id: `${id}/${String(version % 12)}`, household_id: 'hh_1' },
    update: { $inc: { count: 1, 'by_kind.deposit': 100 } },
    upsert: true,
  };
}
