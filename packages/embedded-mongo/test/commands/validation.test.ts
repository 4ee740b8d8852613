import { ObjectId, type Collection, type Db, type CollectionInfo } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';

interface Thing {
  _id: number;
  a?: number;
  b?: unknown;
}

let engine: TestEngine;
let db: Db;
let things: Collection<Thing>;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(() => {
  db = engine.client.db(`valid${new ObjectId().toHexString()}`);
});

async function makeThings(options: object = {}): Promise<void> {
  things = await db.createCollection('things', { validator: { a: { $gte: 1 } }, ...options });
}

const bypass = { bypassDocumentValidation: true };

describe('a validator', () => {
  beforeEach(async () => {
    await makeThings();
    await things.insertOne({ _id: 1, a: 1 });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['insert', () => things.insertOne({ _id: 2, a: 0 })],
    ['update', () => things.updateOne({ _id: 1 }, { $set: { a: 0 } })],
    ['update of many', () => things.updateMany({}, { $inc: { a: -1 } })],
    ['update by pipeline', () => things.updateOne({ _id: 1 }, [{ $set: { a: 0 } }])],
    ['replace', () => things.replaceOne({ _id: 1 }, { b: 1 })],
    ['upsert', () => things.updateOne({ _id: 2 }, { $set: { b: 1 } }, { upsert: true })],
    ['findAndModify', () => things.findOneAndUpdate({ _id: 1 }, { $set: { a: 0 } })],
    ['findAndModify with upsert', () => things.findOneAndReplace({ _id: 2 }, { b: 1 }, { upsert: true })],
    [
      'bulk write',
      () => things.bulkWrite([{ updateOne: { filter: { _id: 1 }, update: { $set: { a: 0 } } } }]),
    ],
    ['$merge', () => things.aggregate([{ $set: { a: 0 } }, { $merge: 'things' }]).toArray()],
  ])('refuses what does not satisfy it: %s', async (_name, act) => {
    const error = await failure(act());
    expect(error).toMatchObject({ code: 121 });
    expect(await things.find().toArray()).toEqual([{ _id: 1, a: 1 }]);
  });

  it('tells what is wrong', async () => {
    expect(await db.command({ insert: 'things', documents: [{ _id: 2, a: 0 }] })).toMatchObject({
      n: 0,
      writeErrors: [
        {
          index: 0,
          code: 121,
          errmsg: 'Document failed validation',
          errInfo: {
            failingDocumentId: 2,
            details: {
              operatorName: '$gte',
              specifiedAs: { a: { $gte: 1 } },
              reason: 'comparison failed',
              consideredValue: 0,
            },
          },
        },
      ],
    });
    await expect(
      db.command({ findAndModify: 'things', query: { _id: 1 }, update: { $unset: { a: 1 } } }),
    ).rejects.toMatchObject({
      code: 121,
      codeName: 'DocumentValidationFailure',
      errorResponse: { errInfo: { failingDocumentId: 1, details: { reason: 'field was missing' } } },
    });
  });

  it('leaves alone what stays as it is', async () => {
    await things.insertOne({ _id: 2, a: 0 }, bypass);
    const { matchedCount, modifiedCount } = await things.updateOne({ _id: 2 }, { $set: { a: 0 } });
    expect([matchedCount, modifiedCount]).toEqual([1, 0]);
  });

  it('may be bypassed by each command', async () => {
    await things.insertOne({ _id: 2, a: 0 }, bypass);
    await things.updateOne({ _id: 1 }, { $set: { a: 0 } }, bypass);
    await things.findOneAndUpdate({ _id: 1 }, { $set: { b: 1 } }, bypass);
    await things.bulkWrite([{ insertOne: { document: { _id: 3 } } }], bypass);
    await engine.client.bulkWrite<{ [ns: string]: { _id: number } }>(
      [{ name: 'insertOne', namespace: things.namespace, document: { _id: 4 } }],
      bypass,
    );
    expect(await things.countDocuments({ a: { $not: { $gte: 1 } } })).toBe(4);
  });

  it('fails the operation of a client-level bulk write', async () => {
    const error = await failure(
      engine.client.bulkWrite<{ [ns: string]: { _id: number } }>([
        { name: 'insertOne', namespace: things.namespace, document: { _id: 4 } },
      ]),
    );
    expect(error).toMatchObject({ writeErrors: new Map([[0, expect.objectContaining({ code: 121 })]]) });
  });

  it('ends a transaction', async () => {
    await engine.client.withSession(async (session) => {
      session.startTransaction();
      await things.insertOne({ _id: 2, a: 5 }, { session });
      expect(await failure(things.insertOne({ _id: 3 }, { session }))).toMatchObject({ code: 121 });
      expect(await failure(session.commitTransaction())).toMatchObject({ code: 251 });
    });
    expect(await things.countDocuments()).toBe(1);
  });

  it('stays after a restart, and shows in listCollections', async () => {
    await engine.restart();
    expect(await failure(things.insertOne({ _id: 2, a: 0 }))).toMatchObject({ code: 121 });
    expect(await db.listCollections().toArray()).toMatchObject([
      { options: { validator: { a: { $gte: 1 } }, validationLevel: 'strict', validationAction: 'error' } },
    ]);
  });

  it('changes and goes by collMod', async () => {
    await db.command({ collMod: 'things', validator: { b: { $exists: true } } });
    await things.insertOne({ _id: 2, b: 0 });
    expect(await failure(things.insertOne({ _id: 3, a: 1 }))).toMatchObject({ code: 121 });
    await db.command({ collMod: 'things', validationAction: 'warn' });
    await things.insertOne({ _id: 3, a: 1 });
    await db.command({ collMod: 'things', validationAction: 'error', validationLevel: 'off' });
    await things.insertOne({ _id: 4, a: 1 });
    await db.command({ collMod: 'things', validationLevel: 'strict' });
    expect(await failure(things.insertOne({ _id: 5 }))).toMatchObject({ code: 121 });
    await db.command({ collMod: 'things', validator: {} });
    await things.insertOne({ _id: 5 });
    const [listed] = await db.listCollections<CollectionInfo>().toArray();
    expect(listed?.options).toEqual({});
  });
});

it('of level moderate lets documents be that did not satisfy it before', async () => {
  await makeThings({ validationLevel: 'moderate' });
  await things.insertOne({ _id: 1 }, bypass);
  await things.updateOne({ _id: 1 }, { $set: { b: 1 } });
  expect(await failure(things.insertOne({ _id: 2 }))).toMatchObject({ code: 121 });
  await things.updateOne({ _id: 1 }, { $set: { a: 1 } });
  expect(await failure(things.updateOne({ _id: 1 }, { $unset: { a: 1 } }))).toMatchObject({ code: 121 });
});

it('by $jsonSchema names the rules that a document breaks', async () => {
  await makeThings({
    validator: {
      $jsonSchema: {
        required: ['a', 'b'],
        properties: { a: { bsonType: 'int', description: 'a number', minimum: 3 } },
      },
    },
  });
  const error = await failure(things.insertOne({ _id: 1, a: 2 }));
  expect(error).toMatchObject({
    errInfo: {
      failingDocumentId: 1,
      details: {
        operatorName: '$jsonSchema',
        schemaRulesNotSatisfied: [
          { operatorName: 'required', specifiedAs: { required: ['a', 'b'] }, missingProperties: ['b'] },
          {
            operatorName: 'properties',
            propertiesNotSatisfied: [
              {
                propertyName: 'a',
                description: 'a number',
                details: [
                  {
                    operatorName: 'minimum',
                    specifiedAs: { minimum: 3 },
                    reason: 'comparison failed',
                    consideredValue: 2,
                  },
                ],
              },
            ],
          },
        ],
      },
    },
  });
});

it.each<[string, object, number]>([
  ['an unknown operator', { create: 'x', validator: { a: { $foo: 1 } } }, 2],
  ['an unknown keyword', { create: 'x', validator: { $jsonSchema: { foo: 1 } } }, 9],
  ['an unknown level', { create: 'x', validationLevel: 'mild' }, 2],
  ['an unknown action', { create: 'x', validationAction: 'log' }, 2],
  ['collMod of nothing', { collMod: 'x', validator: {} }, 26],
  ['another collection of that name', { create: 'things', validator: { a: 5 } }, 48],
  [
    'collMod of an index that is not there',
    { collMod: 'things', index: { name: 'a', expireAfterSeconds: 1 } },
    27,
  ],
])('refuses %s', async (_name, command, code) => {
  await makeThings();
  expect(await failure(db.command(command))).toMatchObject({ code });
});

it('takes the same collection once more, and no validator in the admin database', async () => {
  await makeThings();
  expect(await db.command({ create: 'things', validator: { a: { $gte: 1 } } })).toMatchObject({ ok: 1 });
  const admin = engine.client.db('admin');
  expect(await failure(admin.command({ create: 'x', validator: { a: 1 } }))).toMatchObject({ code: 72 });
});

it('collMod changes after how many seconds an index lets documents expire', async () => {
  await makeThings();
  await things.createIndex({ b: 1 }, { expireAfterSeconds: 1000 });
  const index = { keyPattern: { b: 1 }, expireAfterSeconds: 2000 };
  expect(await db.command({ collMod: 'things', index })).toMatchObject({
    expireAfterSeconds_old: 1000,
    expireAfterSeconds_new: 2000,
  });
  await engine.restart();
  expect(await things.indexes()).toMatchObject([{}, { expireAfterSeconds: 2000 }]);
});
