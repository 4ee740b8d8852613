import type { Collection, Document } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

/** A document of so many levels, itself the first. */
const nested = (levels: number): Document => (levels === 1 ? {} : { a: nested(levels - 1) });
const levelsOf = (doc: unknown): number =>
  typeof doc === 'object' && doc !== null ? 1 + Math.max(0, ...Object.values(doc).map(levelsOf)) : 0;
interface Row {
  _id: number;
  a?: unknown;
  b?: unknown;
}

const things = (name: string): Collection<Row> => engine.client.db('depth').collection(name);
const DEEPEST = 180;
const OVERFLOW = { code: 15 };

describe('documents nest 180 levels, and none is stored that nests deeper', () => {
  it.each([DEEPEST - 2, DEEPEST - 1, DEEPEST])('%i levels are stored by every way', async (levels) => {
    const into = things(`stored${String(levels)}`);
    const doc = nested(levels);
    await into.insertOne({ ...doc, _id: 1 });
    await engine.client.bulkWrite<Record<string, Row>>([
      { name: 'insertOne', namespace: into.namespace, document: { ...doc, _id: 2 } },
      { name: 'insertOne', namespace: into.namespace, document: { _id: 3 } },
      { name: 'replaceOne', namespace: into.namespace, filter: { _id: 3 }, replacement: doc },
    ]);
    await into.updateOne({ _id: 4 }, { $set: doc }, { upsert: true });
    await into.insertOne({ _id: 5 });
    await into.updateOne({ _id: 5 }, { $set: doc });
    await into.insertOne({ _id: 6 });
    expect(await into.findOneAndUpdate({ _id: 6 }, { $set: doc }, { returnDocument: 'after' })).toEqual({
      ...doc,
      _id: 6,
    });
    await into
      .aggregate([{ $match: { _id: 1 } }, { $set: { _id: 7 } }, { $merge: into.collectionName }])
      .toArray();
    expect((await into.find().toArray()).map(levelsOf)).toEqual(Array<number>(7).fill(levels));
    await into.aggregate([{ $match: {} }, { $out: 'out' }]).toArray();
    expect((await things('out').find().toArray()).map(levelsOf)).toEqual(Array<number>(7).fill(levels));
  });

  it.each([DEEPEST + 1, DEEPEST + 10])('%i are refused by every way', async (levels) => {
    const into = things('refused');
    const doc = nested(levels);
    await into.updateOne({ _id: 0 }, { $set: { b: 1 } }, { upsert: true });
    expect(await failure(into.insertOne({ ...doc, _id: 1 }))).toMatchObject(OVERFLOW);
    expect(await failure(into.updateOne({ _id: 0 }, { $set: doc }))).toMatchObject(OVERFLOW);
    expect(await failure(into.replaceOne({ _id: 0 }, doc))).toMatchObject(OVERFLOW);
    expect(await failure(into.updateOne({ _id: 0 }, [{ $set: { a: { $literal: doc } } }]))).toMatchObject(
      OVERFLOW,
    );
    expect(await failure(into.updateOne({ _id: 9 }, { $set: doc }, { upsert: true }))).toMatchObject(
      OVERFLOW,
    );
    expect(await failure(into.findOneAndUpdate({ _id: 0 }, { $set: doc }))).toMatchObject(OVERFLOW);
    for (const output of [{ $merge: 'refused' }, { $out: 'refused' }]) {
      const pipeline = [{ $set: { a: { $literal: doc } } }, output];
      expect(await failure(into.aggregate(pipeline).toArray())).toMatchObject(OVERFLOW);
    }
    const inserted = engine.client.bulkWrite<Record<string, Row>>([
      { name: 'insertOne', namespace: into.namespace, document: { ...doc, _id: 2 } },
    ]);
    const { writeErrors } = (await inserted.catch((error: unknown) => error)) as {
      writeErrors: ReadonlyMap<number, { code: number }>;
    };
    expect(writeErrors.get(0)).toMatchObject(OVERFLOW);
    expect(await into.find().toArray()).toEqual([{ _id: 0, b: 1 }]);
  });

  it('one that is too deep stops no other of the same command', async () => {
    const into = things('mixed');
    const docs = [{ _id: 1 }, { ...nested(DEEPEST + 1), _id: 2 }, { _id: 3 }];
    const error = await failure(into.insertMany(docs, { ordered: false }));
    expect(error).toMatchObject({ writeErrors: [{ index: 1, code: 15 }] });
    expect(await into.distinct('_id')).toEqual([1, 3]);
  });

  it('a retryable write may answer with one of 180 levels', async () => {
    const into = things('returned');
    const doc = nested(DEEPEST);
    await into.insertOne({ ...doc, _id: 1 });
    expect(levelsOf(await into.findOneAndDelete({ _id: 1 }))).toBe(DEEPEST);
    const id = nested(DEEPEST - 1);
    const { upsertedId } = await things('ids').updateOne({ _id: id }, { $set: { b: 1 } }, { upsert: true });
    expect(upsertedId).toEqual(id);
  });
});

describe('commands nest 200 levels', () => {
  const ping = (levels: number): Promise<Document> =>
    engine.client.db('depth').command({ find: 'things', filter: { a: nested(levels - 2) } });

  it('but no more', async () => {
    expect(await ping(200)).toMatchObject({ ok: 1 });
    expect(await failure(ping(201))).toMatchObject(OVERFLOW);
  });
});
