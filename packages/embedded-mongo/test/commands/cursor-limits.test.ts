import { Long, ObjectId, type Collection, type Db, type Document } from 'mongodb';
import { failure } from './failure.js';
import { eventually, startLimited, type LimitedEngine } from './limited-engine.js';

interface Row {
  _id: number;
  n: number;
  text: string;
}

const KB = 1024;
const ROWS = 40;

let limited: LimitedEngine;
let db: Db;
let rows: Collection<Row>;

/** An engine with 40 documents of 10 kB. */
async function start(limits: Parameters<typeof startLimited>[0]): Promise<void> {
  limited = await startLimited(limits);
  db = limited.client.db(`limits${new ObjectId().toHexString()}`);
  rows = db.collection<Row>('rows');
  const text = 'x'.repeat(10 * KB);
  await rows.insertMany(Array.from({ length: ROWS }, (_, _id) => ({ _id, n: -_id, text })));
}

/** The bytes that are held, once what was ended has given its own back. */
const held = (): number => limited.engine.queryMemory.used;
const nothingHeld = (): Promise<true> => eventually(() => Promise.resolve(held() === 0 ? true : undefined));

async function open(command: Document): Promise<Document> {
  const reply = await db.command({ ...command, batchSize: 1 }, { promoteLongs: false });
  return reply['cursor'] as Document;
}

afterEach(async () => {
  await limited.stop();
  expect(limited.faults).toEqual([]);
});

describe('the number of cursors', () => {
  it('is bounded: one more is refused, and what needs none is answered', async () => {
    await start({ cursors: 3 });
    const opened = [];
    for (let i = 0; i < 3; i += 1) opened.push(await open({ find: 'rows' }));
    expect((await failure(open({ find: 'rows' }))).code).toBe(146);
    expect((await failure(db.command({ listCollections: 1, cursor: { batchSize: 0 } }))).code).toBe(146);
    expect(await rows.find().toArray()).toHaveLength(ROWS);
    const ids = opened.map(({ id }) => id as Long);
    await db.command({ killCursors: 'rows', cursors: ids.slice(0, 1) });
    expect((await open({ find: 'rows' }))['id']).not.toEqual(Long.ZERO);
  });

  it('does not keep a bulkWrite from its answer once it has written', async () => {
    await start({ cursors: 1 });
    const { id } = await open({ find: 'rows' });
    const write = (_id: number): Promise<Document> => {
      const ops = [0, 1].map((part) => ({ insert: 0, document: { _id: _id + part } }));
      const nsInfo = [{ ns: rows.namespace }];
      const command = { bulkWrite: 1, ops, nsInfo, cursor: { batchSize: 1 } };
      return limited.client.db('admin').command(command, { promoteLongs: false });
    };
    expect((await failure(write(100))).code).toBe(146);
    expect(await rows.countDocuments({ _id: { $gte: 100 } })).toBe(0);
    await db.command({ killCursors: 'rows', cursors: [id] });
    expect((await write(100))['nInserted']).toBe(2);
  });
});

describe('the memory that queries share', () => {
  it.each<[string, Document]>([
    ['a sort', { find: 'rows', sort: { n: 1 }, batchSize: 1 }],
    [
      'a $sort',
      { aggregate: 'rows', pipeline: [{ $set: { m: '$n' } }, { $sort: { m: 1 } }], cursor: { batchSize: 1 } },
    ],
    [
      'a $group',
      {
        aggregate: 'rows',
        pipeline: [{ $group: { _id: '$n', text: { $first: '$text' } } }],
        cursor: { batchSize: 1 },
      },
    ],
  ])(
    'is held by the cursor of %s until that is killed, and refused beyond the total',
    async (_name, command) => {
      await start({ queryMemoryBytes: 1000 * KB });
      const ask = (): Promise<Document> => db.command(command, { promoteLongs: false });
      const first = (await ask())['cursor'] as Document;
      expect(held()).toBeGreaterThan(400 * KB);
      await ask();
      const before = held();
      expect((await failure(ask())).code).toBe(146);
      await eventually(() => Promise.resolve(held() === before ? true : undefined));
      await db.command({ killCursors: 'rows', cursors: [first['id']] });
      await eventually(() => Promise.resolve(held() < before - 400 * KB ? true : undefined));
      await ask();
    },
  );

  it('is given back at the end of the results, by errors, and with a session', async () => {
    await start({});
    await rows.find().sort({ n: 1 }).batchSize(7).toArray();
    await rows.aggregate([{ $set: { m: 1 } }, { $sort: { n: 1 } }], { batchSize: 7 }).toArray();
    expect(await rows.aggregate([{ $sort: { n: 1 } }, { $limit: 30 }, { $count: 'c' }]).next()).toEqual({
      c: 30,
    });
    await failure(rows.aggregate([{ $sort: { n: 1 } }, { $set: { a: { $divide: [1, '$_id'] } } }]).toArray());
    await rows.find().sort({ n: 1 }).explain('executionStats');
    await nothingHeld();
    await limited.client.withSession(async (session) => {
      await rows.find({}, { session, batchSize: 1 }).sort({ n: 1 }).next();
      expect(held()).toBeGreaterThan(400 * KB);
      await db.command({ endSessions: [session.id] });
    });
    await nothingHeld();
  });

  it('takes no more for a $lookup that sorts for every document', async () => {
    await start({ queryMemoryBytes: 1000 * KB });
    const pipeline = [{ $set: { m: '$n' } }, { $sort: { m: 1 } }, { $project: { n: 1 } }];
    const found = await rows
      .aggregate([
        { $project: { n: 1 } },
        { $lookup: { from: 'rows', let: { n: '$n' }, pipeline, as: 'all' } },
      ])
      .toArray();
    expect(found.map(({ all }) => (all as unknown[]).length)).toEqual(Array(ROWS).fill(ROWS));
    await nothingHeld();
  });
});

describe('noCursorTimeout', () => {
  it('keeps a cursor that nobody uses, until its session ends', async () => {
    await start({ cursorIdleMs: 20 });
    await limited.client.withSession(async (session) => {
      const kept = rows.find({}, { session, noCursorTimeout: true, batchSize: 1 });
      await kept.next();
      await open({ find: 'rows' });
      await eventually(() => Promise.resolve(limited.engine.cursors.size === 1 ? true : undefined));
      expect(await kept.toArray()).toHaveLength(ROWS - 1);
      await rows.find({}, { session, noCursorTimeout: true, batchSize: 1 }).next();
      await db.command({ endSessions: [session.id] });
    });
    await eventually(() => Promise.resolve(limited.engine.cursors.size === 0 ? true : undefined));
  });
});
