import { MongoClientBulkWriteError, ObjectId, type ClientBulkWriteModel } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';

let engine: TestEngine;
let ns: string;
let dbName: string;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(async () => {
  dbName = `bulk${new ObjectId().toHexString()}`;
  ns = `${dbName}.things`;
  await things().insertMany([
    { _id: 1, a: 1 },
    { _id: 2, a: 2 },
    { _id: 3, a: 3 },
  ]);
});

type Things = Record<string, { _id: number; a?: number; b?: number; small?: boolean }>;
type Models = ClientBulkWriteModel<Things>[];

const things = () => engine.client.db(dbName).collection<{ _id: number; a?: number }>('things');

describe('bulkWrite', () => {
  it('does all kinds of writes upon several collections', async () => {
    const models: Models = [
      { name: 'insertOne', namespace: ns, document: { _id: 4, a: 4 } },
      { name: 'updateOne', namespace: ns, filter: { _id: 1 }, update: { $inc: { a: 10 } } },
      { name: 'updateMany', namespace: ns, filter: { a: { $lt: 4 } }, update: { $set: { small: true } } },
      {
        name: 'replaceOne',
        namespace: `${dbName}.others`,
        filter: { _id: 9 },
        replacement: { b: 1 },
        upsert: true,
      },
      { name: 'deleteOne', namespace: ns, filter: { _id: 3 } },
      { name: 'deleteMany', namespace: ns, filter: { a: { $gte: 4 } } },
    ];
    const result = await engine.client.bulkWrite<Things>(models, { verboseResults: true });
    expect(result).toMatchObject({
      insertedCount: 1,
      upsertedCount: 1,
      matchedCount: 3,
      modifiedCount: 3,
      deletedCount: 3,
    });
    expect(result.updateResults?.get(3)).toMatchObject({ matchedCount: 1, modifiedCount: 0, upsertedId: 9 });
    expect(result.updateResults?.get(2)).toMatchObject({
      matchedCount: 2,
      modifiedCount: 2,
      didUpsert: false,
    });
    expect(result.deleteResults?.get(5)).toEqual({ deletedCount: 2 });
    expect(await things().find().toArray()).toEqual([{ _id: 2, a: 2, small: true }]);
  });

  it('stops at the first failure in order', async () => {
    const error: unknown = await engine.client
      .bulkWrite<Things>([
        { name: 'insertOne', namespace: ns, document: { _id: 5 } },
        { name: 'insertOne', namespace: ns, document: { _id: 1 } },
        { name: 'insertOne', namespace: ns, document: { _id: 6 } },
      ])
      .catch((reason: unknown) => reason);
    if (!(error instanceof MongoClientBulkWriteError)) throw new Error(`unexpected: ${String(error)}`);
    expect([...error.writeErrors.keys()]).toEqual([1]);
    expect(error.writeErrors.get(1)?.code).toBe(11000);
    expect(await things().countDocuments()).toBe(4);
  });

  it('goes on after a failure without order', async () => {
    const error: unknown = await engine.client
      .bulkWrite<Things>(
        [
          { name: 'insertOne', namespace: ns, document: { _id: 1 } },
          { name: 'updateOne', namespace: ns, filter: { _id: 2 }, update: { $set: { _id: 7 } } },
          { name: 'insertOne', namespace: ns, document: { _id: 6 } },
        ],
        { ordered: false },
      )
      .catch((reason: unknown) => reason);
    if (!(error instanceof MongoClientBulkWriteError)) throw new Error(`unexpected: ${String(error)}`);
    expect([...error.writeErrors].map(([index, { code }]) => [index, code])).toEqual([
      [0, 11000],
      [1, 66],
    ]);
    expect(await things().countDocuments()).toBe(4);
  });

  it('is a part of a transaction, all or nothing', async () => {
    const models: Models = [
      { name: 'updateOne', namespace: ns, filter: { _id: 1, a: 1 }, update: { $inc: { a: 1 } } },
      { name: 'insertOne', namespace: `${dbName}.log`, document: { _id: 1 } },
    ];
    await engine.client.withSession(async (session) => {
      session.startTransaction();
      const result = await engine.client.bulkWrite<Things>(models, { session, verboseResults: true });
      expect(result.updateResults?.get(0)?.matchedCount).toBe(1);
      expect(await things().findOne({ _id: 1 })).toEqual({ _id: 1, a: 1 });
      await session.abortTransaction();
      expect(await things().findOne({ _id: 1 })).toEqual({ _id: 1, a: 1 });
      session.startTransaction();
      await engine.client.bulkWrite<Things>(models, { session });
      await session.commitTransaction();
    });
    expect(await things().findOne({ _id: 1 })).toEqual({ _id: 1, a: 2 });
  });

  it('ends the transaction when a write in it fails', async () => {
    await engine.client.withSession(async (session) => {
      session.startTransaction();
      const writes: Models = [
        { name: 'insertOne', namespace: ns, document: { _id: 20 } },
        { name: 'insertOne', namespace: ns, document: { _id: 1 } },
      ];
      await expect(engine.client.bulkWrite<Things>(writes, { session })).rejects.toMatchObject({
        name: MongoClientBulkWriteError.name,
        writeErrors: new Map([[1, expect.objectContaining({ code: 11_000 })]]),
      });
      expect((await failure(session.commitTransaction())).code).toBe(251);
    });
    expect(await things().countDocuments({ _id: 20 })).toBe(0);
  });

  it('answers by operation, or errors only', async () => {
    const admin = engine.client.db('admin');
    const command = {
      bulkWrite: 1,
      ops: [
        { insert: 0, document: { _id: 8 } },
        { delete: 0, filter: { _id: 8 }, multi: false },
      ],
      nsInfo: [{ ns }],
    };
    const verbose = await admin.command({ ...command, errorsOnly: false });
    expect(verbose).toMatchObject({
      cursor: {
        ns: 'admin.$cmd.bulkWrite',
        firstBatch: [
          { ok: 1, idx: 0, n: 1 },
          { ok: 1, idx: 1, n: 1 },
        ],
      },
      nErrors: 0,
      nInserted: 1,
      nDeleted: 1,
      nMatched: 0,
      nModified: 0,
      nUpserted: 0,
    });
    const quiet = await admin.command({ ...command, errorsOnly: true });
    expect(quiet['cursor'].firstBatch).toEqual([]);
  });

  it.each<[string, object, number]>([
    ['no operations', { ops: [], nsInfo: [{ ns: 'a.b' }] }, 16],
    ['a bad namespace', { ops: [{ insert: 0, document: {} }], nsInfo: [{ ns: 'ab' }] }, 73],
    ['an unknown option', { ops: [{ insert: 0, document: {} }], nsInfo: [{ ns: 'a.b' }], extra: 1 }, 40415],
    [
      'an unknown field of an operation',
      { ops: [{ insert: 0, document: {}, extra: 1 }], nsInfo: [{ ns: 'a.b' }] },
      40415,
    ],
  ])('refuses %s', async (_name, command, code) => {
    expect((await failure(engine.client.db('admin').command({ bulkWrite: 1, ...command }))).code).toBe(code);
  });

  it('refuses another database than admin', async () => {
    const command = { bulkWrite: 1, ops: [{ insert: 0, document: {} }], nsInfo: [{ ns }] };
    expect((await failure(engine.client.db(dbName).command(command))).code).toBe(13);
  });
});
