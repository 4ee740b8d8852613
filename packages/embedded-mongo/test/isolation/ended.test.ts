import { MongoServerError, type ClientSession, type Collection } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';

const DOCUMENTS = 12_000;

/** What ends a transaction from outside while one of its statements still runs. */
describe('a transaction that is ended in the middle of a statement', () => {
  let engine: TestEngine;
  let rows: Collection<{ _id: number; n: number; text: string }>;

  beforeAll(async () => {
    engine = await startEngine();
    rows = engine.client.db('ended').collection('rows');
    const text = 'x'.repeat(200);
    await rows.insertMany(Array.from({ length: DOCUMENTS }, (_, _id) => ({ _id, n: 0, text })));
  });

  afterAll(async () => {
    await engine.stop();
  });

  async function endedDuring(statement: (session: ClientSession) => Promise<unknown>): Promise<unknown> {
    const session = engine.client.startSession();
    session.startTransaction();
    await rows.findOne({ _id: 0 }, { session });
    const running = statement(session).then(
      () => undefined,
      (error: unknown) => error,
    );
    await engine.client.db('admin').command({ endSessions: [session.id] });
    const error = await running;
    await session.endSession();
    return error;
  }

  function expectTransient(error: unknown): void {
    if (!(error instanceof MongoServerError)) throw new Error(`no server error: ${String(error)}`);
    expect(error.code).toBe(251);
    expect(error.hasErrorLabel('TransientTransactionError')).toBe(true);
  }

  it('changes nothing and holds no lock afterwards', async () => {
    const change = (session: ClientSession): Promise<unknown> =>
      rows.updateMany({}, { $inc: { n: 1 } }, { session });
    // A client that stands still before it has sent the end comes too late for that statement; the next may be in time.
    let error: unknown;
    for (let tries = 0; error === undefined && tries < 50; tries += 1) error = await endedDuring(change);
    expectTransient(error);
    expect(await rows.countDocuments({ n: 1 })).toBe(0);
    const free = await rows.updateMany({}, { $set: { n: 5 } }, { maxTimeMS: 30_000 });
    expect(free.modifiedCount).toBe(DOCUMENTS);
    await rows.updateMany({}, { $set: { n: 0 } });
  });

  it('stops reading from the picture that was let go', async () => {
    for (let round = 0; round < 5; round += 1) {
      const scan = (session: ClientSession): Promise<unknown> =>
        rows.find({ text: /y$/ }, { session }).toArray();
      const error = await endedDuring(scan);
      if (error !== undefined) expectTransient(error);
      await rows.updateOne({ _id: 1 }, { $inc: { n: 1 } });
    }
    expect(await rows.countDocuments()).toBe(DOCUMENTS);
  });
});
