import { ObjectId, type Collection, type Db } from 'mongodb';
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
    ['array filters', { q: {}, u: { $set: { a: 1 } }, arrayFilters: [{ x: 1 }] }, 9],
    ['a collation', { q: {}, u: { $set: { a: 1 } }, collation: { locale: 'de', strength: 4 } }, 115],
    ['a stage that updates do not have', { q: {}, u: [{ $group: { _id: 1 } }] }, 72],
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
