import {
  MongoClient,
  MongoNetworkError,
  type Collection,
  type Document,
  type MongoServerError,
} from 'mongodb';
import { newFolder } from '../process/folders.js';
import { startCommand } from '../process/processes.js';
import { SpecEngine } from './spec-engine.js';

describe('fail points', () => {
  let engine: SpecEngine;
  let client: MongoClient;
  let plain: Collection<{ _id: number }>;

  beforeAll(async () => {
    engine = await SpecEngine.start();
    client = new MongoClient(engine.uri, { appName: 'tests', retryWrites: false, retryReads: false });
    plain = client.db('faults').collection('c');
  });
  afterEach(async () => {
    for (const name of ['failCommand', 'onPrimaryTransactionalWrite']) await set(name, 'off');
    await plain.deleteMany({});
  });
  afterAll(async () => {
    await client.close();
    expect(await engine.stop()).toEqual([]);
  });

  const set = (name: string, mode: unknown, data?: Document): Promise<Document> =>
    engine.internal.db('admin').command({ configureFailPoint: name, mode, ...(data && { data }) });
  const errorOf = async (work: Promise<unknown>): Promise<unknown> => {
    try {
      await work;
    } catch (error) {
      return error;
    }
    throw new Error('succeeded');
  };
  const insert = (_id: number): Promise<unknown> => plain.insertOne({ _id });

  it('refuse a command so many times, without effect, with the code, its name and the labels', async () => {
    await set(
      'failCommand',
      { times: 2 },
      { failCommands: ['insert'], errorCode: 10107, errorLabels: ['Mine'] },
    );
    for (const id of [1, 2]) {
      const error = (await errorOf(insert(id))) as MongoServerError;
      expect(error).toMatchObject({ code: 10107, codeName: 'NotWritablePrimary', errorLabels: ['Mine'] });
    }
    await insert(3);
    expect(await plain.find().toArray()).toEqual([{ _id: 3 }]);
  });

  it('tell when they are set anew how often they took effect as they were set before', async () => {
    expect(await set('failCommand', { times: 3 }, { failCommands: ['insert'], errorCode: 8 })).toMatchObject({
      count: 0,
    });
    for (const id of [1, 2]) expect(await errorOf(insert(id))).toMatchObject({ code: 8 });
    await plain.findOne();
    const next = { failCommands: ['find', 'insert'], errorCode: 8, appName: 'other' };
    expect(await set('failCommand', 'alwaysOn', next)).toMatchObject({ count: 2 });
    await insert(3);
    expect(await set('failCommand', 'off')).toMatchObject({ count: 0 });
    expect(await set('failCommand', 'off')).toMatchObject({ count: 0 });
    expect(await set('onPrimaryTransactionalWrite', 'off')).toMatchObject({ count: 0 });
  });

  it('leave some commands alone first', async () => {
    await set('failCommand', { skip: 1 }, { failCommands: ['insert'], errorCode: 8 });
    await insert(1);
    expect(await errorOf(insert(2))).toMatchObject({ code: 8 });
    expect(await errorOf(insert(3))).toMatchObject({ code: 8 });
    await set('failCommand', 'off');
    await insert(4);
  });

  it('apply to the named commands and the named application only', async () => {
    await set('failCommand', 'alwaysOn', { failCommands: ['find'], errorCode: 8, appName: 'other' });
    expect(await plain.findOne()).toBeNull();
    await set('failCommand', 'alwaysOn', { failCommands: ['find'], errorCode: 8, appName: 'tests' });
    expect(await errorOf(plain.findOne())).toMatchObject({ code: 8 });
    await insert(1);
  });

  it('close the connection instead of running the command', async () => {
    await set('failCommand', { times: 1 }, { failCommands: ['insert'], closeConnection: true });
    expect(await errorOf(insert(1))).toBeInstanceOf(MongoNetworkError);
    expect(await plain.countDocuments()).toBe(0);
  });

  it('run a command and add an error of the write concern', async () => {
    const writeConcernError = { code: 91, errmsg: 'leaving' };
    await set(
      'failCommand',
      { times: 1 },
      { failCommands: ['insert'], writeConcernError, errorLabels: ['Mine'] },
    );
    const error = await errorOf(insert(1));
    expect(error).toMatchObject({ code: 91, result: { errorLabels: ['Mine'], writeConcernError } });
    expect(await plain.countDocuments()).toBe(1);
  });

  it('label errors by what the command is, where no labels are given', async () => {
    const labelsOf = async (work: Promise<unknown>): Promise<unknown> =>
      ((await errorOf(work)) as MongoServerError).errorLabels;
    await set('failCommand', { times: 1 }, { failCommands: ['insert'], errorCode: 11602 });
    expect(await labelsOf(insert(1))).toEqual([]);
    const session = client.startSession();
    session.startTransaction();
    await set('failCommand', { times: 1 }, { failCommands: ['insert'], errorCode: 11602 });
    expect(await labelsOf(plain.insertOne({ _id: 1 }, { session }))).toContain('TransientTransactionError');
    await session.endSession();
  });

  it('wait before the command runs', async () => {
    const isSeenToWait = async (_id: number): Promise<boolean> => {
      const data = { failCommands: ['insert'], blockConnection: true, blockTimeMS: 1000 };
      await set('failCommand', { times: 1 }, data);
      let isDone = false;
      const blocked = insert(_id).then(() => (isDone = true));
      await plain.countDocuments();
      const waits = !isDone;
      await blocked;
      return waits;
    };
    // Whoever stands still for a second does not see it.
    let [isSeen, tries] = [false, 0];
    for (; !isSeen && tries < 10; tries += 1) isSeen = await isSeenToWait(tries);
    expect(isSeen).toBe(true);
    expect(await plain.countDocuments()).toBe(tries);
  });

  it('close the connection after a retryable write took effect; its retry answers the same', async () => {
    const retrying = new MongoClient(engine.uri);
    await set('onPrimaryTransactionalWrite', { times: 1 });
    const documents = retrying.db('faults').collection<{ _id: number; n: number }>('c');
    await documents.insertOne({ _id: 1, n: 1 });
    await set('onPrimaryTransactionalWrite', { times: 1 });
    expect(await documents.updateOne({ _id: 1 }, { $inc: { n: 1 } })).toMatchObject({ modifiedCount: 1 });
    expect(await documents.findOne()).toEqual({ _id: 1, n: 2 });
    await retrying.close();
  });

  it('fail a retryable write before it takes effect', async () => {
    const retrying = new MongoClient(engine.uri);
    const documents = retrying.db('faults').collection<{ _id: number }>('c');
    await documents.countDocuments();
    const data = { failBeforeCommitExceptionCode: 1, closeConnection: false };
    await set('onPrimaryTransactionalWrite', { times: 1 }, data);
    expect(await errorOf(documents.insertOne({ _id: 1 }))).toMatchObject({ code: 1 });
    expect(await documents.countDocuments()).toBe(0);
    await retrying.close();
  });

  it.each([
    ['an unknown fail point', { configureFailPoint: 'other', mode: 'off' }, 51054],
    ['an unknown mode', { configureFailPoint: 'failCommand', mode: 'never' }, 2],
    ['no commands', { configureFailPoint: 'failCommand', mode: 'alwaysOn', data: {} }, 40414],
    [
      'an unknown fault',
      { configureFailPoint: 'failCommand', mode: 'alwaysOn', data: { failCommands: [], nap: 1 } },
      40415,
    ],
    [
      'names that are no text',
      { configureFailPoint: 'failCommand', mode: 'alwaysOn', data: { failCommands: [1] } },
      14,
    ],
  ])('refuse %s', async (_, command, code) => {
    await expect(engine.internal.db('admin').command(command)).rejects.toMatchObject({ code });
  });

  it('are unknown to an engine that was not started with --test-commands', async () => {
    const running = startCommand(`--dbpath=${await newFolder()}`, '--port=0');
    const other = new MongoClient(await running.printed(/is ready: (\S+)/));
    const command = { configureFailPoint: 'failCommand', mode: 'off' };
    await expect(other.db('admin').command(command)).rejects.toMatchObject({ code: 59 });
    await other.close();
    running.child.kill('SIGTERM');
    await running.ended;
  });
});
