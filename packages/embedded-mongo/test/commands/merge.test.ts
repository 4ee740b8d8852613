import { ObjectId, type Collection, type Document } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';

let engine: TestEngine;
let rows: Collection<{ _id: number; book: string; date: number; tag?: string }>;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(async () => {
  rows = engine.client.db(`merge${new ObjectId().toHexString()}`).collection('rows');
  await rows.insertMany(
    Array.from({ length: 300 }, (_, i) => ({ _id: i, book: 'abc'[i % 3] as string, date: (i * 7) % 50 })),
  );
  await rows.createIndex({ book: 1, date: -1, _id: -1 });
});

const sort = { date: -1, _id: -1 } as const;
const ids = (found: Document[]): unknown[] => found.map(({ _id }) => _id as unknown);

/** What a scan and a sort in memory give. */
const unhurried = async (filter: Document): Promise<unknown[]> =>
  ids(await rows.find(filter).sort(sort).hint({ $natural: 1 }).toArray());

describe('a list of values before the sort', () => {
  const filter = { book: { $in: ['a', 'c'] } };

  it('is merged, and reads no more than the page', async () => {
    const plan = await rows.find(filter).sort(sort).limit(5).explain('executionStats');
    expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain('SORT_MERGE');
    expect(plan['executionStats'].totalDocsExamined).toBeLessThanOrEqual(8);
  });

  it('gives the same rows in the same order as a sort, over several batches', async () => {
    expect(ids(await rows.find(filter).sort(sort).batchSize(7).toArray())).toEqual(await unhurried(filter));
    expect(ids(await rows.find(filter).sort({ date: 1, _id: 1 }).toArray())).toEqual(
      (await unhurried(filter)).reverse(),
    );
  });

  it('drops a row that waits between two batches and is removed or moved meanwhile', async () => {
    const order = (await unhurried(filter)) as number[];
    const cursor = rows.find(filter).sort(sort).batchSize(10);
    for (let i = 0; i < 10; i += 1) await cursor.next();
    await rows.deleteMany({ _id: { $in: order.slice(10, 14) } });
    await rows.updateOne({ _id: order[14] as number }, { $set: { date: -5 } });
    expect(ids(await cursor.toArray())).toEqual([...order.slice(15), order[14]]);
  });
});

describe('an $or with an index for each branch', () => {
  it('is merged in the order of the sort, each row once', async () => {
    await rows.updateMany({ _id: { $mod: [4, 0] } }, { $set: { tag: 't' } });
    await rows.createIndex({ tag: 1, date: -1, _id: -1 });
    const filter = { $or: [{ book: 'b' }, { tag: 't' }] };
    const plan = await rows.find(filter).sort(sort).limit(5).explain('executionStats');
    expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain('SORT_MERGE');
    expect(plan['executionStats'].totalDocsExamined).toBeLessThanOrEqual(12);
    expect(ids(await rows.find(filter).sort(sort).batchSize(9).toArray())).toEqual(await unhurried(filter));
  });

  it('pages by keys through several books', async () => {
    const all = { book: { $in: ['a', 'b'] } };
    const expected = await unhurried(all);
    const found: unknown[] = [];
    let after: Document = {};
    for (;;) {
      const page = await rows
        .find({ ...all, ...after })
        .sort(sort)
        .limit(20)
        .toArray();
      found.push(...ids(page));
      const last = page[page.length - 1];
      if (last === undefined) break;
      after = { $or: [{ date: { $lt: last.date } }, { date: last.date, _id: { $lt: last._id } }] };
    }
    expect(found).toEqual(expected);
  });
});
