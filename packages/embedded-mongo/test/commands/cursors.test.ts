import { Long, ObjectId, type Collection, type Db, type Document } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';

let engine: TestEngine;
let db: Db;
let rows: Collection<{ _id: number; n: number }>;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(async () => {
  db = engine.client.db(`cursors${new ObjectId().toHexString()}`);
  rows = db.collection('rows');
  await rows.insertMany(Array.from({ length: 300 }, (_, i) => ({ _id: i, n: i % 10 })));
});

/** The reply's cursor, its id as a Long. */
async function open(command: Document, options: Document = {}): Promise<Document> {
  const reply = await db.command(command, { promoteLongs: false, ...options });
  return reply['cursor'] as Document;
}

const next = (id: unknown, options: Document = {}): Promise<Document> =>
  open({ getMore: id, collection: 'rows', batchSize: 50 }, options);

describe('a cursor', () => {
  it('goes on behind the last document while others write', async () => {
    const found: number[] = [];
    for await (const { _id } of rows.find().batchSize(20)) {
      found.push(_id);
      if (_id < 200 && _id % 20 === 5) {
        await rows.deleteOne({ _id: _id + 30 });
        await rows.insertOne({ _id: _id + 1000, n: 1 });
      }
    }
    const left = (await rows.find().toArray()).map(({ _id }) => _id);
    expect(new Set(found).size).toBe(found.length);
    expect(found.filter((id) => !left.includes(id))).toEqual([]);
    expect(left.filter((id) => !found.includes(id))).toEqual([]);
  });

  it('holds a sort that no index gives, over several batches', async () => {
    const found = await rows.find().sort({ n: -1, _id: 1 }).skip(3).limit(150).batchSize(40).toArray();
    const wanted = Array.from({ length: 300 }, (_, i) => i).sort((x, y) => (y % 10) - (x % 10) || x - y);
    expect(found.map(({ _id }) => _id)).toEqual(wanted.slice(3, 153));
  });

  it('follows an index backwards over several batches', async () => {
    await rows.createIndex({ n: 1, _id: 1 });
    const found = await rows
      .find({ n: { $in: [3, 5] } })
      .sort({ n: -1, _id: -1 })
      .batchSize(7)
      .toArray();
    const wanted = Array.from({ length: 300 }, (_, i) => 299 - i).filter((i) => i % 10 === 5 || i % 10 === 3);
    expect(found.map(({ _id }) => _id)).toEqual(wanted.sort((x, y) => (y % 10) - (x % 10)));
  });

  it('ends by itself, and then is not found', async () => {
    const { id } = await open({ find: 'rows', batchSize: 250 });
    const last = await next(id);
    expect(last['nextBatch']).toHaveLength(50);
    expect((await next(last['id']))['id']).toEqual(Long.ZERO);
    expect((await failure(next(id))).code).toBe(43);
  });

  it('ends at its limit', async () => {
    const { id, firstBatch } = await open({ find: 'rows', batchSize: 20, limit: 20 });
    expect([id, firstBatch.length]).toEqual([Long.ZERO, 20]);
  });

  it('belongs to its namespace', async () => {
    const { id } = await open({ find: 'rows', batchSize: 1 });
    expect((await failure(db.command({ getMore: id, collection: 'others' }))).code).toBe(13);
    const reply = await db.command({ killCursors: 'others', cursors: [id] }, { promoteLongs: false });
    expect(reply).toMatchObject({ cursorsKilled: [], cursorsNotFound: [id] });
    expect((await next(id))['nextBatch']).toHaveLength(50);
  });

  it('belongs to its session', async () => {
    await engine.client.withSession(async (session) => {
      const { id } = await open({ find: 'rows', batchSize: 1 }, { session });
      expect((await failure(next(id))).code).toBe(50738);
      expect((await next(id, { session }))['nextBatch']).toHaveLength(50);
    });
  });

  it('can be killed', async () => {
    const { id } = await open({ find: 'rows', batchSize: 1 });
    const reply = await db.command({ killCursors: 'rows', cursors: [id] }, { promoteLongs: false });
    expect(reply).toMatchObject({ cursorsKilled: [id], cursorsNotFound: [] });
    expect((await failure(next(id))).code).toBe(43);
  });

  it('of a dropped collection ends with an error', async () => {
    const { id } = await open({ find: 'rows', batchSize: 1 });
    await rows.drop();
    expect((await failure(next(id))).code).toBe(175);
  });

  it('of a dropped index ends with an error', async () => {
    await rows.createIndex({ n: 1 });
    const { id } = await open({ find: 'rows', filter: { n: 3 }, batchSize: 1 });
    await rows.dropIndex('n_1');
    expect((await failure(next(id))).code).toBe(175);
  });

  it('of a transaction reads its snapshot and its own writes, and ends with it', async () => {
    await engine.client.withSession(async (session) => {
      session.startTransaction();
      const cursor = await open(
        { find: 'rows', filter: { n: 9 }, sort: { _id: 1 }, batchSize: 2 },
        { session },
      );
      await rows.insertOne({ _id: 5000, n: 9 });
      await rows.insertOne({ _id: 6000, n: 9 }, { session });
      const rest = await next(cursor['id'], { session });
      const ids = (rest['nextBatch'] as { _id: number }[]).map(({ _id }) => _id);
      expect([ids.includes(5000), ids.includes(6000)]).toEqual([false, true]);
      const other = await open({ find: 'rows', batchSize: 2 }, { session });
      await session.commitTransaction();
      expect((await failure(next(other['id'], { session }))).code).toBe(43);
    });
  });

  it('keeps a reply within the size that clients take', async () => {
    const wide = db.collection<{ _id: number; text: string }>('wide');
    const text = 'x'.repeat(3_000_000);
    for (let i = 0; i < 7; i += 1) await wide.insertOne({ _id: i, text });
    const { firstBatch } = await open({ find: 'wide' });
    expect(firstBatch).toHaveLength(5);
    expect((await wide.find().toArray()).length).toBe(7);
  });
});

describe('a sort without an index', () => {
  it('is refused beyond 100 MB, and is not with a limit', async () => {
    const wide = db.collection<{ _id: number; text: string }>('wide');
    const text = 'y'.repeat(10_000_000);
    for (let i = 0; i < 11; i += 1) await wide.insertOne({ _id: i, text });
    const sorted = wide.find({}, { projection: { _id: 1 } }).sort({ text: -1, _id: -1 });
    expect((await failure(sorted.clone().toArray())).code).toBe(292);
    const first = await sorted.clone().skip(1).limit(2).toArray();
    expect(first.map(({ _id }) => _id)).toEqual([9, 8]);
  });
});
