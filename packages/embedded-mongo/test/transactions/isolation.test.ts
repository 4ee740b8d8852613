import {
  Decimal128,
  Double,
  Int32,
  Long,
  MongoServerError,
  type Collection,
  type MongoClient,
} from 'mongodb';
import mongoose from 'mongoose';
import { startEngine, type TestEngine } from '../kit.js';

type Stored = Int32 | Long | Double | Decimal128;

interface Counter {
  _id: string;
  n: number;
}

let engine: TestEngine;
let client: MongoClient;
let counters: Collection<Counter>;
let journal: Collection<{ _id: string; note: string }>;

beforeAll(async () => {
  engine = await startEngine();
  client = engine.client;
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(async () => {
  const database = client.db(`t${Math.random().toString(36).slice(2)}`);
  counters = database.collection('counters');
  journal = database.collection('journal');
  await counters.insertMany([
    { _id: 'a', n: 1 },
    { _id: 'b', n: 2 },
  ]);
  await journal.insertOne({ _id: 'start', note: 'begins' });
});

async function failure(action: Promise<unknown>): Promise<MongoServerError> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MongoServerError)) throw new Error(`expected a server error, got ${String(error)}`);
  return error;
}

describe('a transaction', () => {
  it('commits changes of several collections at once', async () => {
    await client.withSession(async (session) => {
      session.startTransaction();
      await counters.updateOne({ _id: 'a' }, { $inc: { n: 5 } }, { session });
      await journal.insertOne({ _id: 'one', note: 'five more' }, { session });
      expect(await journal.countDocuments()).toBe(1);
      expect((await counters.findOne({ _id: 'a' }))?.n).toBe(1);
      await session.commitTransaction();
    });
    expect(await journal.countDocuments()).toBe(2);
    expect((await counters.findOne({ _id: 'a' }))?.n).toBe(6);
  });

  it('leaves nothing behind when it is aborted', async () => {
    await client.withSession(async (session) => {
      session.startTransaction();
      await counters.deleteOne({ _id: 'a' }, { session });
      await journal.insertOne({ _id: 'one', note: 'gone' }, { session });
      await session.abortTransaction();
    });
    expect(await counters.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'a', n: 1 },
      { _id: 'b', n: 2 },
    ]);
    expect(await journal.countDocuments()).toBe(1);
  });

  it('reads its own writes, by id, by scan, by sort and by aggregate', async () => {
    await client.withSession(async (session) => {
      session.startTransaction();
      await counters.updateOne({ _id: 'a' }, { $set: { n: 10 } }, { session });
      await counters.insertOne({ _id: 'c', n: 3 }, { session });
      await counters.deleteOne({ _id: 'b' }, { session });
      expect((await counters.findOne({ _id: 'a' }, { session }))?.n).toBe(10);
      expect(await counters.find({}, { session }).sort({ n: 1 }).toArray()).toEqual([
        { _id: 'c', n: 3 },
        { _id: 'a', n: 10 },
      ]);
      expect(await counters.countDocuments({ n: { $gt: 2 } }, { session })).toBe(2);
      await session.commitTransaction();
    });
  });

  it('reads the snapshot of its beginning, whatever is committed meanwhile', async () => {
    await client.withSession(async (session) => {
      session.startTransaction();
      expect((await counters.findOne({ _id: 'a' }, { session }))?.n).toBe(1);
      await counters.updateOne({ _id: 'a' }, { $set: { n: 50 } });
      await counters.insertOne({ _id: 'c', n: 60 });
      expect((await counters.findOne({ _id: 'a' }, { session }))?.n).toBe(1);
      expect(await counters.find({}, { session }).toArray()).toHaveLength(2);
      await session.commitTransaction();
    });
    expect(await counters.countDocuments()).toBe(3);
  });

  it('conflicts at once with another that wrote the document first', async () => {
    const [first, second] = [client.startSession(), client.startSession()];
    first.startTransaction();
    second.startTransaction();
    await counters.updateOne({ _id: 'a' }, { $inc: { n: 1 } }, { session: first });
    const refused = await failure(counters.updateOne({ _id: 'a' }, { $inc: { n: 1 } }, { session: second }));
    expect(refused.code).toBe(112);
    expect(refused.hasErrorLabel('TransientTransactionError')).toBe(true);
    await first.commitTransaction();
    expect((await failure(second.commitTransaction())).code).toBe(251);
    await Promise.all([first.endSession(), second.endSession()]);
    expect((await counters.findOne({ _id: 'a' }))?.n).toBe(2);
  });

  it('conflicts with a document that was changed since its snapshot', async () => {
    const session = client.startSession();
    session.startTransaction();
    await counters.findOne({ _id: 'b' }, { session });
    await counters.updateOne({ _id: 'a' }, { $inc: { n: 1 } });
    const refused = await failure(counters.updateOne({ _id: 'a' }, { $inc: { n: 1 } }, { session }));
    expect(refused.code).toBe(112);
    await session.endSession();
  });

  it('ends with a duplicate key, and says which', async () => {
    const session = client.startSession();
    session.startTransaction();
    const refused = await failure(journal.insertOne({ _id: 'start', note: 'again' }, { session }));
    expect(refused.code).toBe(11000);
    expect(refused['keyPattern']).toEqual({ _id: 1 });
    expect((await failure(journal.insertOne({ _id: 'x', note: 'more' }, { session }))).code).toBe(251);
    await session.endSession();
  });

  it('makes a plain write wait for its end', async () => {
    const session = client.startSession();
    session.startTransaction();
    await counters.updateOne({ _id: 'a' }, { $set: { n: 10 } }, { session });
    const plain = counters.updateOne({ _id: 'a' }, { $inc: { n: 1 } });
    await counters.findOne({ _id: 'b' });
    await session.commitTransaction();
    await plain;
    await session.endSession();
    expect((await counters.findOne({ _id: 'a' }))?.n).toBe(11);
  });

  it('refuses what MongoDB does not do in one, and ends', async () => {
    const session = client.startSession();
    session.startTransaction();
    await counters.findOne({}, { session });
    expect((await failure(client.db('test').command({ listCollections: 1 }, { session }))).code).toBe(263);
    await session.endSession();
  });

  it('lets forty increments at once take effect once each, by withTransaction', async () => {
    const increment = async (turn: number): Promise<void> => {
      await client.withSession(async (session) => {
        await session.withTransaction(async () => {
          const found = await counters.findOne({ _id: 'a' }, { session });
          await counters.updateOne({ _id: 'a' }, { $set: { n: (found?.n ?? 0) + 1 } }, { session });
          await journal.insertOne({ _id: `turn ${String(turn)}`, note: 'one more' }, { session });
        });
      });
    };
    await Promise.all(Array.from({ length: 40 }, (_, turn) => increment(turn)));
    expect((await counters.findOne({ _id: 'a' }))?.n).toBe(41);
    expect(await journal.countDocuments()).toBe(41);
  });

  it('works through mongoose, documents and lean reads alike', async () => {
    const connection = mongoose.createConnection(engine.uri, { dbName: 'goose' });
    const schema = new mongoose.Schema({
      name: { type: String, unique: true },
      balance: Number,
      version: Number,
    });
    const Account = connection.model('Account', schema);
    await Account.init();
    await Account.create({ name: 'food', balance: 10, version: 1 });
    await connection.transaction(async (session) => {
      const account = await Account.findOne({ name: 'food' }).session(session).lean().orFail();
      const changed = await Account.updateOne(
        { _id: account._id, version: 1 },
        { $set: { version: 2 }, $inc: { balance: -4 } },
        { session },
      );
      expect(changed.modifiedCount).toBe(1);
      await Account.create([{ name: 'rent', balance: 4, version: 1 }], { session });
    });
    expect(await Account.find().sort({ name: 1 }).lean()).toMatchObject([
      { name: 'food', balance: 6, version: 2 },
      { name: 'rent', balance: 4, version: 1 },
    ]);
    await expect(Account.create({ name: 'rent' })).rejects.toMatchObject({ code: 11000 });
    await connection.close();
  });
});

describe('numbers', () => {
  it('come back in the type and value that they were stored in', async () => {
    const numbers = client.db('exact').collection<{ _id: string; value: Stored }>('numbers');
    const values: [string, Stored][] = [
      ['int', new Int32(7)],
      ['double that is whole', new Double(5)],
      ['minus zero', new Double(-0)],
      ['long beyond doubles', Long.fromString('9007199254740993')],
      ['smallest long', Long.MIN_VALUE],
      ['decimal with zeros', Decimal128.fromString('1.500')],
      ['decimal not a number', Decimal128.fromString('NaN')],
    ];
    await numbers.insertMany(values.map(([_id, value]) => ({ _id, value })));
    for (const [_id, value] of values) {
      const found = await numbers.findOne({ _id }, { promoteValues: false });
      expect(found?.value).toEqual(value);
      expect(found?.value.constructor).toBe(value.constructor);
    }
    await numbers.updateOne({ _id: 'long beyond doubles' }, { $inc: { value: new Int32(1) } });
    const next = await numbers.findOne({ _id: 'long beyond doubles' }, { promoteValues: false });
    expect((next?.value as Long).toString()).toBe('9007199254740994');
    expect(await numbers.countDocuments({ value: Long.fromString('9007199254740994') })).toBe(1);
    expect(await numbers.countDocuments({ value: new Int32(5) })).toBe(1);
  });
});
