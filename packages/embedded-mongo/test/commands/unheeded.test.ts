import { Binary, Long, UUID, type Document } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { command, RawClient, type Answer } from '../wire/raw-client.js';
import { failure } from './failure.js';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
  await engine.client.db('unheeded').collection('things').insertOne({ a: 1 });
});

afterAll(async () => {
  await engine.stop();
});

const refusal = async (command: Document, db = 'unheeded'): Promise<{ code: unknown; message: string }> => {
  const { code, message } = await failure(engine.client.db(db).command(command));
  return { code, message };
};
const explained = (command: Document): Document => ({ explain: command, verbosity: 'queryPlanner' });
const bulk = (more: Document, info: Document = {}): Document => ({
  bulkWrite: 1,
  ops: [{ insert: 0, document: { a: 2 } }],
  nsInfo: [{ ns: 'unheeded.things', ...info }],
  ...more,
});

describe('a field that nobody knows is named and refused', () => {
  const commands: readonly [field: string, command: Document, db?: string][] = [
    ['aggregate.cursor.zork', { aggregate: 'things', pipeline: [], cursor: { zork: 1 } }],
    ['listIndexes.cursor.zork', { listIndexes: 'things', cursor: { zork: 1 } }],
    ['listCollections.cursor.zork', { listCollections: 1, cursor: { zork: 1 } }],
    ['bulkWrite.cursor.zork', bulk({ cursor: { zork: 1 } }), 'admin'],
    ['bulkWrite.nsInfo.zork', bulk({}, { zork: 1 }), 'admin'],
    ['find.zork', explained({ find: 'things', zork: 1 })],
    ['count.zork', explained({ count: 'things', zork: 1 })],
    ['distinct.zork', explained({ distinct: 'things', key: 'a', zork: 1 })],
    ['aggregate.zork', explained({ aggregate: 'things', pipeline: [], cursor: {}, zork: 1 })],
    ['findAndModify.zork', explained({ findAndModify: 'things', remove: true, zork: 1 })],
    ['update.zork', explained({ update: 'things', updates: [{ q: {}, u: {} }], zork: 1 })],
    ['delete.zork', explained({ delete: 'things', deletes: [{ q: {}, limit: 1 }], zork: 1 })],
    ['update.updates.zork', explained({ update: 'things', updates: [{ q: {}, u: {}, zork: 1 }] })],
    ['delete.deletes.zork', explained({ delete: 'things', deletes: [{ q: {}, limit: 1, zork: 1 }] })],
  ];

  it('wherever it stands', async () => {
    for (const [field, asked, db] of commands) {
      const message = `BSON field '${field}' is an unknown field.`;
      expect(await refusal(asked, db)).toEqual({ code: 40415, message });
    }
  });

  it('also in what drivers put into every command', async () => {
    const path = /^mongodb:\/\/([^/?]+)/.exec(engine.uri)?.[1] ?? '';
    const raw = await RawClient.connect(decodeURIComponent(path));
    const answer = async (fields: Document): Promise<unknown> => {
      raw.send(command({ ping: 1, ...fields }));
      const { doc } = (await raw.answer()) as Answer;
      return doc['code'] ?? doc['ok'];
    };
    const id = new Binary(Buffer.alloc(16, 7), 4);
    expect(await answer({ lsid: { id } })).toBe(1);
    expect(await answer({ lsid: { id, zork: 1 } })).toBe(40415);
    expect(await answer({ lsid: { id, txnNumber: Long.fromNumber(1) } })).toBe(72);
    expect(await answer({ $readPreference: { mode: 'secondaryPreferred', maxStalenessSeconds: 90 } })).toBe(
      1,
    );
    expect(await answer({ $readPreference: { mode: 'primary', zork: 1 } })).toBe(40415);
    expect(await answer({ $readPreference: { mode: 'zork' } })).toBe(2);
    raw.destroy();
  });

  it('nothing of them was done', async () => {
    expect(await engine.client.db('unheeded').collection('things').countDocuments()).toBe(1);
  });
});

describe('a known field that the engine does not heed is refused', () => {
  const collectionUUID = new UUID();
  const index = (option: Document): Document => ({
    createIndexes: 'things',
    indexes: [{ key: { a: 1 }, name: 'a', ...option }],
  });
  const commands: Readonly<Record<string, readonly [command: Document, db?: string]>> = {
    'a hidden index': [index({ hidden: true })],
    'an index with a collation': [index({ collation: { locale: 'en' } })],
    'an index with a storage engine': [index({ storageEngine: {} })],
    atClusterTime: [{ find: 'things', readConcern: { atClusterTime: 1 } }],
    'update.collectionUUID': [{ update: 'things', updates: [{ q: {}, u: { a: 1 } }], collectionUUID }],
    'insert.encryptionInformation': [{ insert: 'things', documents: [{}], encryptionInformation: {} }],
    'find.querySettings': [{ find: 'things', querySettings: {} }],
    'find.term': [{ find: 'things', term: Long.fromNumber(1) }],
    'find.term, explained': [explained({ find: 'things', term: Long.fromNumber(1) })],
    'bulkWrite.nsInfo.collectionUUID': [bulk({}, { collectionUUID }), 'admin'],
  };

  it('whatever it says', async () => {
    const codes: Record<string, unknown> = {};
    for (const [name, [asked, db]] of Object.entries(commands)) codes[name] = (await refusal(asked, db)).code;
    expect(codes).toEqual(Object.fromEntries(Object.keys(commands).map((name) => [name, 115])));
  });
});

describe('a snapshot outside transactions', () => {
  const snapshot = { readConcern: { level: 'snapshot' } };
  it.each<Document>([
    { find: 'things' },
    { aggregate: 'things', pipeline: [], cursor: {} },
    { distinct: 'things', key: 'a' },
  ])('is refused as what the engine does not do: %j', async (command) => {
    expect((await refusal({ ...command, ...snapshot })).code).toBe(115);
  });

  it.each<Document>([{ count: 'things' }, { listCollections: 1 }, { dbStats: 1 }, { listIndexes: 'things' }])(
    'is refused as what MongoDB does not do: %j',
    async (command) => {
      expect((await refusal({ ...command, ...snapshot })).code).toBe(72);
    },
  );

  it('so a session of snapshots reads nothing, and is not taken for one', async () => {
    await engine.client.withSession({ snapshot: true }, async (session) => {
      const things = engine.client.db('unheeded').collection('things');
      const error = await failure(things.findOne({}, { session }));
      expect(error).toMatchObject({ code: 115, message: expect.stringContaining('snapshot') as string });
    });
  });

  it('but in a transaction it is what every transaction has', async () => {
    await engine.client.withSession(async (session) => {
      session.startTransaction({ readConcern: { level: 'snapshot' } });
      const things = engine.client.db('unheeded').collection('things');
      expect(await things.findOne({}, { session })).toMatchObject({ a: 1 });
      await session.commitTransaction();
    });
  });
});
