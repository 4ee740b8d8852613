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
  db = engine.client.db(`output${new ObjectId().toHexString()}`);
});

async function all(name: string): Promise<Document[]> {
  return db.collection(name).find().sort({ _id: 1 }).toArray();
}

async function names(): Promise<string[]> {
  return (await db.listCollections().toArray()).map(({ name }) => name);
}

/** Runs a pipeline upon documents given. */
function given(documents: readonly Document[], ...stages: Document[]): Promise<Document[]> {
  return db.aggregate([{ $documents: documents }, ...stages]).toArray();
}

describe('$out', () => {
  it('makes a collection, or takes the place of what one has', async () => {
    expect(await given([{ _id: 1 }, { _id: 2 }], { $out: 'target' })).toEqual([]);
    expect(await all('target')).toEqual([{ _id: 1 }, { _id: 2 }]);
    await given([{ _id: 3 }], { $out: { db: db.databaseName, coll: 'target' } });
    expect(await all('target')).toEqual([{ _id: 3 }]);
    expect(await names()).toEqual(['target']);
  });

  it('keeps the indexes of its target, and heeds them', async () => {
    await db.collection('target').createIndex({ a: 1 }, { unique: true });
    await given([{ _id: 1, a: 1 }], { $out: 'target' });
    const twice = given([{ a: 2 }, { a: 2 }], { $out: 'target' });
    expect(await failure(twice)).toMatchObject({ code: 11000, keyPattern: { a: 1 }, keyValue: { a: 2 } });
    expect(await all('target')).toEqual([{ _id: 1, a: 1 }]);
    expect((await db.collection('target').indexes()).map(({ name }) => name)).toEqual(['_id_', 'a_1']);
    expect(await names()).toEqual(['target']);
    const plan = await db.collection('target').find({ a: 1 }).explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain('a_1');
  });

  it('reads its own target as it was', async () => {
    await db.collection<Row>('target').insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
    await db
      .collection('target')
      .aggregate([{ $match: { _id: { $gt: 1 } } }, { $out: 'target' }])
      .toArray();
    expect(await all('target')).toEqual([{ _id: 2 }, { _id: 3 }]);
  });

  it('waits for transactions that have used the target', async () => {
    await db.collection<Row>('target').insertOne({ _id: 1 });
    const session = engine.client.startSession();
    session.startTransaction();
    await db.collection<Row>('target').updateOne({}, { $set: { a: 1 } }, { session });
    const replaced = given([{ _id: 9 }], { $out: 'target' });
    await session.commitTransaction();
    await session.endSession();
    await replaced;
    expect(await all('target')).toEqual([{ _id: 9 }]);
  });

  it('survives a crash at once, and a restart', async () => {
    await given([{ _id: 1, name: 'kept' }], { $out: 'target' });
    await engine.kill9();
    await engine.restart();
    expect(await all('target')).toEqual([{ _id: 1, name: 'kept' }]);
    expect(await names()).toEqual(['target']);
  });
});

describe('$merge', () => {
  it.each<[string | Document[], Document[]]>([
    [
      'replace',
      [
        { _id: 1, b: 2 },
        { _id: 2, b: 3 },
      ],
    ],
    [
      'keepExisting',
      [
        { _id: 1, a: 1 },
        { _id: 2, b: 3 },
      ],
    ],
    [
      'merge',
      [
        { _id: 1, a: 1, b: 2 },
        { _id: 2, b: 3 },
      ],
    ],
    [
      [{ $set: { sum: { $add: ['$a', '$$new.b'] } } }],
      [
        { _id: 1, a: 1, sum: 3 },
        { _id: 2, b: 3 },
      ],
    ],
    [
      [{ $replaceWith: '$$new' }],
      [
        { _id: 1, b: 2 },
        { _id: 2, b: 3 },
      ],
    ],
  ])('whenMatched %j', async (whenMatched, expected) => {
    await db.collection<Row>('target').insertOne({ _id: 1, a: 1 });
    await given(
      [
        { _id: 1, b: 2 },
        { _id: 2, b: 3 },
      ],
      { $merge: { into: 'target', whenMatched } },
    );
    expect(await all('target')).toEqual(expected);
  });

  it('whenMatched fail names the key', async () => {
    await db.collection<Row>('target').insertOne({ _id: 1 });
    const failed = given([{ _id: 0 }, { _id: 1 }], { $merge: { into: 'target', whenMatched: 'fail' } });
    expect(await failure(failed)).toMatchObject({
      code: 11000,
      keyPattern: { _id: 1 },
      keyValue: { _id: 1 },
    });
    expect(await all('target')).toEqual([{ _id: 0 }, { _id: 1 }]);
  });

  it('whenNotMatched discard and fail insert nothing', async () => {
    await given([{ _id: 1 }], { $merge: { into: 'target', whenNotMatched: 'discard' } });
    const failed = given([{ _id: 1 }], { $merge: { into: 'target', whenNotMatched: 'fail' } });
    expect((await failure(failed)).code).toBe(13113);
    expect(await all('target')).toEqual([]);
  });

  it('joins on the fields of a unique index', async () => {
    const on = ['b', 'a.x'];
    const merge = { $merge: { into: 'target', on } };
    expect((await failure(given([{ a: { x: 1 }, b: 1 }], merge))).code).toBe(51183);
    await db.collection('target').createIndex({ 'a.x': 1, b: 1 }, { unique: true });
    await db.collection<Row>('target').insertOne({ _id: 1, a: { x: 1 }, b: 1 });
    await given([{ a: { x: 1 }, b: 1, c: 5 }], merge);
    expect(await all('target')).toEqual([{ _id: 1, a: { x: 1 }, b: 1, c: 5 }]);
    expect((await failure(given([{ a: 5, b: 1 }], merge))).code).toBe(51132);
    expect((await failure(given([{ _id: 2, a: { x: 1 }, b: 1 }], merge))).code).toBe(66);
  });

  it('binds variables to each result', async () => {
    await db.collection<Row>('target').insertMany([
      { _id: 1, n: 1 },
      { _id: 2, n: 2 },
    ]);
    const whenMatched = [{ $set: { n: { $multiply: ['$n', '$$by'] } } }];
    await given(
      [
        { _id: 1, f: 10 },
        { _id: 2, f: 100 },
      ],
      {
        $merge: { into: 'target', let: { by: '$f' }, whenMatched },
      },
    );
    expect(await all('target')).toEqual([
      { _id: 1, n: 10 },
      { _id: 2, n: 200 },
    ]);
  });

  it('does not meet what it has put into its own source', async () => {
    await db.collection<Row>('target').insertMany(Array.from({ length: 300 }, (_, _id) => ({ _id })));
    const stages = [{ $project: { _id: { $add: ['$_id', 1000] } } }, { $merge: 'target' }];
    await db.collection('target').aggregate(stages).toArray();
    expect(await db.collection('target').countDocuments()).toBe(600);
  });
});

describe('writing pipelines', () => {
  it.each([{ $out: 'target' }, { $merge: 'target' }])('%j is refused in a transaction', async (stage) => {
    const session = engine.client.startSession();
    const { code } = await failure(
      session.withTransaction(() => db.collection('a').aggregate([stage], { session }).toArray()),
    );
    await session.endSession();
    expect(code).toBe(263);
  });

  it.each([{ $out: 'system.x' }, { $merge: { into: { db: 'local', coll: 'x' } } }, { $out: 'a$b' }])(
    '%j is refused',
    async (stage) => {
      expect([13, 73]).toContain((await failure(given([], stage))).code);
    },
  );

  it('is acknowledged with what the write concern lacks', async () => {
    const failed = db.aggregate([{ $documents: [{ _id: 1 }] }, { $out: 'target' }], {
      writeConcern: { w: 2 },
    });
    expect((await failure(failed.toArray())).code).toBe(100);
    expect(await all('target')).toEqual([{ _id: 1 }]);
  });
});
