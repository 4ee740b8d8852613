import { ObjectId, type Collection, type Db } from 'mongodb';
import { failure } from './failure.js';
import { eventually, startLimited, type LimitedEngine } from './limited-engine.js';

interface Row {
  _id: number;
  at?: unknown;
  done?: boolean;
}

let limited: LimitedEngine | undefined;

async function start(limits: Parameters<typeof startLimited>[0]): Promise<{ db: Db; rows: Collection<Row> }> {
  limited = await startLimited(limits);
  const db = limited.client.db(`expiry${new ObjectId().toHexString()}`);
  return { db, rows: db.collection('rows') };
}

afterEach(async () => {
  const ended = limited;
  await ended?.stop();
  limited = undefined;
  expect(ended?.faults).toEqual([]);
});

const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);

describe('an index with expireAfterSeconds', () => {
  it('lets documents go whose date has passed, with their entries, and no others', async () => {
    const { rows } = await start({ ttlEveryMs: 30 });
    await rows.createIndex({ at: -1 }, { expireAfterSeconds: 3600 });
    await rows.createIndex({ done: 1 });
    await rows.insertMany([
      { _id: 1, at: ago(7200), done: true },
      { _id: 2, at: ago(60), done: true },
      { _id: 3, at: 'never', done: true },
      { _id: 4, done: true },
      { _id: 5, at: [ago(10), ago(7200)], done: true },
      { _id: 6, at: 5, done: true },
    ]);
    await eventually(async () => ((await rows.countDocuments({})) === 4 ? true : undefined));
    const left = await rows.find({ done: true }).hint({ done: 1 }).toArray();
    expect(left.map(({ _id }) => _id).sort()).toEqual([2, 3, 4, 6]);
    const dated = rows.find({ at: { $gte: new Date(0) } }).hint('at_-1');
    expect((await dated.toArray()).map(({ _id }) => _id)).toEqual([2]);
    expect((await rows.indexes()).find(({ name }) => name === 'at_-1')?.['expireAfterSeconds']).toBe(3600);
  });

  it('heeds a partial index', async () => {
    const { rows } = await start({ ttlEveryMs: 30 });
    await rows.createIndex({ at: 1 }, { expireAfterSeconds: 0, partialFilterExpression: { done: true } });
    await rows.insertMany([
      { _id: 1, at: ago(1), done: true },
      { _id: 2, at: ago(1), done: false },
    ]);
    await eventually(async () => ((await rows.countDocuments({})) === 1 ? true : undefined));
    expect((await rows.findOne())?._id).toBe(2);
  });

  it('is refused where it cannot be', async () => {
    const { rows } = await start({});
    const refused = async (key: Record<string, 1>, expireAfterSeconds: number): Promise<unknown> =>
      (await failure(rows.createIndex(key, { expireAfterSeconds }))).code;
    expect(await refused({ a: 1, b: 1 }, 5)).toBe(67);
    expect(await refused({ _id: 1 }, 5)).toBe(197);
    expect(await refused({ a: 1 }, -5)).toBe(67);
    await rows.createIndex({ a: 1 }, { expireAfterSeconds: 5 });
    expect(await refused({ a: 1 }, 6)).toBe(85);
  });
});

describe('what nobody uses', () => {
  it('a cursor is closed', async () => {
    const { db, rows } = await start({ cursorIdleMs: 50 });
    await rows.insertMany(Array.from({ length: 10 }, (_, _id) => ({ _id })));
    const { cursor } = await db.command({ find: 'rows', batchSize: 1 }, { promoteLongs: false });
    await eventually(() => Promise.resolve(limited?.engine.cursors.size === 0 ? true : undefined));
    expect((await failure(db.command({ getMore: cursor.id, collection: 'rows' }))).code).toBe(43);
  });

  it('a session is forgotten, with its cursors', async () => {
    const { rows } = await start({ sessionIdleMs: 60, sweepMs: 10 });
    await rows.insertMany(Array.from({ length: 10 }, (_, _id) => ({ _id })));
    const session = limited?.client.startSession();
    if (session === undefined) throw new Error('there is no engine');
    const cursor = rows.find({}, { session, batchSize: 1 });
    await cursor.next();
    await eventually(() => Promise.resolve(limited?.engine.sessions.list().length === 0 ? true : undefined));
    expect(limited?.engine.cursors.size).toBe(0);
    await session.endSession();
  });

  it('a transaction is ended, and its locks are free', async () => {
    // Longer than anything between a transaction's beginning and its first answer.
    const { rows } = await start({ transactionLifetimeMs: 1_500, sweepMs: 10 });
    await rows.insertOne({ _id: 1 });
    await limited?.client.withSession(async (session) => {
      session.startTransaction();
      await rows.updateOne({ _id: 1 }, { $set: { done: true } }, { session });
      expect((await rows.updateOne({ _id: 1 }, { $set: { done: false } })).modifiedCount).toBe(1);
      expect((await failure(session.commitTransaction())).code).toBe(251);
    });
  });
});

describe('a transaction whose snapshot keeps too much from reuse', () => {
  it('is ended, and the driver told to run it again', async () => {
    const { db, rows } = await start({ snapshotBytes: 1024 * 1024, sweepMs: 10 });
    await rows.insertOne({ _id: 1 });
    await limited?.client.withSession(async (session) => {
      session.startTransaction();
      await rows.findOne({ _id: 1 }, { session });
      const wide = db.collection<{ _id: number; text: string }>('wide');
      let error: Awaited<ReturnType<typeof failure>> | undefined;
      for (let i = 0; error === undefined; i += 1) {
        await wide.replaceOne({ _id: 1 }, { text: String(i % 10).repeat(200_000) }, { upsert: true });
        error = await failure(rows.findOne({ _id: 1 }, { session })).catch(() => undefined);
      }
      expect(error.code).toBe(239);
      expect(error.hasErrorLabel('TransientTransactionError')).toBe(true);
    });
  });

  it('is not ended by data that grows', async () => {
    const { db, rows } = await start({ snapshotBytes: 1024 * 1024, sweepMs: 5 });
    await rows.insertOne({ _id: 1 });
    await limited?.client.withSession(async (session) => {
      session.startTransaction();
      await rows.findOne({ _id: 1 }, { session });
      const text = 'x'.repeat(100_000);
      for (let _id = 0; _id < 40; _id += 1)
        await db.collection<{ _id: number; text: string }>('wide').insertOne({ _id, text });
      expect((await rows.findOne({ _id: 1 }, { session }))?._id).toBe(1);
      await session.commitTransaction();
    });
  });
});
