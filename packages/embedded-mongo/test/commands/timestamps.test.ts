import { ObjectId, Timestamp, type Collection, type Document } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';

let engine: TestEngine;
let things: Collection;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(() => {
  things = engine.client.db('timestamps').collection(new ObjectId().toHexString());
});

const empty = new Timestamp({ t: 0, i: 0 });
const found = async (): Promise<Document> => (await things.findOne()) ?? {};
const isFilled = (value: unknown): boolean => value instanceof Timestamp && value.t > 1_000_000_000;

describe('empty timestamps', () => {
  it('are filled at the top of a document that is inserted, each with another one', async () => {
    await things.insertOne({ a: empty, sub: { b: empty }, list: [empty], c: empty });
    const { a, c, sub, list } = await found();
    expect([isFilled(a), isFilled(c)]).toEqual([true, true]);
    expect((c as Timestamp).greaterThan(a as Timestamp)).toBe(true);
    expect([sub, list]).toEqual([{ b: empty }, [empty]]);
  });

  it('stay in _id', async () => {
    await things.insertOne({ _id: empty as never, a: 1 });
    expect(await found()).toEqual({ _id: empty, a: 1 });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['replaceOne', () => things.replaceOne({ _id: 1 as never }, { a: empty, sub: { b: empty } })],
    [
      'findOneAndReplace that upserts',
      () => things.findOneAndReplace({ _id: 2 as never }, { a: empty, sub: { b: empty } }, { upsert: true }),
    ],
    [
      "the client's bulkWrite",
      () =>
        engine.client.bulkWrite([
          {
            name: 'replaceOne',
            namespace: things.namespace,
            filter: { _id: 1 as never },
            replacement: { a: empty, sub: { b: empty } },
          },
        ]),
    ],
  ])('are filled by %s', async (name, act) => {
    if (!name.includes('upserts')) await things.insertOne({ _id: 1 as never });
    await act();
    const { a, sub } = await found();
    expect([isFilled(a), sub]).toEqual([true, { b: empty }]);
  });

  it('stay where an operator sets them, and where the command wants them kept', async () => {
    await things.insertOne({ _id: 1 as never });
    await things.updateOne({}, { $set: { a: empty } });
    expect(await found()).toEqual({ _id: 1, a: empty });
    await things.deleteMany({});
    const db = engine.client.db('timestamps');
    const kept = { bypassEmptyTsReplacement: true };
    await db.command({ insert: things.collectionName, documents: [{ _id: 1, a: empty }], ...kept });
    expect(await found()).toEqual({ _id: 1, a: empty });
    await db.command({ update: things.collectionName, updates: [{ q: {}, u: { b: empty } }], ...kept });
    expect(await found()).toEqual({ _id: 1, b: empty });
  });
});
