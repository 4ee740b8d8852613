import type { ClientSession, Collection, MongoClient } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';

interface Row {
  _id: number;
  n: number;
}

const WRITERS = 6;

let engine: TestEngine;
let client: MongoClient;

beforeAll(async () => {
  engine = await startEngine();
  client = engine.client;
});

afterAll(async () => {
  await engine.stop();
});

/** Transactions upon one collection, so many at a time and without a break, until `stop`. */
class Stream {
  readonly committed: number[] = Array.from({ length: WRITERS }, () => 0);
  private going = true;
  private readonly writers: Promise<void>[];

  constructor(private readonly rows: Collection<Row>) {
    this.writers = this.committed.map((_, writer) => this.write(writer));
  }

  /** Resolves when each writer has committed another so many transactions. */
  async goesOn(more: number): Promise<void> {
    const wanted = this.committed.map((count) => count + more);
    while (this.committed.some((count, writer) => count < (wanted[writer] ?? 0))) {
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 2)), ...this.writers]);
    }
  }

  async stop(): Promise<void> {
    this.going = false;
    await Promise.all(this.writers);
  }

  private async write(writer: number): Promise<void> {
    await client.withSession(async (session: ClientSession) => {
      while (this.going) {
        await session.withTransaction(async () => {
          await this.rows.updateOne({ _id: writer }, { $inc: { n: 1 } }, { session });
          await this.rows.findOne({ _id: writer }, { session });
        });
        this.committed[writer] = (this.committed[writer] ?? 0) + 1;
      }
    });
  }
}

it('schema changes and a stream of transactions let one another through', async () => {
  const db = client.db('stream');
  const rows = db.collection<Row>('rows');
  await rows.insertMany(Array.from({ length: 50 }, (_, _id) => ({ _id, n: 0 })));
  const stream = new Stream(rows);
  for (let round = 0; round < 3; round += 1) {
    await stream.goesOn(3);
    await rows.createIndex({ n: 1 });
    await stream.goesOn(3);
    await db.command({ collMod: 'rows', validator: { n: { $gte: 0 } } });
    await stream.goesOn(3);
    await rows.dropIndex('n_1');
  }
  await stream.goesOn(3);
  await stream.stop();
  const kept = await rows
    .find({ _id: { $lt: WRITERS } })
    .sort({ _id: 1 })
    .toArray();
  expect(kept.map(({ n }) => n)).toEqual(stream.committed);
  expect(await db.command({ validate: 'rows' })).toMatchObject({ valid: true });
});

it('a collection under a stream of transactions can be renamed and dropped', async () => {
  const db = client.db('stream2');
  const rows = db.collection<Row>('rows');
  await rows.insertMany(Array.from({ length: WRITERS }, (_, _id) => ({ _id, n: 0 })));
  const stream = new Stream(rows);
  await stream.goesOn(3);
  await rows.rename('kept');
  await stream.stop();
  const kept = await db.collection<Row>('kept').find().sort({ _id: 1 }).toArray();
  // What is committed after the renaming finds no document any more.
  for (const [writer, { n }] of kept.entries()) {
    expect(n).toBeGreaterThanOrEqual(3);
    expect(n).toBeLessThanOrEqual(stream.committed[writer] ?? 0);
  }
  const other = new Stream(db.collection<Row>('kept'));
  await other.goesOn(2);
  expect(await db.collection('kept').drop()).toBe(true);
  await other.stop();
  expect(await db.collection('kept').countDocuments()).toBe(0);
});

it('a pipeline finds what belongs to its documents while an index of the other collection is made', async () => {
  const db = client.db('joined');
  const more = (): Promise<unknown> =>
    db.collection('orders').insertMany(Array.from({ length: 4_000 }, (_, n) => ({ item: n % 40 })));
  await more();
  const items = db.collection('items');
  await items.insertMany(Array.from({ length: 40 }, (_, n) => ({ n })));
  const join = { from: 'items', localField: 'item', foreignField: 'n', as: 'found' };
  // How often the index was there before the pipeline came to its end; a slow disk takes longer to make it, so that
  // there have to be more orders.
  let crossed = 0;
  while (crossed < 3) {
    let isOver = false;
    const lonely = db
      .collection('orders')
      .aggregate([{ $lookup: join }, { $match: { found: { $size: 0 } } }])
      .toArray()
      .finally(() => {
        isOver = true;
      });
    await items.createIndex({ n: 1 });
    if (!isOver) crossed += 1;
    else await more();
    expect(await lonely).toEqual([]);
    await items.dropIndex('n_1');
  }
});
