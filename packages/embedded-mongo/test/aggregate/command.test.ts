import { ObjectId, type Db, type Document } from 'mongodb';
import { failure } from '../commands/failure.js';
import { startEngine, type TestEngine } from '../kit.js';
import type { Row } from './row.js';

let engine: TestEngine;
let db: Db;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(() => {
  db = engine.client.db(`command${new ObjectId().toHexString()}`);
});

describe('several collections', () => {
  const join = { $lookup: { from: 'b', localField: 'k', foreignField: 'k', as: 'b' } };

  beforeEach(async () => {
    await db.collection<Row>('a').insertMany(Array.from({ length: 400 }, (_, _id) => ({ _id, k: _id % 7 })));
    await db.collection<Row>('b').insertMany(Array.from({ length: 7 }, (_, _id) => ({ _id, k: _id })));
  });

  it('are read batch by batch', async () => {
    const rows = await db
      .collection('a')
      .aggregate([join, { $unwind: '$b' }], { batchSize: 9 })
      .toArray();
    expect(rows).toHaveLength(400);
    expect(rows.every(({ k, b }) => k === (b as Document)['k'])).toBe(true);
    const joined = await db
      .collection('a')
      .aggregate([{ $unionWith: 'b' }], { batchSize: 250 })
      .toArray();
    expect(joined).toHaveLength(407);
  });

  it('are read by index', async () => {
    await db.collection('b').createIndex({ k: 1 });
    const correlated = {
      $lookup: {
        from: 'b',
        let: { k: '$k' },
        pipeline: [{ $match: { $expr: { $eq: ['$k', '$$k'] } } }, { $project: { k: 1, _id: 0 } }],
        as: 'b',
      },
    };
    expect(
      await db
        .collection('a')
        .aggregate([{ $limit: 1 }, correlated])
        .toArray(),
    ).toEqual([{ _id: 0, k: 0, b: [{ k: 0 }] }]);
    expect(
      await db
        .collection('a')
        .aggregate([{ $match: { _id: 3 } }, join])
        .toArray(),
    ).toEqual([{ _id: 3, k: 3, b: [{ _id: 3, k: 3 }] }]);
  });

  it('show one picture in a transaction, with its own writes', async () => {
    const session = engine.client.startSession();
    session.startTransaction();
    await db.collection<Row>('b').insertOne({ _id: 'own', k: 3 }, { session });
    await db.collection<Row>('b').insertOne({ _id: 'other', k: 3 });
    const [row] = await db
      .collection('a')
      .aggregate([{ $match: { _id: 3 } }, join], { session })
      .toArray();
    const union = db
      .collection('a')
      .aggregate([{ $unionWith: 'b' }], { session })
      .toArray();
    expect((row as Document)['b']).toEqual([
      { _id: 3, k: 3 },
      { _id: 'own', k: 3 },
    ]);
    expect((await failure(union)).code).toBe(263);
    await session.endSession();
  });
});

describe('the first stage', () => {
  it.each<[string | 1, Document[], number]>([
    [1, [], 73],
    [1, [{ $match: {} }], 73],
    [1, [{ $collStats: {} }], 73],
    [1, [{ $currentOp: {} }], 73],
    [1, [{ $documents: 5 }], 5858203],
    [1, [{ $documents: [5] }], 40228],
    ['c', [{ $documents: [] }], 73],
    ['c', [{ $listLocalSessions: {} }], 73],
    ['c', [{ $collStats: { count: {} } }], 26],
    ['c', [{ $collStats: { latencyStats: {} } }], 115],
    ['c', [{ $collStats: 1 }], 5447000],
    ['c', [{ $match: {} }, { $collStats: {} }], 40602],
    ['c', [{ $out: 'x' }, { $match: {} }], 40601],
  ])('%j of %j is refused with code %i', async (target, pipeline, code) => {
    expect((await failure(db.command({ aggregate: target, pipeline, cursor: {} }))).code).toBe(code);
  });

  it('$documents brings documents, in batches', async () => {
    const documents = Array.from({ length: 10 }, (_, n) => ({ n }));
    const cursor = db.aggregate([{ $documents: documents }, { $match: { n: { $gt: 2 } } }], { batchSize: 2 });
    expect(await cursor.toArray()).toEqual(documents.slice(3));
  });

  it('$collStats counts and measures', async () => {
    await db.collection<Row>('c').insertMany([{ _id: 1 }, { _id: 2 }]);
    await db.collection('c').createIndex({ a: 1 });
    const stages = [{ $collStats: { count: {}, storageStats: {} } }];
    const [stats] = (await db.collection('c').aggregate(stages).toArray()) as [Document];
    expect(stats).toMatchObject({
      ns: `${db.databaseName}.c`,
      count: 2,
      storageStats: { count: 2, size: 28, avgObjSize: 14, nindexes: 2, capped: false },
    });
    expect(Object.keys((stats['storageStats'] as Document)['indexSizes'] as Document)).toEqual([
      '_id_',
      'a_1',
    ]);
  });

  it('$currentOp shows itself, $listLocalSessions the session', async () => {
    const [op] = (await engine.client
      .db('admin')
      .aggregate([{ $currentOp: {} }])
      .toArray()) as [Document];
    expect(op).toMatchObject({ active: true, ns: 'admin.$cmd', command: { aggregate: 1 } });
    const session = engine.client.startSession();
    const sessions = await db.aggregate([{ $listLocalSessions: {} }], { session }).toArray();
    expect(sessions.map((each) => String((each['_id'] as Document)['id']))).toContain(
      session.id?.id.toUUID().toString(),
    );
    await session.endSession();
  });
});

it('a result beyond 16 MB is refused', async () => {
  await db.collection('big').insertMany([1, 2, 3].map(() => ({ text: 'x'.repeat(6_000_000) })));
  const stages = [{ $group: { _id: null, all: { $push: '$text' } } }];
  expect((await failure(db.collection('big').aggregate(stages).toArray())).code).toBe(10334);
});
