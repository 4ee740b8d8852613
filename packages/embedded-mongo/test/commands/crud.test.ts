import { Decimal128, Double, Int32, Long, ObjectId, type Collection, type Db } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';

interface Thing {
  _id: number;
  a?: number;
  b?: string;
  tags?: string[];
}

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
  db = engine.client.db(`crud${new ObjectId().toHexString()}`);
  things = db.collection('things');
  await things.insertMany([
    { _id: 1, a: 3, b: 'x', tags: ['red', 'blue'] },
    { _id: 2, a: 1, b: 'y' },
    { _id: 3, a: 2, b: 'x', tags: ['blue'] },
    { _id: 4, b: 'z' },
  ]);
});

const idsOf = async (found: Promise<readonly Thing[]>): Promise<unknown[]> =>
  (await found).map(({ _id }) => _id);

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

describe('insert', () => {
  it('makes an _id where there is none, and puts it first', async () => {
    await db.command({ insert: 'things', documents: [{ z: 1 }, { z: 2, _id: 77 }] });
    const [made] = await db.collection('things').find({ z: 1 }).toArray();
    expect(made?._id).toBeInstanceOf(ObjectId);
    expect(Object.keys((await db.collection('things').findOne({ z: 2 })) ?? {})).toEqual(['_id', 'z']);
  });

  it('stops at the first failure in order, and goes on without', async () => {
    const documents = [{ _id: 5 }, { _id: 1 }, { _id: 6 }];
    const ordered = await db.command({ insert: 'things', documents });
    expect(ordered).toMatchObject({
      n: 1,
      writeErrors: [{ index: 1, code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 1 } }],
    });
    const unordered = await db.command({ insert: 'things', documents, ordered: false });
    expect(unordered).toMatchObject({ n: 1, writeErrors: [{ index: 0 }, { index: 1 }] });
  });

  it.each<[string, object, number]>([
    ['an _id that is an array', { _id: [1] }, 53],
    ['an _id with operators', { _id: { $a: 1 } }, 52],
  ])('refuses %s', async (_name, document, code) => {
    expect(await db.command({ insert: 'things', documents: [document] })).toMatchObject({
      n: 0,
      writeErrors: [{ code }],
    });
  });

  it('refuses empty and oversized batches', async () => {
    expect((await failure(db.command({ insert: 'things', documents: [] }))).code).toBe(16);
    const many = Array.from({ length: 100_001 }, () => ({}));
    expect((await failure(db.command({ insert: 'things', documents: many }))).code).toBe(16);
  });
});

describe('update', () => {
  it('counts what it matched and what it changed', async () => {
    expect(await things.updateOne({ _id: 1 }, { $set: { a: 3 } })).toMatchObject({
      matchedCount: 1,
      modifiedCount: 0,
    });
    expect(await things.updateMany({ b: 'x' }, { $inc: { a: 1 } })).toMatchObject({
      matchedCount: 2,
      modifiedCount: 2,
    });
    expect(await things.replaceOne({ _id: 2 }, { b: 'new' })).toMatchObject({
      matchedCount: 1,
      modifiedCount: 1,
    });
    expect(await things.findOne({ _id: 2 })).toEqual({ _id: 2, b: 'new' });
  });

  it('inserts where an upsert finds nothing', async () => {
    const made = await things.updateOne(
      { _id: 8, b: 'q' },
      { $set: { a: 1 }, $setOnInsert: { tags: [] } },
      { upsert: true },
    );
    expect(made).toMatchObject({ matchedCount: 0, upsertedCount: 1, upsertedId: 8 });
    expect(await things.findOne({ _id: 8 })).toEqual({ _id: 8, b: 'q', a: 1, tags: [] });
    const other = await things.updateMany({ a: 99 }, { $set: { b: 'r' } }, { upsert: true });
    expect(other.upsertedId).toBeInstanceOf(ObjectId);
    expect(
      await db.collection('fresh').updateOne({ k: 1 }, { $set: { v: 1 } }, { upsert: true }),
    ).toMatchObject({ upsertedCount: 1 });
  });

  it('meets each document once, though its place in the index moves', async () => {
    await things.createIndex({ a: 1 });
    await things.updateMany({ a: { $gte: 1 } }, { $inc: { a: 10 } }, { hint: 'a_1' });
    expect(await things.distinct('a')).toEqual([11, 12, 13]);
  });

  it('takes the first by a sort', async () => {
    await things.updateOne({}, { $set: { b: 'top' } }, { sort: { a: -1 } });
    expect(await idsOf(things.find({ b: 'top' }).toArray())).toEqual([1]);
  });

  it.each<[string, object, number]>([
    ['an unknown modifier', { q: {}, u: { $nonsense: { a: 1 } } }, 9],
    ['an unknown query operator', { q: { a: { $nonsense: 1 } }, u: { $set: { a: 1 } } }, 2],
    ['a change of _id', { q: { _id: 1 }, u: { $set: { _id: 2 } } }, 66],
    ['a replacement of many', { q: {}, u: { a: 1 }, multi: true }, 9],
    ['array filters', { q: {}, u: { $set: { a: 1 } }, arrayFilters: [{ x: 1 }] }, 115],
    ['a collation', { q: {}, u: { $set: { a: 1 } }, collation: { locale: 'de' } }, 115],
    ['a pipeline', { q: {}, u: [{ $set: { a: 1 } }] }, 9],
    ['a sort of many', { q: {}, u: { $set: { a: 1 } }, multi: true, sort: { a: 1 } }, 9],
    ['a hint on nothing', { q: {}, u: { $set: { a: 1 } }, hint: 'nothing' }, 2],
  ])('refuses %s', async (_name, statement, code) => {
    const reply = await db.command({ update: 'things', updates: [statement] });
    expect(reply).toMatchObject({ n: 0, nModified: 0, writeErrors: [{ index: 0, code }] });
  });
});

describe('delete', () => {
  it('removes one or all', async () => {
    expect(await things.deleteOne({ b: 'x' })).toMatchObject({ deletedCount: 1 });
    expect(await things.deleteMany({})).toMatchObject({ deletedCount: 3 });
    expect(await things.countDocuments()).toBe(0);
  });

  it('refuses other limits', async () => {
    const reply = await db.command({ delete: 'things', deletes: [{ q: {}, limit: 2 }] });
    expect(reply).toMatchObject({ n: 0, writeErrors: [{ code: 9 }] });
  });
});

describe('findAndModify', () => {
  it('answers the document before or after', async () => {
    expect(await things.findOneAndUpdate({ _id: 1 }, { $inc: { a: 1 } })).toMatchObject({ a: 3 });
    expect(
      await things.findOneAndUpdate({ _id: 1 }, { $inc: { a: 1 } }, { returnDocument: 'after' }),
    ).toMatchObject({ a: 5 });
    expect(
      await things.findOneAndReplace({ b: 'x' }, { b: 'w' }, { sort: { _id: -1 }, projection: { b: 1 } }),
    ).toEqual({ _id: 3, b: 'x' });
    expect(await things.findOneAndDelete({}, { sort: { a: 1 } })).toMatchObject({ _id: 3 });
    expect(await things.findOneAndDelete({ _id: 99 })).toBeNull();
  });

  it('tells what it did', async () => {
    const upserted = await db.command({
      findandmodify: 'things',
      query: { _id: 70 },
      update: { $set: { a: 1 } },
      upsert: true,
    });
    expect(upserted).toMatchObject({
      value: null,
      lastErrorObject: { n: 1, updatedExisting: false, upserted: 70 },
    });
    const removed = await db.command({ findAndModify: 'things', query: { _id: 70 }, remove: true });
    expect(removed).toMatchObject({ value: { _id: 70, a: 1 }, lastErrorObject: { n: 1 } });
    const nothing = await db.command({
      findAndModify: 'things',
      query: { _id: 70 },
      update: { $set: { a: 1 } },
    });
    expect(nothing).toMatchObject({ value: null, lastErrorObject: { n: 0, updatedExisting: false } });
  });

  it('lets concurrent upserts of one key insert it once', async () => {
    await things.createIndex({ b: 1 }, { unique: true, partialFilterExpression: { b: { $gt: 'zz' } } });
    const all = Array.from({ length: 20 }, () =>
      things.findOneAndUpdate({ b: 'zzz' }, { $inc: { a: 1 } }, { upsert: true, returnDocument: 'after' }),
    );
    await Promise.all(all);
    expect(await things.find({ b: 'zzz' }).toArray()).toMatchObject([{ a: 20 }]);
  });

  it('refuses contradictions', async () => {
    expect((await failure(db.command({ findAndModify: 'things', remove: true, update: {} }))).code).toBe(9);
    expect((await failure(db.command({ findAndModify: 'things' }))).code).toBe(9);
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
    [{ find: 'things', collation: { locale: 'fr' } }, 115],
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
