import mongoose from 'mongoose';
import { ObjectId, type Db } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';

let engine: TestEngine;
let db: Db;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(() => {
  db = engine.client.db(`schema${new ObjectId().toHexString()}`);
});

describe('create', () => {
  it('makes a collection, and takes one that is there', async () => {
    await db.createCollection('one');
    await db.createCollection('one');
    expect((await db.listCollections().toArray()).map(({ name }) => name)).toEqual(['one']);
  });

  it.each([{ timeseries: { timeField: 't' } }, { viewOn: 'x' }, { collation: { locale: 'de' } }])(
    'refuses %j by name',
    async (options) => {
      const { code, errmsg } = await failure(db.command({ create: 'one', ...options }));
      expect([code, Object.keys(options).some((name) => errmsg?.includes(name))]).toEqual([115, true]);
    },
  );
});

describe('createIndexes', () => {
  const create = (...indexes: object[]): Promise<unknown> => db.command({ createIndexes: 'one', indexes });

  it('makes collection and index, once', async () => {
    const spec = { key: { a: 1, b: -1 }, name: 'a_1_b_-1' };
    expect(await create(spec)).toMatchObject({
      numIndexesBefore: 1,
      numIndexesAfter: 2,
      createdCollectionAutomatically: true,
    });
    expect(await create(spec)).toMatchObject({
      numIndexesBefore: 2,
      numIndexesAfter: 2,
      note: 'all indexes already exist',
    });
    expect(await db.collection('one').indexes()).toEqual([
      { v: 2, key: { _id: 1 }, name: '_id_' },
      { v: 2, key: { a: 1, b: -1 }, name: 'a_1_b_-1' },
    ]);
  });

  it('enforces uniqueness, over missing fields and within the partial filter too', async () => {
    await create(
      { key: { a: 1 }, name: 'a', unique: true, partialFilterExpression: { live: true } },
      { key: { b: 1 }, name: 'b', unique: true },
    );
    const one = db.collection('one');
    await one.insertMany([
      { a: 1, live: true, b: 1 },
      { a: 1, live: false, b: 2 },
    ]);
    expect(await failure(one.insertOne({ a: 1, live: true, b: 3 }))).toMatchObject({
      code: 11000,
      keyPattern: { a: 1 },
      keyValue: { a: 1 },
    });
    await one.insertOne({ c: 1 });
    expect(await failure(one.insertOne({ c: 2 }))).toMatchObject({
      code: 11000,
      keyPattern: { b: 1 },
      keyValue: { b: null },
    });
  });

  it('leaves nothing of a unique index that the documents refuse', async () => {
    await db.collection('one').insertMany([{ a: 1 }, { a: 1 }]);
    expect((await failure(create({ key: { a: 1 }, name: 'a', unique: true }))).code).toBe(11000);
    expect(await db.collection('one').indexes()).toHaveLength(1);
  });

  it('tells conflicts of names and of keys', async () => {
    await create({ key: { a: 1 }, name: 'a' });
    expect((await failure(create({ key: { b: 1 }, name: 'a' }))).code).toBe(86);
    expect((await failure(create({ key: { a: 1 }, name: 'a', unique: true }))).code).toBe(86);
    expect((await failure(create({ key: { a: 1 }, name: 'other' }))).code).toBe(85);
  });

  it('lets two who ask for the same wait for the same', async () => {
    await db.collection('one').insertMany(Array.from({ length: 2000 }, (_, i) => ({ a: i })));
    await Promise.all([create({ key: { a: 1 }, name: 'a' }), create({ key: { a: 1 }, name: 'a' })]);
    const { queryPlanner } = await db.collection('one').find({ a: 5 }).explain('queryPlanner');
    expect(queryPlanner.winningPlan.inputStage.indexName).toBe('a');
  });

  it.each<[object, number]>([
    [{ key: { a: 'text' }, name: 'x' }, 67],
    [{ key: { a: '2dsphere' }, name: 'x' }, 67],
    [{ key: { a: 'hashed' }, name: 'x' }, 67],
    [{ key: { '$**': 1 }, name: 'x' }, 67],
    [{ key: { a: 0 }, name: 'x' }, 67],
    [{ key: {}, name: 'x' }, 67],
    [{ key: { a: 1 }, name: 'x', expireAfterSeconds: -5 }, 67],
    [{ key: { a: 1 }, name: 'x', hidden: true }, 115],
    [{ key: { a: 1 }, name: 'x', collation: { locale: 'de' } }, 115],
    [{ key: { a: 1 }, name: 'x', sparse: true, partialFilterExpression: { b: 1 } }, 67],
    [{ key: { a: 1 }, name: 'x', partialFilterExpression: { b: { $regex: 'x' } } }, 67],
    [{ key: { a: 1 }, name: 'x', nonsense: true }, 197],
    [{ name: 'x' }, 9],
  ])('refuses %j', async (spec, code) => {
    expect((await failure(create(spec))).code).toBe(code);
  });

  it('goes on while documents come and go', async () => {
    const one = db.collection<{ _id: number; a: number }>('one');
    await one.insertMany(Array.from({ length: 3000 }, (_, i) => ({ _id: i, a: i % 7 })));
    const building = create({ key: { a: 1 }, name: 'a' });
    for (let i = 0; i < 100; i += 1) {
      await one.insertOne({ _id: 10_000 + i, a: 3 });
      await one.deleteOne({ _id: i * 7 + 3 });
    }
    await building;
    const expected = (await one.find().hint({ $natural: 1 }).toArray()).filter(({ a }) => a === 3);
    expect(await one.find({ a: 3 }).hint('a').toArray()).toHaveLength(expected.length);
  });
});

describe('lists and drops', () => {
  it('list collections by filter, and by name only', async () => {
    await db.createCollection('one');
    await db.createCollection('two');
    expect(await db.listCollections({ name: 'two' }, { nameOnly: true }).toArray()).toEqual([
      { name: 'two', type: 'collection' },
    ]);
    expect(await db.listCollections().toArray()).toHaveLength(2);
  });

  it('list databases', async () => {
    await db.collection('one').insertOne({ text: 'x'.repeat(1000) });
    const { databases } = await engine.client.db().admin().listDatabases();
    const own = databases.find(({ name }) => name === db.databaseName);
    expect([own?.empty, (own?.sizeOnDisk ?? 0) > 1000]).toEqual([false, true]);
  });

  it('list the indexes of no collection with an error', async () => {
    expect((await failure(db.collection('none').indexes())).code).toBe(26);
  });

  it('drop indexes by name, key or all', async () => {
    const one = db.collection('one');
    await one.createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }, { key: { c: 1 } }]);
    await one.dropIndex('a_1');
    await db.command({ dropIndexes: 'one', index: { b: 1 } });
    expect(await one.indexes()).toHaveLength(2);
    expect((await failure(one.dropIndex('_id_'))).code).toBe(72);
    expect((await failure(one.dropIndex('none'))).code).toBe(27);
    await one.dropIndexes();
    expect(await one.indexes()).toHaveLength(1);
  });

  it('drop collections and databases', async () => {
    await db.collection('one').insertOne({});
    await db.collection('two').insertOne({});
    expect(await db.collection('one').drop()).toBe(true);
    await db.collection('one').drop();
    expect(await db.collection('one').countDocuments()).toBe(0);
    await db.dropDatabase();
    expect(await db.listCollections().toArray()).toEqual([]);
  });
});

describe('mongoose', () => {
  it('makes collections and indexes by itself', async () => {
    const connection = mongoose.createConnection(engine.uri, { dbName: db.databaseName });
    const schema = new mongoose.Schema({
      email: { type: String, unique: true },
      seq: Number,
      closed: Boolean,
    });
    schema.index({ seq: -1, email: 1 }, { partialFilterExpression: { closed: false } });
    const User = connection.model('User', schema);
    await User.init();
    await User.syncIndexes();
    await User.create({ email: 'a@example.org', seq: 1, closed: false });
    expect((await failure(User.create({ email: 'a@example.org' }))).code).toBe(11000);
    const found = await User.findOneAndUpdate(
      { email: 'a@example.org' },
      { seq: 2 },
      { returnDocument: 'after' },
    );
    expect(found?.seq).toBe(2);
    expect((await User.listIndexes()).map(({ name }: { name: string }) => name)).toEqual([
      '_id_',
      'email_1',
      'seq_-1_email_1',
    ]);
    await connection.close();
  });
});

describe('a collection made in a transaction', () => {
  const names = async (): Promise<string[]> => (await db.listCollections().toArray()).map(({ name }) => name);

  it('shows after the commit, with its indexes', async () => {
    await engine.client.withSession(async (session) => {
      session.startTransaction();
      await db.createCollection('one', { session });
      await db.collection('one').createIndex({ a: 1 }, { session });
      await db.collection('two').insertOne({ b: 1 }, { session });
      expect(await names()).toEqual([]);
      expect((await failure(db.collection('one').indexes())).code).toBe(26);
      await session.commitTransaction();
    });
    expect((await names()).sort()).toEqual(['one', 'two']);
    expect(await db.collection('one').indexes()).toHaveLength(2);
    expect(await db.collection('two').countDocuments()).toBe(1);
  });

  it('goes again without one, unless others use it', async () => {
    await engine.client.withSession(async (session) => {
      session.startTransaction();
      await db.collection('one').insertOne({ a: 1 }, { session });
      await db.collection('two').insertOne({ a: 1 }, { session });
      await db.collection('two').insertOne({ b: 1 });
      await session.abortTransaction();
    });
    expect(await names()).toEqual(['two']);
    expect(
      await db
        .collection('two')
        .find({}, { projection: { _id: 0 } })
        .toArray(),
    ).toEqual([{ b: 1 }]);
  });

  it('takes indexes only while it is new and empty', async () => {
    await db.createCollection('old');
    await engine.client.withSession(async (session) => {
      session.startTransaction();
      const refused = db.collection('old').createIndex({ a: 1 }, { session });
      expect((await failure(refused)).code).toBe(263);
      await session.abortTransaction();
    });
  });
});
