import type { Document } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
  await engine.client.db('refusals').collection('things').insertOne({ a: 1 });
});

afterAll(async () => {
  await engine.stop();
});

const codeOf = async (command: Document, db = 'refusals'): Promise<unknown> =>
  (await failure(engine.client.db(db).command(command))).code;
const index = (specification: Document): Document => ({ createIndexes: 'things', indexes: [specification] });

describe('what MongoDB refuses', () => {
  it.each<[sort: Document, code: number]>([
    [{ a: 2 }, 15975],
    [{ a: 'asc' }, 15974],
    [{ '': 1 }, 40352],
    [{ $a: 1 }, 16410],
    [{ $natural: 2 }, 2],
    [{ $natural: 1, a: 1 }, 2],
  ])('a sort by %j, with code %i, even where there is nothing to sort', async (sort, code) => {
    for (const collection of ['things', 'none']) {
      expect(await codeOf({ find: collection, sort })).toBe(code);
      expect(await codeOf({ findAndModify: collection, sort, remove: true })).toBe(code);
      expect(await codeOf({ explain: { find: collection, sort } })).toBe(code);
      const updates = [{ q: {}, u: { $set: { a: 1 } }, sort }];
      const { writeErrors } = await engine.client.db('refusals').command({ update: collection, updates });
      expect(writeErrors).toMatchObject([{ code }]);
    }
  });

  it.each<[string, Document, number]>([
    ['array filters of a removal', { findAndModify: 'things', remove: true, arrayFilters: [] }, 9],
    ['an unknown field of a read concern', { find: 'things', readConcern: { level: 'local', x: 1 } }, 40415],
    ['an index without a name', index({ key: { a: 1 } }), 9],
    ['an index without a key', index({ name: 'a' }), 9],
    ['a unique index on _id', index({ key: { _id: 1 }, name: '_id_', unique: true }), 197],
    ['an expiring index on _id', index({ key: { _id: 1 }, name: '_id_', expireAfterSeconds: 1 }), 197],
    ['a descending index on _id', index({ key: { _id: -1 }, name: 'down' }), 2],
  ])('%s', async (_name, command, code) => {
    expect(await codeOf(command)).toBe(code);
  });

  it('a parameter that there is not', async () => {
    expect(await codeOf({ getParameter: 1, nothing: 1 }, 'admin')).toBe(72);
  });

  it('an index on _id is taken where it is the one that there is', async () => {
    const command = index({ key: { _id: 1 }, name: '_id_' });
    expect(await engine.client.db('refusals').command(command)).toMatchObject({
      numIndexesBefore: 1,
      numIndexesAfter: 1,
    });
  });
});
