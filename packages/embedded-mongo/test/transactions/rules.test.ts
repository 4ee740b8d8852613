import {
  MongoServerError,
  ReadConcern,
  Timestamp,
  type ClientSession,
  type Collection,
  type Db,
} from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from '../commands/failure.js';

let engine: TestEngine;
let db: Db;
let seen: Collection;
let changed: Collection;

beforeAll(async () => {
  engine = await startEngine();
  db = engine.client.db('rules');
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(async () => {
  await db.dropDatabase();
  seen = db.collection('seen');
  changed = db.collection('changed');
  await seen.insertOne({ a: 1 });
  await changed.insertOne({ a: 1 });
});

async function inTransaction<T>(run: (session: ClientSession) => Promise<T>): Promise<T> {
  const session = engine.client.startSession();
  try {
    session.startTransaction();
    return await run(session);
  } finally {
    if (session.inTransaction()) await session.abortTransaction();
    await session.endSession();
  }
}

describe('a collection that changed after the snapshot of a transaction', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['an index', () => changed.createIndex({ a: 1 })],
    ['a validator', () => db.command({ collMod: 'changed', validator: {} })],
    ['another one of the name', () => changed.drop().then(() => changed.insertOne({}))],
    ['a new name', () => seen.rename('other').then(() => changed.rename('seen'))],
  ])('cannot be used in it: %s', async (name, change) => {
    await inTransaction(async (session) => {
      await db.collection('third').findOne({}, { session });
      await change();
      const target = name === 'a new name' ? seen : changed;
      const error = await failure(target.findOne({}, { session }));
      expect(error.code).toBe(246);
      expect(error.hasErrorLabel('TransientTransactionError')).toBe(true);
    });
  });
});

describe('read and write concerns', () => {
  it('name themselves where one node cannot satisfy them, and the write stays', async () => {
    const insert = (_id: number, writeConcern: object): Promise<unknown> =>
      db.command({ insert: 'seen', documents: [{ _id }], writeConcern });
    const refused = await insert(1, { w: 2 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(MongoServerError);
    expect(refused).toMatchObject({ code: 100 });
    await expect(insert(2, { w: 'tag' })).rejects.toMatchObject({ code: 79 });
    await expect(insert(3, { w: -1 })).rejects.toMatchObject({ code: 9 });
    expect(await seen.countDocuments({ _id: { $in: [1, 2, 3] } as never })).toBe(2);
  });

  it('are refused in the middle of a transaction, and others than it can have', async () => {
    await inTransaction(async (session) => {
      await seen.findOne({}, { session });
      const insert = { insert: 'seen', documents: [{}], writeConcern: { w: 1 } };
      expect((await failure(db.command(insert, { session }))).code).toBe(72);
    });
    const session = engine.client.startSession();
    session.startTransaction({ readConcern: new ReadConcern('linearizable') });
    expect((await failure(seen.findOne({}, { session }))).code).toBe(72);
    await session.endSession();
  });

  it('are refused where there is nothing to read or write', async () => {
    const write = db.command({ find: 'seen', writeConcern: { w: 1 } });
    expect((await failure(write)).code).toBe(72);
    const read = db.command({ insert: 'seen', documents: [{}], readConcern: { level: 'majority' } });
    expect((await failure(read)).code).toBe(72);
  });

  it('of a time that has not come are refused', async () => {
    const afterClusterTime = new Timestamp({ t: 4_000_000_000, i: 1 });
    const find = db.command({ find: 'seen', readConcern: { afterClusterTime } });
    expect((await failure(find)).code).toBe(72);
  });
});

describe('operationTime', () => {
  const now = async (): Promise<Timestamp> => (await db.command({ ping: 1 }))['operationTime'] as Timestamp;

  it('grows with every write, and does not go back over a crash', async () => {
    const before = await now();
    await seen.insertOne({});
    const after = await now();
    expect(after.greaterThan(before)).toBe(true);
    await engine.kill9();
    await engine.restart();
    expect((await now()).greaterThanOrEqual(after)).toBe(true);
  });
});

describe('the Stable API', () => {
  it.each<[object, number]>([
    [{ ping: 1, apiVersion: '2' }, 322],
    [{ ping: 1, apiStrict: true }, 4886600],
    [{ serverStatus: 1, apiVersion: '1', apiStrict: true }, 323],
  ])('refuses %j with code %i', async (command, code) => {
    expect((await failure(db.command(command))).code).toBe(code);
  });

  it('takes what belongs to it', async () => {
    const command = { count: 'seen', apiVersion: '1', apiStrict: true, apiDeprecationErrors: true };
    expect(await db.command(command)).toMatchObject({ n: 1 });
    expect(await db.command({ serverStatus: 1, apiVersion: '1' })).toMatchObject({ ok: 1 });
  });
});
