import mongoose, { type Connection } from 'mongoose';
import { startEngine, type TestEngine } from '../kit.js';

let engine: TestEngine;
let connection: Connection;

const thingSchema = new mongoose.Schema(
  {
    name: { type: String, unique: true, required: true },
    n: { type: Number, default: 0 },
    tags: [String],
    parts: [{ x: Number }],
    price: mongoose.Schema.Types.Decimal128,
    large: BigInt,
    counts: { type: Map, of: Number },
  },
  { timestamps: true, optimisticConcurrency: true },
);
thingSchema.index({ n: 1, name: -1 }, { partialFilterExpression: { n: { $gt: 0 } } });

function things() {
  return connection.model('Thing', thingSchema);
}

beforeAll(async () => {
  engine = await startEngine();
  connection = await mongoose.createConnection(engine.uri, { dbName: 'shop', autoIndex: false }).asPromise();
});

afterAll(async () => {
  await connection.close();
  await engine.stop();
});

beforeEach(async () => {
  await connection.dropDatabase();
  await things().createCollection();
  await things().syncIndexes();
});

describe('mongoose', () => {
  it('makes indexes, takes away those that the schema has no more, and finds nothing to do then', async () => {
    await things().collection.createIndex({ tags: 1 });
    expect(await things().syncIndexes()).toEqual(['tags_1']);
    expect(await things().syncIndexes()).toEqual([]);
    expect(await things().diffIndexes()).toEqual({ toDrop: [], toCreate: [] });
  });

  it('keeps documents of all its types, and saves what has changed in them', async () => {
    await things().create({
      name: 'a',
      tags: ['x'],
      parts: [{ x: 1 }],
      price: '1.10',
      large: 2n ** 60n,
      counts: { k: 1 },
    });
    const found = await things().findOne({ name: 'a' }).orFail();
    found.tags.push('y');
    found.parts.at(0)!.x = 9;
    found.counts?.set('l', 2);
    await found.save();
    const lean = await things().findOne({ name: 'a' }).lean().orFail();
    expect(lean).toMatchObject({ tags: ['x', 'y'], parts: [{ x: 9 }], counts: { k: 1, l: 2 }, __v: 1 });
    expect(found.large).toBe(2n ** 60n);
    expect(String(lean.price)).toBe('1.10');
    expect(lean.updatedAt.getTime()).toBeGreaterThanOrEqual(lean.createdAt.getTime());
  });

  it('refuses the second of two who save the same version, and a name that is taken', async () => {
    await things().create({ name: 'a' });
    const [one, other] = [await things().findOne().orFail(), await things().findOne().orFail()];
    one.n = 1;
    await one.save();
    other.n = 2;
    await expect(other.save()).rejects.toMatchObject({ name: 'VersionError' });
    await expect(things().create({ name: 'a' })).rejects.toMatchObject({ code: 11000 });
  });

  it('writes in bulk: insertMany, bulkWrite, bulkSave', async () => {
    expect(await things().insertMany([{ name: 'a' }, { name: 'b' }])).toHaveLength(2);
    const unordered = things().insertMany([{ name: 'a' }, { name: 'c' }], { ordered: false });
    await expect(unordered).rejects.toMatchObject({ code: 11000 });
    const all = await things().find();
    for (const thing of all) thing.n = 5;
    expect(await things().bulkSave(all)).toMatchObject({ modifiedCount: 3 });
    const written = await things().bulkWrite([
      { insertOne: { document: { name: 'd' } } },
      { updateOne: { filter: { name: 'e' }, update: { n: 1 }, upsert: true } },
      { deleteOne: { filter: { name: 'a' } } },
    ]);
    expect(written).toMatchObject({ insertedCount: 1, upsertedCount: 1, deletedCount: 1 });
  });

  it('runs transactions, and gives documents back as they were where one fails', async () => {
    const thing = await things().create({ name: 'a' });
    await connection.transaction(async (session) => {
      thing.n = 1;
      await thing.save({ session });
      await things().create([{ name: 'b' }], { session });
      expect(await things().countDocuments()).toBe(1);
    });
    expect(await things().countDocuments()).toBe(2);
    const failing = connection.transaction(async (session) => {
      thing.n = 2;
      await thing.save({ session });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await things().findOne({ name: 'a' })).toMatchObject({ n: 1 });
    await thing.save();
    expect(await things().findOne({ name: 'a' })).toMatchObject({ n: 2 });
  });

  it('tells kinds apart, fills in references, and streams', async () => {
    const kinds = connection.model('Kind', new mongoose.Schema({ k: String }, { discriminatorKey: 'kind' }));
    const children = kinds.discriminator('Child', new mongoose.Schema({ v: Number }));
    await kinds.create({ k: 'x' });
    await children.create({ k: 'y', v: 1 });
    expect([await kinds.countDocuments(), await children.countDocuments()]).toEqual([2, 1]);

    const thing = await things().create({ name: 'a' });
    const references = { type: [mongoose.Schema.Types.ObjectId], ref: 'Thing' } as const;
    const baskets = connection.model('Basket', new mongoose.Schema({ things: references }));
    await baskets.create({ things: [thing._id] });
    const basket = await baskets.findOne().populate('things').orFail();
    expect(basket.things).toMatchObject([{ name: 'a' }]);

    await things().insertMany(Array.from({ length: 250 }, (_, i) => ({ name: `n${String(i)}` })));
    const names = new Set<string>();
    for await (const { name } of things().find().lean().cursor({ batchSize: 20 })) names.add(name);
    expect(names.size).toBe(251);
  });

  it('is refused plainly what there is not: change streams, text indexes, time series', async () => {
    const stream = things().watch();
    await expect(new Promise((_, reject) => stream.on('error', reject))).rejects.toMatchObject({
      code: 40324,
    });
    await stream.close();
    const texts = connection.model('Text', new mongoose.Schema({ a: String }).index({ a: 'text' }));
    await expect(texts.syncIndexes()).rejects.toMatchObject({ code: 67 });
    const series = connection.model(
      'Series',
      new mongoose.Schema({ at: Date }, { timeseries: { timeField: 'at' } }),
    );
    await expect(series.createCollection()).rejects.toMatchObject({ code: 115 });
  });
});
