import { BSON, ObjectId, type Db, type Document } from 'mongodb';
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
  db = engine.client.db(`collections${new ObjectId().toHexString()}`);
});

const admin = (command: Document): Promise<Document> => engine.client.db('admin').command(command);

describe('a capped collection', () => {
  it('keeps the newest documents, by number', async () => {
    const log = await db.createCollection<{ _id: number; n?: number }>('log', {
      capped: true,
      size: 100_000,
      max: 3,
    });
    await log.createIndex({ n: 1 });
    await log.insertMany([1, 2, 3, 4].map((_id) => ({ _id, n: _id })));
    await log.updateOne({ _id: 5 }, { $set: { n: 5 } }, { upsert: true });
    expect((await log.find().toArray()).map(({ _id }) => _id)).toEqual([3, 4, 5]);
    expect(
      (
        await log
          .find({ n: { $gte: 0 } })
          .hint('n_1')
          .toArray()
      ).map(({ _id }) => _id),
    ).toEqual([3, 4, 5]);
    expect(await log.options()).toEqual({ capped: true, size: 100_096, max: 3 });
    expect(await db.command({ collStats: 'log' })).toMatchObject({ capped: true, max: 3, maxSize: 100_096 });
    expect((await db.command({ validate: 'log' }))['valid']).toBe(true);
  });

  it('keeps to its size, over a restart too', async () => {
    const log = await db.createCollection<{ _id: number; text: string }>('log', { capped: true, size: 4096 });
    const fill = async (from: number): Promise<void> => {
      for (let _id = from; _id < from + 20; _id += 1) await log.insertOne({ _id, text: 'x'.repeat(900) });
    };
    await fill(0);
    await engine.restart();
    await fill(20);
    const left = await log.find().toArray();
    expect(left.map(({ _id }) => _id)).toEqual([36, 37, 38, 39]);
    expect((await db.command({ collStats: 'log' }))['size']).toBeLessThanOrEqual(4096);
  });

  it('is in the order of insertion, and lets the first inserted go, over a restart too', async () => {
    const log = await db.createCollection<{ _id: number | string; n?: number }>('log', {
      capped: true,
      size: 100_000,
      max: 4,
    });
    const ids = async (sort?: 1 | -1): Promise<unknown[]> => {
      const found = sort === undefined ? log.find() : log.find().sort({ $natural: sort }).batchSize(2);
      return (await found.toArray()).map(({ _id }) => _id);
    };
    await log.insertMany(([5, 'b', 1] as const).map((_id) => ({ _id })));
    expect([await ids(), await ids(-1)]).toEqual([
      [5, 'b', 1],
      [1, 'b', 5],
    ]);
    await log.insertMany([3, 9, 2].map((_id) => ({ _id })));
    expect(await ids()).toEqual([1, 3, 9, 2]);
    await log.updateOne({ _id: 1 }, { $set: { n: 1 } });
    await log.deleteOne({ _id: 9 });
    await engine.restart();
    await log.insertMany([9, 0].map((_id) => ({ _id })));
    expect([await ids(), await ids(1)]).toEqual([
      [3, 2, 9, 0],
      [3, 2, 9, 0],
    ]);
    expect(await log.countDocuments()).toBe(4);
    expect(await log.countDocuments({ n: { $exists: false } })).toBe(4);
    expect((await log.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual([0, 2, 3, 9]);
    expect((await log.find({ _id: { $gt: 0 } }).toArray()).length).toBe(3);
    expect((await log.aggregate([{ $project: { _id: 1 } }]).toArray())[0]).toEqual({ _id: 3 });
    expect((await log.aggregate([{ $limit: 1 }, { $count: 'n' }]).toArray())[0]).toEqual({ n: 1 });
    const { queryPlanner, executionStats } = await log.find().explain('executionStats');
    expect(queryPlanner).toMatchObject({ winningPlan: { stage: 'COLLSCAN', direction: 'forward' } });
    expect(executionStats).toMatchObject({ nReturned: 4, totalKeysExamined: 0, totalDocsExamined: 4 });
    expect(await log.indexes()).toHaveLength(1);
    expect(await db.command({ validate: 'log' })).toMatchObject({ valid: true, nIndexes: 1 });
  });

  it('evicts within one command, also by size', async () => {
    const log = await db.createCollection<{ _id: number; text: string }>('log', { capped: true, size: 4096 });
    const text = 'x'.repeat(900);
    const order = [70, 10, 60, 20, 50, 30, 40, 0, 90];
    await log.insertMany(order.map((_id) => ({ _id, text })));
    expect((await log.find().toArray()).map(({ _id }) => _id)).toEqual([30, 40, 0, 90]);
    await log.rename('other');
    await db.collection<{ _id: number; text: string }>('other').insertOne({ _id: 5, text });
    expect((await db.collection('other').find().toArray()).map(({ _id }) => _id)).toEqual([40, 0, 90, 5]);
    expect((await db.command({ validate: 'other' }))['valid']).toBe(true);
  });

  it('takes no writes in transactions', async () => {
    const log = await db.createCollection<{ _id: number }>('log', { capped: true, size: 4096 });
    await engine.client.withSession(async (session) => {
      session.startTransaction();
      expect((await failure(log.insertOne({ _id: 1 }, { session }))).code).toBe(263);
    });
  });

  it.each<[Document, number]>([
    [{ capped: true }, 72],
    [{ size: 5 }, 72],
    [{ max: 5 }, 72],
    [{ capped: true, size: 0 }, 2],
  ])('is refused: %j', async (options, code) => {
    expect((await failure(db.command({ create: 'log', ...options }))).code).toBe(code);
  });

  it('is made once, with the same limits', async () => {
    await db.command({ create: 'log', capped: true, size: 4096 });
    await db.command({ create: 'log', capped: true, size: 4096 });
    expect((await failure(db.command({ create: 'log', capped: true, size: 8192 }))).code).toBe(48);
  });
});

describe('renameCollection', () => {
  it('gives another name, documents and indexes with it, also in another database and over a restart', async () => {
    const rows = db.collection<{ _id: number; n: number }>('rows');
    await rows.insertMany([1, 2].map((_id) => ({ _id, n: _id })));
    await rows.createIndex({ n: 1 });
    await rows.rename('others');
    const to = `${db.databaseName}2.rows`;
    await admin({ renameCollection: `${db.databaseName}.others`, to });
    await engine.restart();
    const moved = engine.client.db(`${db.databaseName}2`).collection('rows');
    expect(await moved.find({ n: 2 }).hint('n_1').toArray()).toEqual([{ _id: 2, n: 2 }]);
    expect(await db.listCollections().toArray()).toEqual([]);
  });

  it('takes the place of another one only with dropTarget', async () => {
    const [rows, others] = ['rows', 'others'].map((name) => db.collection<{ _id: string }>(name));
    await rows?.insertOne({ _id: 'kept' });
    await others?.insertOne({ _id: 'dropped' });
    expect((await failure(rows?.rename('others') as Promise<unknown>)).code).toBe(48);
    await rows?.rename('others', { dropTarget: true });
    expect(await others?.find().toArray()).toEqual([{ _id: 'kept' }]);
    expect(await rows?.find().toArray()).toEqual([]);
  });

  it('waits for transactions that have used it', async () => {
    const rows = db.collection<{ _id: number }>('rows');
    await rows.insertOne({ _id: 1 });
    await engine.client.withSession(async (session) => {
      session.startTransaction();
      await rows.insertOne({ _id: 2 }, { session });
      const rename = { renameCollection: rows.namespace, to: `${db.databaseName}.others` };
      expect((await failure(admin({ ...rename, maxTimeMS: 30 }))).code).toBe(50);
      await session.commitTransaction();
      await admin(rename);
    });
    expect(await db.collection('others').countDocuments()).toBe(2);
  });

  it.each<[string, string, number]>([
    ['none', 'other', 26],
    ['rows', 'rows', 20],
    ['rows', 'system.x', 73],
  ])('is refused: %s to %s', async (from, to, code) => {
    await db.collection('rows').insertOne({});
    const [source, target] = [from, to].map((name) => `${db.databaseName}.${name}`);
    expect((await failure(admin({ renameCollection: source, to: target }))).code).toBe(code);
  });
});

describe('sizes', () => {
  it('are those of the documents, in collStats, dbStats and listDatabases, over a restart too', async () => {
    const rows = db.collection<{ _id: number; text: string }>('rows');
    await rows.createIndex({ text: 1 });
    await rows.insertMany([1, 2, 3].map((_id) => ({ _id, text: 'abc' })));
    await rows.updateOne({ _id: 1 }, { $set: { text: 'abcdef' } });
    await rows.deleteOne({ _id: 3 });
    await engine.restart();
    const stats = await db.command({ collStats: 'rows' });
    const size =
      BSON.calculateObjectSize({ _id: 1, text: 'abcdef' }) +
      BSON.calculateObjectSize({ _id: 2, text: 'abc' });
    expect(stats).toMatchObject({ count: 2, nindexes: 2, capped: false });
    expect(stats['size']).toBe(size);
    expect(stats['indexSizes'].text_1).toBeGreaterThan(0);
    const dbStats = await db.command({ dbStats: 1 });
    expect(dbStats).toMatchObject({ collections: 1, objects: 2, dataSize: stats['size'], indexes: 2 });
    const { databases } = await admin({ listDatabases: 1, filter: { name: db.databaseName } });
    expect(databases).toMatchObject([{ sizeOnDisk: stats['totalSize'], empty: false }]);
    await rows.deleteMany({});
    expect(await db.command({ collStats: 'rows' })).toMatchObject({ count: 0, size: 0, totalIndexSize: 0 });
  });

  it('of a collection that does not exist are 0', async () => {
    expect(await db.command({ collStats: 'none' })).toMatchObject({ count: 0, size: 0, nindexes: 0 });
    expect((await failure(db.command({ collStats: 'none', scale: 0 }))).code).toBe(2);
  });
});

describe('what mongosh asks', () => {
  it.each([
    'replSetGetStatus',
    'replSetGetConfig',
    'getCmdLineOpts',
    'connectionStatus',
    'hostInfo',
    'currentOp',
  ])('%s is answered', async (name) => {
    expect((await admin({ [name]: 1 }))['ok']).toBe(1);
  });

  it('a set of one member, the primary', async () => {
    const { set, members } = await admin({ replSetGetStatus: 1 });
    expect([set, members[0].stateStr, members.length]).toEqual(['rs0', 'PRIMARY', 1]);
    const { config } = await admin({ replSetGetConfig: 1 });
    expect([config._id, config.members.length]).toEqual(['rs0', 1]);
  });

  it('atlasVersion is unknown here, as it is to MongoDB', async () => {
    expect((await failure(admin({ atlasVersion: 1 }))).code).toBe(59);
  });
});
