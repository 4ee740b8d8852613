import type { ClientBulkWriteModel, Collection, Document, MongoClient } from 'mongodb';
import type { Connection, Model } from 'mongoose';
import mongoose from 'mongoose';

/** How many accounts the transactions spread over. */
export const ACCOUNTS = 2_000;
/** Pairs of writes in a large transaction: as many updates, and twice as many inserts. */
export const BATCH = 16;

export interface Account extends Document {
  _id: string;
  household_id: string;
  version: number;
  balance: number;
}

export interface Entry extends Document {
  _id: string;
}

/** An account's document as a ledger keeps it: some 600 bytes. */
export function account(id: string): Account {
  const envelopes = Array.from({ length: 8 }, (_, number) => ({
    id: number,
    name: `envelope ${String(number)}`,
    balance: 0,
  }));
  return {
    _id: id,
    household_id: 'hh_1',
    version: 1,
    balance: 0,
    name: 'everyday',
    currency: 'USD',
    envelopes,
  };
}

/** An event's document: some 500 bytes, unique by account and sequence. */
export function entry(accountId: string, seq: number, unique: string): Entry {
  return {
    _id: unique,
    household_id: 'hh_1',
    account_id: accountId,
    seq,
    type: 'MoneyDeposited',
    recorded_at: new Date(),
    postings: [{ envelope_id: 0, amount_minor: 100 }],
    prev_hash: 'a'.repeat(64),
    hash: 'b'.repeat(64),
    description: 'a deposit, as people describe it',
  };
}

/** What the namespaces of large transactions hold. */
type Schemas = {
  readonly 'bench.accounts': Account;
  readonly 'bench.entries': Entry;
  readonly 'bench.rows': Entry;
};

export const accountId = (number: number): string => `acc_${String(number % ACCOUNTS)}`;

/** The collections of one database. */
export interface Ledger {
  readonly client: MongoClient;
  readonly accounts: Collection<Account>;
  readonly entries: Collection<Entry>;
}

export function ledgerOf(client: MongoClient): Ledger {
  const database = client.db('bench');
  return { client, accounts: database.collection('accounts'), entries: database.collection('entries') };
}

/** Fills the accounts and makes the two unique indexes of the log. */
export async function prepare({ client, accounts, entries }: Ledger): Promise<void> {
  await client.db('bench').createCollection('rows');
  await entries.createIndex({ household_id: 1, account_id: 1, seq: 1 }, { unique: true });
  await entries.createIndex(
    { household_id: 1, account_id: 1, reverses_seq: 1 },
    { unique: true, partialFilterExpression: { reverses_seq: { $exists: true } } },
  );
  await accounts.insertMany(Array.from({ length: ACCOUNTS }, (_, number) => account(accountId(number))));
}

let unique = 0;
/** An id that no event had before. */
export const nextId = (): string => `tx_${String(process.pid)}_${String((unique += 1))}`;

/** Find by id, versioned update, insert of an event, commit: by the bare driver. */
export async function driverTransaction({ client, accounts, entries }: Ledger, id: string): Promise<void> {
  await client.withSession((session) =>
    session.withTransaction(async () => {
      const found = await accounts.findOne({ _id: id }, { session });
      const version = found?.version ?? 0;
      const change = { $set: { version: version + 1, balance: (found?.balance ?? 0) + 1 } };
      await accounts.updateOne({ _id: id, version }, change, { session });
      await entries.insertOne(entry(id, version + 1, nextId()), { session });
    }),
  );
}

/** The same through mongoose's models, reads lean. */
export class MongooseLedger {
  private constructor(
    private readonly connection: Connection,
    private readonly accounts: Model<Account>,
    private readonly entries: Model<Entry>,
  ) {}

  static async connect(uri: string): Promise<MongooseLedger> {
    const options = { dbName: 'bench', maxPoolSize: 64, autoIndex: false, autoCreate: false };
    const connection = await mongoose.createConnection(uri, options).asPromise();
    const loose = { strict: false, versionKey: false } as const;
    const accounts = connection.model<Account>(
      'Account',
      new mongoose.Schema({ _id: String }, loose),
      'accounts',
    );
    const entries = connection.model<Entry>('Entry', new mongoose.Schema({ _id: String }, loose), 'entries');
    return new MongooseLedger(connection, accounts, entries);
  }

  async transaction(id: string): Promise<void> {
    await this.connection.transaction(async (session) => {
      const found = await this.accounts.findById(id).session(session).lean();
      const version = found?.version ?? 0;
      const change = { $set: { version: version + 1, balance: (found?.balance ?? 0) + 1 } };
      await this.accounts.updateOne({ _id: id, version }, change, { session });
      await this.entries.insertMany([entry(id, version + 1, nextId())], { session, lean: true });
    });
  }

  /** One document by its id, lean. */
  async find(id: string): Promise<void> {
    await this.accounts.findById(id).lean();
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/** One find, a client-level bulkWrite of 48 writes, one commit. `first` is the number of the first of 16 accounts. */
export async function bulkTransaction({ client, accounts }: Ledger, first: number): Promise<void> {
  const ids = Array.from({ length: BATCH }, (_, offset) => accountId(first + offset));
  await client.withSession((session) =>
    session.withTransaction(async () => {
      const found = await accounts.find({ _id: { $in: ids } }, { session }).toArray();
      const versions = new Map(found.map((one) => [one._id, one.version]));
      const models = ids.flatMap((id): ClientBulkWriteModel<Schemas>[] => {
        const version = versions.get(id) ?? 1;
        return [
          { namespace: 'bench.entries', name: 'insertOne', document: entry(id, version + 1, nextId()) },
          {
            namespace: 'bench.accounts',
            name: 'updateOne',
            filter: { _id: id, version },
            update: { $set: { version: version + 1 } },
          },
          { namespace: 'bench.rows', name: 'insertOne', document: entry(id, version + 1, nextId()) },
        ];
      });
      await client.bulkWrite<Schemas>(models, { session, ordered: true, verboseResults: true });
    }),
  );
}
