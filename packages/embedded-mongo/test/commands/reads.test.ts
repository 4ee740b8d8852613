import { Decimal128, Double, Int32, Long, type Collection, type Db } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';
import { freshThings, idsOf, type Thing } from './things.js';

let engine: TestEngine;
let db: Db;
let things: Collection<Thing>;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(async () => {
  ({ db, things } = await freshThings(engine));
});

describe('find', () => {
  it('filters, sorts, skips and limits', async () => {
    expect(await idsOf(things.find({ b: 'x' }).toArray())).toEqual([1, 3]);
    expect(await idsOf(things.find().sort({ a: -1 }).toArray())).toEqual([1, 3, 2, 4]);
    expect(await idsOf(things.find().sort({ a: 1 }).skip(1).limit(2).toArray())).toEqual([2, 3]);
    expect(await idsOf(things.find({ tags: 'blue' }).toArray())).toEqual([1, 3]);
  });

  it('projects', async () => {
    expect(await things.findOne({ _id: 1 }, { projection: { a: 1, _id: 0 } })).toEqual({ a: 3 });
    expect(await things.findOne({ _id: 2 }, { projection: { a: 0 } })).toEqual({ _id: 2, b: 'y' });
    expect(await things.findOne({ _id: 1 }, { projection: { tags: { $slice: 1 } } })).toMatchObject({
      tags: ['red'],
    });
  });

  it('sends what is stored, type for type', async () => {
    const stored = {
      _id: 9,
      i: new Int32(5),
      d: new Double(5),
      l: Long.fromNumber(5),
      m: Decimal128.fromString('5.0'),
    };
    const typed = db.collection<{ _id: number }>('typed', { promoteValues: false });
    await typed.insertOne(stored);
    expect(await typed.findOne({ _id: 9 })).toEqual({ ...stored, _id: new Int32(9) });
  });

  it('sees variables in $expr', async () => {
    const cursor = things.find({ $expr: { $eq: ['$a', '$$wanted'] } }, { let: { wanted: 2 } });
    expect(await idsOf(cursor.toArray())).toEqual([3]);
  });

  it('takes a limit of -1 and singleBatch for one batch, and a batchSize of 0', async () => {
    expect(await things.find().limit(-2).toArray()).toHaveLength(2);
    const raw = { promoteLongs: false };
    const reply = await db.command({ find: 'things', batchSize: 2, singleBatch: true }, raw);
    expect(reply['cursor']).toMatchObject({ id: Long.ZERO, firstBatch: [{ _id: 1 }, { _id: 2 }] });
    const empty = await db.command({ find: 'things', batchSize: 0 }, raw);
    expect(empty['cursor'].firstBatch).toEqual([]);
    const next = await db.command({ getMore: empty['cursor'].id, collection: 'things' });
    expect(next['cursor'].nextBatch).toHaveLength(4);
  });

  it('finds nothing where there is no collection', async () => {
    expect(await db.collection('none').find().toArray()).toEqual([]);
    expect(await db.collection('none').countDocuments()).toBe(0);
    expect(await db.collection('none').distinct('a')).toEqual([]);
  });
});

describe('count and distinct', () => {
  it('count by filter, skip and limit', async () => {
    expect(await things.countDocuments({ b: 'x' })).toBe(2);
    expect(await things.countDocuments({}, { skip: 1, limit: 2 })).toBe(2);
    expect(await things.estimatedDocumentCount()).toBe(4);
    expect(await db.command({ count: 'things', query: { a: { $gt: 1 } }, skip: 1 })).toMatchObject({ n: 1 });
  });

  it('distinct looks into arrays', async () => {
    expect(await things.distinct('tags')).toEqual(['blue', 'red']);
    expect(await things.distinct('b', { a: { $gt: 1 } })).toEqual(['x']);
  });
});

describe('namespaces', () => {
  it.each<[string, string, number]>([
    ['an empty name', '', 73],
    ['a dollar', 'a$b', 73],
    ['a leading dot', '.a', 73],
    ["the server's own", 'system.users', 73],
  ])('refuses %s', async (_name, name, code) => {
    expect((await failure(db.command({ insert: name, documents: [{}] }))).code).toBe(code);
  });

  it('refuses a collection that is no text', async () => {
    expect((await failure(db.command({ find: 5 }))).code).toBe(73);
  });
});

describe('options', () => {
  it.each<[object, number]>([
    [{ find: 'things', nonsense: 1 }, 40415],
    [{ find: 'things', filter: 5 }, 14],
    [{ find: 'things', limit: -1 }, 51024],
    [{ find: 'things', tailable: true }, 115],
    [{ find: 'things', collation: { locale: 'fr', strength: 4 } }, 115],
    [{ find: 'things', hint: 'nothing' }, 2],
    [{ find: 'things', filter: { a: { $nonsense: 1 } } }, 2],
    [{ find: 'things', sort: { a: 2 } }, 15975],
    [{ aggregate: 'things', pipeline: [{ $nonsense: {} }], cursor: {} }, 40324],
    [{ aggregate: 'things', pipeline: [] }, 9],
    [{ aggregate: 1, pipeline: [{ $match: {} }], cursor: {} }, 73],
    [{ aggregate: 'things', cursor: {} }, 40414],
    [{ update: 'things', updates: [{ q: {}, u: { $set: { a: 1 } }, extra: 1 }] }, 40415],
  ])('refuses %j', async (command, code) => {
    expect((await failure(db.command(command))).code).toBe(code);
  });
});

describe('aggregate', () => {
  it('runs a pipeline over several batches', async () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ _id: 1000 + i, a: i }));
    await things.insertMany(many);
    const pipeline = [{ $match: { _id: { $gte: 1000 } } }, { $set: { double: { $add: ['$a', '$a'] } } }];
    const found = await things.aggregate<{ double: number }>(pipeline, { batchSize: 7 }).toArray();
    expect(found.map(({ double }) => double)).toEqual(many.map(({ a }) => 2 * a));
  });

  it('groups', async () => {
    const found = await things
      .aggregate([{ $group: { _id: '$b', n: { $sum: 1 } } }, { $sort: { _id: 1 } }])
      .toArray();
    expect(found).toEqual([
      { _id: 'x', n: 2 },
      { _id: 'y', n: 1 },
      { _id: 'z', n: 1 },
    ]);
  });

  it('counts nothing as no row', async () => {
    expect(
      await things.aggregate([{ $match: { a: 99 } }, { $group: { _id: 1, n: { $sum: 1 } } }]).toArray(),
    ).toEqual([]);
  });
});
