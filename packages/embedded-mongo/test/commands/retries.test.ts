import { Long, ObjectId, UUID, type Binary, type Db, type Document } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';

let engine: TestEngine;
let db: Db;
let lsid: { id: Binary };
let number = 0;

beforeAll(async () => {
  engine = await startEngine({ client: { retryWrites: false } });
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(async () => {
  db = engine.client.db(`retries${new ObjectId().toHexString()}`);
  lsid = { id: new UUID().toBinary() };
  await db.collection<{ _id: number; n: number }>('things').insertMany([
    { _id: 1, n: 0 },
    { _id: 2, n: 0 },
  ]);
});

/** Sends the same retryable write twice, as a driver does that has not heard the first answer. */
async function twice(command: Document, on: Db = db): Promise<[Document, Document]> {
  number += 1;
  const numbered = { ...command, lsid, txnNumber: Long.fromNumber(number) };
  return [await on.command(numbered), await on.command(numbered)];
}

const total = async (): Promise<unknown> => {
  const [sum] = await db
    .collection('things')
    .aggregate([{ $group: { _id: null, n: { $sum: '$n' } } }])
    .toArray();
  return sum?.['n'];
};

describe('a retried write takes effect once', () => {
  it('insert', async () => {
    const [first, second] = await twice({ insert: 'things', documents: [{ _id: 10 }, { _id: 11 }] });
    expect([first['n'], second['n'], second['retriedStmtIds']]).toEqual([2, 2, [0, 1]]);
    expect(await db.collection('things').countDocuments()).toBe(4);
  });

  it('update, and upsert', async () => {
    const [first, second] = await twice({
      update: 'things',
      updates: [
        { q: { _id: 1 }, u: { $inc: { n: 1 } } },
        { q: { _id: 7 }, u: { $inc: { n: 5 } }, upsert: true },
      ],
    });
    for (const reply of [first, second]) {
      expect(reply).toMatchObject({ n: 2, nModified: 1, upserted: [{ index: 1, _id: 7 }] });
    }
    expect(await total()).toBe(6);
  });

  it('delete', async () => {
    const [first, second] = await twice({ delete: 'things', deletes: [{ q: { n: 0 }, limit: 1 }] });
    expect([first['n'], second['n']]).toEqual([1, 1]);
    expect(await db.collection('things').countDocuments()).toBe(1);
  });

  it('findAndModify, with the same answer', async () => {
    const [first, second] = await twice({
      findAndModify: 'things',
      query: { _id: 1 },
      update: { $inc: { n: 1 } },
      new: true,
    });
    expect([first['value'], second['value']]).toEqual([
      { _id: 1, n: 1 },
      { _id: 1, n: 1 },
    ]);
    expect(await total()).toBe(1);
  });

  it('bulkWrite', async () => {
    const command = {
      bulkWrite: 1,
      errorsOnly: false,
      ops: [
        { insert: 0, document: { _id: 20, n: 1 } },
        { update: 0, filter: { _id: 1 }, updateMods: { $inc: { n: 1 } }, multi: false },
        { delete: 0, filter: { _id: 2 }, multi: false },
      ],
      nsInfo: [{ ns: `${db.databaseName}.things` }],
    };
    const [first, second] = await twice(command, engine.client.db('admin'));
    for (const reply of [first, second]) {
      expect(reply).toMatchObject({ nErrors: 0, nInserted: 1, nMatched: 1, nModified: 1, nDeleted: 1 });
    }
    expect(await total()).toBe(2);
  });

  it('however many statements it has, over a crash too', async () => {
    const upserts = Array.from({ length: 1_500 }, (_, i) => ({
      q: { _id: 100 + i },
      u: { $inc: { n: 1 } },
      upsert: true,
    }));
    number += 1;
    const command = { update: 'things', updates: upserts, lsid, txnNumber: Long.fromNumber(number) };
    const first = await db.command(command);
    const again = await db.command(command);
    await engine.kill9();
    await engine.restart();
    const late = await db.command(command);
    for (const { n, nModified, upserted } of [first, again, late]) {
      expect([n, nModified, (upserted as unknown[]).length]).toEqual([1_500, 0, 1_500]);
    }
    expect(late['upserted']).toEqual(first['upserted']);
    expect(await total()).toBe(1_500);
    const [next, retried] = await twice({ update: 'things', updates: upserts.slice(0, 300) });
    expect([next['nModified'], retried['nModified']]).toEqual([300, 300]);
    expect(await total()).toBe(1_800);
  });

  it('over a crash too', async () => {
    number += 1;
    const command = {
      update: 'things',
      updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }],
      lsid,
      txnNumber: Long.fromNumber(number),
    };
    await db.command(command);
    await engine.kill9();
    await engine.restart();
    expect(await db.command(command)).toMatchObject({ n: 1, nModified: 1 });
    expect(await total()).toBe(1);
  });
});

it('refuses to retry what may change several documents', async () => {
  number += 1;
  const retryable = { lsid, txnNumber: Long.fromNumber(number) };
  const many = { update: 'things', updates: [{ q: {}, u: { $inc: { n: 1 } }, multi: true }], ...retryable };
  expect(await db.command(many)).toMatchObject({ n: 0, writeErrors: [{ code: 72 }] });
  expect((await failure(db.command({ find: 'things', ...retryable }))).code).toBe(50768);
});
