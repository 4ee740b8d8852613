import { BSONRegExp, Code, MongoServerError, type Collection, type Db, type Document } from 'mongodb';
import { WatchedEngine } from './watched.js';

const INTERNAL_ERROR = 1;

const fields = (count: number, suffix = ''): Document =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [`f${String(number)}${suffix}`, 1]));
const numbers = (count: number): number[] =>
  Array.from({ length: count }, (_, number) => (number * 7919) % 1_000_003);
const path = (length: number): string => Array<string>(length).fill('a').join('.');
const twice = (count: number): Document[] =>
  Array.from({ length: count }, () => ({ $addFields: { s: { a: '$s', b: '$s' } } }));
const parsed = (json: string): Document => JSON.parse(json) as Document;

let watched: WatchedEngine;
let db: Db;
let rows: Collection<Document & { _id: number }>;

beforeAll(async () => {
  watched = await WatchedEngine.start();
  db = watched.engine.client.db('hostile');
  rows = db.collection('rows');
  await rows.insertMany(
    Array.from({ length: 500 }, (_, _id) => ({
      _id,
      n: _id,
      s: `text ${String(_id)}`,
      list: [1, { b: _id }],
    })),
  );
  await rows.insertOne({ _id: -1, s: `${'a'.repeat(50)}!` });
});

afterAll(async () => {
  await watched.stop();
});

/** The code of the refusal; undefined where it was done. A fault of the engine's own fails. */
async function codeOf(action: Promise<unknown>): Promise<number | undefined> {
  try {
    await action;
    return undefined;
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    expect(error.code).not.toBe(INTERNAL_ERROR);
    return Number(error.code);
  }
}

const bombs: [what: string, code: number | undefined, run: () => Promise<unknown>][] = [
  ['an $in of 200,000 numbers', undefined, () => rows.find({ n: { $in: numbers(200_000) } }).toArray()],
  [
    'an $in of 200,000 ids, sorted',
    undefined,
    () =>
      rows
        .find({ _id: { $in: numbers(200_000) } })
        .sort({ _id: -1 })
        .toArray(),
  ],
  [
    'an $or of 50,000 branches',
    undefined,
    () => rows.find({ $or: numbers(50_000).map((n) => ({ n })) }).toArray(),
  ],
  ['an $all of 100,000 values', undefined, () => rows.find({ n: { $all: numbers(100_000) } }).toArray()],
  ['a filter of 50,000 fields', undefined, () => rows.find(fields(50_000)).toArray()],
  ['a sort by 5,000 fields', undefined, () => rows.find().limit(5).sort(fields(5_000)).toArray()],
  [
    'a projection of 20,000 paths',
    undefined,
    () => rows.find({}, { projection: fields(20_000, '.a.b') }).toArray(),
  ],
  ['an update of 100,000 fields', undefined, () => rows.updateOne({ _id: 2 }, { $set: fields(100_000) })],
  ['a million elements added', undefined, () => rows.updateOne({ _id: 3 }, { $set: { 'list.1000000': 1 } })],
  ['an element at four billion', 28, () => rows.updateOne({ _id: 4 }, { $set: { 'list.4294967295': 1 } })],
  ['a path of a million parts', 15, () => rows.updateOne({ _id: 5 }, { $set: { [path(1_000_000)]: 1 } })],
  [
    'an upsert at such a path',
    15,
    () => rows.updateOne({ [path(100_000)]: 1 }, { $set: { n: 1 } }, { upsert: true }),
  ],
  ['a filter by such a path', undefined, () => rows.find({ [path(1_000_000)]: 1 }).toArray()],
  ['a value that doubles with each stage', 10334, () => rows.aggregate(twice(60)).toArray()],
  ['5,000 stages', 7749501, () => rows.aggregate(twice(5_000)).toArray()],
  ['a pattern that backtracks', 51156, () => rows.find({ s: /^(a+)+$/ }).toArray()],
  [
    'a thousand patterns at once',
    51156,
    () =>
      rows
        .find({
          s: { $in: numbers(1000).map((n) => new BSONRegExp(`(a|a)*${'b?'.repeat(200)}${String(n)}`)) },
        })
        .toArray(),
  ],
  ['JavaScript in $where', 2, () => rows.find({ $where: 'while (true) {}' }).toArray()],
  ['code in $where', 2, () => rows.find({ $where: new Code('while (true) {}') } as Document).toArray()],
  [
    'JavaScript in $function',
    168,
    () => rows.find({ $expr: { $function: { body: 'while (true) {}', args: [], lang: 'js' } } }).toArray(),
  ],
  ['mapReduce', 59, () => db.command({ mapReduce: 'rows', map: 'f', reduce: 'g', out: 'x' })],
];

describe('what takes far more than it looks like', () => {
  it.each(bombs)('%s: nobody else waits for it', async (_, code, run) => {
    expect(await codeOf(run())).toBe(code);
    await watched.expectUnharmed();
  });

  it('a hundred thousand writes, in a command and in a transaction, and their distinct values', async () => {
    const many = db.collection<{ _id: number }>('many');
    const documents = Array.from({ length: 100_000 }, (_, _id) => ({ _id }));
    const { client } = watched.engine;
    await client.withSession((session) =>
      session.withTransaction(() => many.insertMany(documents, { session })),
    );
    expect(await many.distinct('_id')).toHaveLength(100_000);
    expect((await many.updateMany({}, { $set: { a: 1 } })).modifiedCount).toBe(100_000);
    await many.drop();
    await watched.expectUnharmed();
  });

  it('leaves no memory behind', async () => {
    const values = numbers(100_000);
    const round = (): Promise<unknown> => rows.find({ n: { $in: values } }).toArray();
    for (let warm = 3; warm > 0; warm -= 1) await round();
    const before = await watched.memory();
    for (let left = 6; left > 0; left -= 1) await round();
    expect((await watched.memory()) - before).toBeLessThan(200);
  });
});

describe('names that mean something to JavaScript', () => {
  it('are fields like others', async () => {
    const spiteful = parsed(
      '{"_id": 1000, "__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
    );
    await rows.insertOne(spiteful as Document & { _id: number });
    for (const name of ['__proto__', 'constructor', 'isPrototypeOf', 'hasOwnProperty', 'valueOf']) {
      const set = parsed(`{"$set": {"${name}.polluted": 2}}`);
      expect((await rows.updateOne({ _id: 1001 }, set, { upsert: true })).acknowledged).toBe(true);
      expect(await rows.countDocuments(parsed(`{"${name}.polluted": 2}`))).toBe(1);
      expect(await codeOf(rows.find({ n: parsed(`{"$${name}": 1}`) }).toArray())).toBe(2);
      expect(await codeOf(rows.aggregate([parsed(`{"$${name}": 1}`)]).toArray())).toBe(40324);
      expect(await codeOf(rows.updateOne({ _id: 1 }, parsed(`{"$${name}": {"a": 1}}`)))).toBe(9);
      expect(await codeOf(rows.find({ $expr: parsed(`{"$${name}": 1}`) }).toArray())).toBe(168);
      expect(await codeOf(db.command(parsed(`{"${name}": 1}`)))).toBe(59);
      const database = watched.engine.client.db(name);
      await database.collection(name).insertOne({ n: 1 });
      expect(await database.collection(name).countDocuments({ polluted: { $exists: true } })).toBe(0);
      await database.dropDatabase();
    }
    expect(await rows.countDocuments({ polluted: { $exists: true } })).toBe(0);
    await watched.expectUnharmed();
  });
});
