import { ObjectId, type Collection, type Db } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';

interface Order {
  _id: number;
  items: { name: string; count: number; sent?: boolean }[];
  total?: number;
}

let engine: TestEngine;
let db: Db;
let orders: Collection<Order>;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(async () => {
  db = engine.client.db(`updates${new ObjectId().toHexString()}`);
  orders = db.collection('orders');
  await orders.insertMany([
    { _id: 1, items: [item('a', 1), item('b', 2)] },
    { _id: 2, items: [item('b', 3), item('c', 4)] },
  ]);
});

const item = (name: string, count: number): Order['items'][number] => ({ name, count });
const countsOf = async (): Promise<number[][]> =>
  (await orders.find().sort({ _id: 1 }).toArray()).map(({ items }) => items.map(({ count }) => count));

const many = { 'items.$[x].count': 9 };
const arrayFilters = [{ 'x.count': { $gte: 2 } }];

describe('array filters', () => {
  it.each<[string, () => Promise<unknown>, number[][]]>([
    [
      'updateOne',
      () => orders.updateOne({ _id: 1 }, { $set: many }, { arrayFilters }),
      [
        [1, 9],
        [3, 4],
      ],
    ],
    [
      'updateMany',
      () => orders.updateMany({}, { $set: many }, { arrayFilters }),
      [
        [1, 9],
        [9, 9],
      ],
    ],
    [
      'findOneAndUpdate',
      () => orders.findOneAndUpdate({ _id: 2 }, { $set: many }, { arrayFilters }),
      [
        [1, 2],
        [9, 9],
      ],
    ],
    [
      'bulkWrite',
      () => orders.bulkWrite([{ updateMany: { filter: {}, update: { $set: many }, arrayFilters } }]),
      [
        [1, 9],
        [9, 9],
      ],
    ],
    [
      "the client's bulkWrite",
      () =>
        engine.client.bulkWrite([
          {
            name: 'updateMany',
            namespace: orders.namespace,
            filter: {},
            update: { $set: many },
            arrayFilters,
          },
        ]),
      [
        [1, 9],
        [9, 9],
      ],
    ],
  ])('of %s', async (_name, act, expected) => {
    await act();
    expect(await countsOf()).toEqual(expected);
  });

  it('that are no documents, or of no use, are refused', async () => {
    const update = (filters: unknown): Promise<unknown> =>
      db.command({ update: 'orders', updates: [{ q: {}, u: { $set: { a: 1 } }, arrayFilters: filters }] });
    expect(await update([5])).toMatchObject({ writeErrors: [{ code: 14 }] });
    expect(await update([{ x: 1 }])).toMatchObject({ writeErrors: [{ code: 9 }] });
  });
});

describe('the positional operator', () => {
  it('changes the element that the query has found', async () => {
    await orders.updateMany({ 'items.name': 'b' }, { $inc: { 'items.$.count': 10 } });
    expect(await countsOf()).toEqual([
      [1, 12],
      [13, 4],
    ]);
    const filter = { items: { $elemMatch: { name: 'b', count: { $gt: 12 } } } };
    await orders.findOneAndUpdate(filter, { $set: { 'items.$.sent': true } });
    expect(await orders.findOne({ _id: 2 })).toMatchObject({ items: [{ sent: true }, { count: 4 }] });
    expect(await failure(orders.updateOne({ _id: 1 }, { $set: { 'items.$.count': 1 } }))).toMatchObject({
      code: 2,
    });
  });

  it('keeps that element only in a projection', async () => {
    const projection = { 'items.$': 1 };
    expect(await orders.find({ 'items.name': 'b' }, { projection }).sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, items: [item('b', 2)] },
      { _id: 2, items: [item('b', 3)] },
    ]);
    const filter = { 'items.count': { $gt: 3 } };
    expect(await orders.findOneAndUpdate(filter, { $set: { total: 1 } }, { projection })).toEqual({
      _id: 2,
      items: [item('c', 4)],
    });
    const after = { projection, returnDocument: 'after' } as const;
    expect(await failure(orders.findOneAndUpdate(filter, { $set: { total: 1 } }, after))).toMatchObject({
      code: 2,
    });
    expect(await failure(orders.find({}, { projection }).toArray())).toMatchObject({ code: 51246 });
  });
});

describe('pipelines', () => {
  const total = [{ $set: { total: { $add: [{ $sum: '$items.count' }, '$$extra'] } } }];
  const totals = async (): Promise<unknown[]> =>
    (await orders.find().sort({ _id: 1 }).toArray()).map((order) => order.total);

  it('change documents, with let', async () => {
    await orders.updateMany({}, total, { let: { extra: 1 } });
    expect(await totals()).toEqual([4, 8]);
    await orders.findOneAndUpdate({ _id: 1 }, total, { let: { extra: 2 } });
    expect(await totals()).toEqual([5, 8]);
    await orders.bulkWrite([{ updateOne: { filter: { _id: 2 }, update: total } }], { let: { extra: 3 } });
    expect(await totals()).toEqual([5, 10]);
    const namespace = orders.namespace;
    const one = { name: 'updateOne', namespace, filter: { _id: 1 }, update: total } as const;
    await engine.client.bulkWrite<{ [ns: string]: { _id: number } }>([one], { let: { extra: 0 } });
    expect(await totals()).toEqual([3, 10]);
  });

  it('insert by upsert', async () => {
    await orders.updateOne({ _id: 3 }, [{ $set: { items: [], total: { $add: ['$_id', 1] } } }], {
      upsert: true,
    });
    expect(await orders.findOne({ _id: 3 })).toEqual({ _id: 3, items: [], total: 4 });
  });

  it('are refused with stages that look at other documents', async () => {
    expect(await failure(orders.updateOne({}, [{ $match: {} }]))).toMatchObject({ code: 72 });
    expect(await failure(orders.updateOne({}, [{ $set: { total: '$$nope' } }]))).toMatchObject({
      code: 17276,
    });
  });
});

describe('sort, hint and comment', () => {
  it('pick the document that an update or a replacement of one changes', async () => {
    const sort = { _id: -1 } as const;
    await orders.updateOne({}, { $set: { total: 1 } }, { sort, hint: { _id: 1 }, comment: 'x' });
    expect(await orders.findOne({ total: 1 })).toMatchObject({ _id: 2 });
    await orders.replaceOne({}, { items: [], total: 2 }, { sort, hint: '_id_', comment: { a: 1 } });
    expect(await orders.findOne({ total: 2 })).toMatchObject({ _id: 2 });
    await orders.bulkWrite([{ updateOne: { filter: {}, update: { $set: { total: 3 } }, sort } }], {
      comment: 1,
    });
    expect(await orders.findOne({ total: 3 })).toMatchObject({ _id: 2 });
    const namespace = orders.namespace;
    const one = {
      name: 'replaceOne',
      namespace,
      filter: {},
      replacement: { items: [], total: 4 },
      sort,
    } as const;
    await engine.client.bulkWrite([one], { comment: 'x' });
    expect(await orders.findOne({ total: 4 })).toMatchObject({ _id: 2 });
  });

  it('are refused where they make no sense', async () => {
    const updates = [{ q: {}, u: { $set: { total: 1 } }, multi: true, sort: { _id: 1 } }];
    expect(await db.command({ update: 'orders', updates })).toMatchObject({ writeErrors: [{ code: 9 }] });
    expect(await failure(orders.updateOne({}, { $set: { total: 1 } }, { hint: 'nope' }))).toMatchObject({
      code: 2,
    });
  });
});
