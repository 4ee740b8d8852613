import { ObjectId, type ClientSession, type Collection, type Db, type Document } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { failure } from './failure.js';
import { eventually } from './limited-engine.js';

let engine: TestEngine;
let db: Db;
let rows: Collection<{ _id: number; n: number }>;
let session: ClientSession;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

beforeEach(async () => {
  db = engine.client.db(`operations${new ObjectId().toHexString()}`);
  rows = db.collection('rows');
  await rows.insertOne({ _id: 1, n: 0 });
  session = engine.client.startSession();
  session.startTransaction();
  await rows.updateOne({ _id: 1 }, { $set: { n: 5 } }, { session });
});

afterEach(async () => {
  if (session.inTransaction()) await session.abortTransaction();
  await session.endSession();
});

const admin = (command: Document): Promise<Document> => engine.client.db('admin').command(command);

/** The command of that kind upon `rows`, once it waits. */
const waiting = (kind: string): Promise<Document> =>
  eventually(async () => {
    const { inprog } = await admin({ currentOp: 1, waitingForLock: true, [`command.${kind}`]: 'rows' });
    return (inprog as Document[]).find(({ ns }) => ns === rows.namespace);
  });

describe('a write that waits for a transaction', () => {
  it('ends at its time limit', async () => {
    const late = rows.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { maxTimeMS: 50 });
    expect((await failure(late)).code).toBe(50);
    await session.commitTransaction();
    expect((await rows.findOne({ _id: 1 }))?.n).toBe(5);
  });

  it('is shown by currentOp, and ended by killOp', async () => {
    const killed = failure(rows.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { comment: 'mine' }));
    const { opid, op, command } = await waiting('update');
    expect([op, command.comment]).toEqual(['update', 'mine']);
    await admin({ killOp: 1, op: opid });
    expect((await killed).code).toBe(11601);
    await session.commitTransaction();
    expect((await rows.findOne({ _id: 1 }))?.n).toBe(5);
  });

  it('goes on when the transaction is over', async () => {
    const written = rows.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { maxTimeMS: 60_000 });
    await waiting('update');
    await session.commitTransaction();
    expect((await written).modifiedCount).toBe(1);
    expect((await rows.findOne({ _id: 1 }))?.n).toBe(6);
  });
});

describe('a change of indexes that waits for a transaction', () => {
  it('ends at its time limit, leaves nothing, and can be tried again', async () => {
    expect((await failure(rows.createIndex({ n: 1 }, { maxTimeMS: 50 }))).code).toBe(50);
    expect(await rows.indexes()).toHaveLength(1);
    await session.commitTransaction();
    await rows.createIndex({ n: 1 });
    const { executionStats } = await rows.find({ n: 5 }).explain('executionStats');
    expect(executionStats).toMatchObject({ totalKeysExamined: 1, nReturned: 1 });
    expect((await db.command({ validate: 'rows' }))['valid']).toBe(true);
  });

  it('does not hold up createIndexes of that very transaction', async () => {
    const building = rows.createIndex({ n: 1 });
    await waiting('createIndexes');
    const error = await failure(
      db.command({ createIndexes: 'rows', indexes: [{ key: { x: 1 }, name: 'x' }] }, { session }),
    );
    expect(error.code).toBe(24);
    expect(error.hasErrorLabel('TransientTransactionError')).toBe(true);
    await session.abortTransaction();
    expect(await building).toBe('n_1');
  });

  it('can be killed while it drops', async () => {
    const dropped = failure(rows.drop());
    const { opid } = await waiting('drop');
    await admin({ killOp: 1, op: opid });
    expect((await dropped).code).toBe(11601);
    await session.commitTransaction();
    expect((await rows.findOne({ _id: 1 }))?.n).toBe(5);
  });
});

describe('sessions', () => {
  it('killSessions gives up what a session has under way', async () => {
    await admin({ killSessions: [session.id] });
    expect((await failure(rows.findOne({ _id: 1 }, { session }))).code).toBe(251);
    expect((await rows.updateOne({ _id: 1 }, { $inc: { n: 1 } })).modifiedCount).toBe(1);
  });

  it('killAllSessions gives up everything', async () => {
    await admin({ killAllSessions: [] });
    expect((await failure(rows.findOne({ _id: 1 }, { session }))).code).toBe(251);
  });

  it('refreshSessions and endSessions answer ok', async () => {
    expect(await admin({ refreshSessions: [session.id] })).toMatchObject({ ok: 1 });
    expect((await failure(admin({ refreshSessions: 1 }))).code).toBe(14);
  });
});

describe('an unacknowledged write', () => {
  it('is carried out, and one that fails harms nobody', async () => {
    const silent = db.collection<{ _id: number; n: number }>('rows', { writeConcern: { w: 0 } });
    expect((await silent.insertOne({ _id: 2, n: 2 })).acknowledged).toBe(false);
    await silent.insertOne({ _id: 2, n: 3 });
    await silent.updateOne({ _id: 2 }, { $inc: { n: 10 } });
    const found = await eventually(async () => (await rows.findOne({ _id: 2, n: 12 })) ?? undefined);
    expect(found).toEqual({ _id: 2, n: 12 });
    await silent.deleteOne({ _id: 2 });
    await eventually(async () => ((await rows.findOne({ _id: 2 })) === null ? true : undefined));
  });
});
