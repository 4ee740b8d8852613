import { ObjectId, type Collection, type Db, type Document } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';

let engine: TestEngine;
let db: Db;
let rows: Collection<{ _id: string | number; text: string; n?: number }>;

const collation = { locale: 'en_US', strength: 2 };
const ids = (found: Document[]): unknown[] => found.map(({ _id }) => _id as unknown);

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(async () => {
  db = engine.client.db(`collation${new ObjectId().toHexString()}`);
  rows = db.collection('rows');
  await rows.insertMany([
    { _id: 1, text: 'ping' },
    { _id: 2, text: 'PING' },
    { _id: 3, text: 'pong' },
    { _id: 'x', text: 'Pang' },
  ]);
});

describe('a command with a collation', () => {
  it('finds and sorts by it, also where an index has the strings', async () => {
    await rows.createIndex({ text: 1 });
    expect(ids(await rows.find({ text: 'PiNg' }, { collation }).toArray())).toEqual([1, 2]);
    const sorted = rows.find({}, { collation }).sort({ text: 1, _id: 1 });
    expect(ids(await sorted.toArray())).toEqual(['x', 1, 2, 3]);
    expect(ids(await rows.find().sort({ text: 1 }).toArray())).toEqual([2, 'x', 1, 3]);
    expect(ids(await rows.find({ _id: 'X' }, { collation }).toArray())).toEqual(['x']);
  });

  it('sorts by it over several batches and with a limit', async () => {
    const found = await rows
      .find({}, { collation })
      .sort({ text: -1, _id: 1 })
      .limit(3)
      .batchSize(1)
      .toArray();
    expect(ids(found)).toEqual([3, 1, 2]);
  });

  it('counts by it', async () => {
    expect(await rows.countDocuments({ text: 'ping' }, { collation })).toBe(2);
    expect((await db.command({ count: 'rows', query: { text: 'ping' }, collation }))['n']).toBe(2);
  });

  it('takes equal strings for one in distinct', async () => {
    expect(await rows.distinct('text', {}, { collation })).toEqual(['Pang', 'ping', 'pong']);
    expect(await rows.distinct('text')).toHaveLength(4);
  });

  it('aggregates by it, as far as a query goes', async () => {
    const pipeline = [{ $match: { text: 'PONG' } }, { $project: { text: 1 } }];
    expect(ids(await rows.aggregate(pipeline, { collation }).toArray())).toEqual([3]);
    const grouped = rows.aggregate([{ $group: { _id: '$text' } }], { collation });
    expect((await failure(grouped.toArray())).code).toBe(115);
  });

  it('updates and deletes by it', async () => {
    const updated = await rows.updateMany({ text: 'pInG' }, { $set: { n: 1 } }, { collation });
    expect(updated.modifiedCount).toBe(2);
    const changed = await rows.findOneAndUpdate({ text: 'PONG' }, { $set: { n: 2 } }, { collation });
    expect(changed?._id).toBe(3);
    expect((await rows.deleteMany({ text: 'PING' }, { collation })).deletedCount).toBe(2);
  });

  it('writes by it in both bulk writes', async () => {
    await rows.bulkWrite([
      { updateOne: { filter: { text: 'PONG' }, update: { $set: { n: 5 } }, collation } },
      { deleteOne: { filter: { text: 'PANG' }, collation } },
    ]);
    expect(ids(await rows.find().toArray())).toEqual([1, 2, 3]);
    expect((await rows.findOne({ _id: 3 }))?.n).toBe(5);
    const result = await engine.client.bulkWrite([
      { namespace: rows.namespace, name: 'deleteMany', filter: { text: 'pInG' }, collation },
    ]);
    expect(result.deletedCount).toBe(2);
  });

  it('is refused for an index, and where it is not done', async () => {
    expect((await failure(rows.createIndex({ text: 1 }, { collation }))).code).toBe(115);
    const strong = rows.find({ text: 'x' }, { collation: { locale: 'en', strength: 5 } });
    expect((await failure(strong.toArray())).code).toBe(115);
    const unknown = rows.find({ text: 'x' }, { collation: { locale: 'xx-none' } });
    expect((await failure(unknown.toArray())).code).toBe(2);
    const compared = rows.find({ $expr: { $eq: ['$text', 'PING'] } }, { collation });
    expect((await failure(compared.toArray())).code).toBe(115);
  });
});
