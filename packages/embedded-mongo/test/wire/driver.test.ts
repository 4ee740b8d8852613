import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import mongoose from 'mongoose';
import { Engine } from '../../src/engine.js';
import { uriOf } from '../../src/process/uri.js';
import { WireServer } from '../../src/wire/server.js';
import { opQuery, RawClient } from './raw-client.js';

describe('the official driver', () => {
  let folder: string;
  let engine: Engine;
  let server: WireServer;
  let tcp: string;
  let socket: string;
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => void faults.push(error);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emb-test-'));
    engine = await Engine.open(folder, { onFatal: onFault, onFault });
    server = new WireServer((request) => engine.run(request), { onFault });
    tcp = await server.listen({ port: 0 });
    socket = await server.listen({ socket: join(folder, 'Mixed-Case.sock') });
  });

  afterAll(async () => {
    await server.close();
    await engine.close();
    await rm(folder, { recursive: true, force: true });
    expect(faults).toEqual([]);
  });

  const withClient = async <T>(uri: string, use: (client: MongoClient) => Promise<T>): Promise<T> => {
    const client = new MongoClient(uri, { serverSelectionTimeoutMS: 60_000 });
    try {
      return await use(await client.connect());
    } finally {
      await client.close();
    }
  };

  const uris: [name: string, uri: () => string][] = [
    ['TCP, as the engine names it', () => uriOf(tcp)],
    ['TCP, directly', () => `mongodb://${tcp}/?directConnection=true`],
    ['TCP, without options', () => `mongodb://${tcp}/`],
    ['TCP, as localhost', () => `mongodb://${tcp.replace('127.0.0.1', 'localhost')}/?replicaSet=rs0`],
    ['TCP, with a server API', () => `mongodb://${tcp}/?directConnection=true`],
    ['a Unix socket, as the engine names it', () => uriOf(socket)],
  ];

  it.each(uris)('pings and says hello by %s', async (name, uri) => {
    const api = name.includes('server API') ? ({ serverApi: '1' } as const) : {};
    const client = new MongoClient(uri(), { serverSelectionTimeoutMS: 60_000, ...api });
    await client.connect();
    const db = client.db('admin');
    expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
    const address = name.includes('Unix') ? socket : tcp;
    expect(await db.command({ hello: 1 })).toMatchObject({
      isWritablePrimary: true,
      secondary: false,
      readOnly: false,
      setName: 'rs0',
      setVersion: 1,
      hosts: [address],
      me: address,
      primary: address,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: 25,
      ok: 1,
    });
    await client.close();
  });

  it('gets neither a topologyVersion nor an electionId, and helloOk where it asks for it', async () => {
    const client = await RawClient.connect(tcp);
    client.send(
      opQuery('admin.$cmd', {
        ismaster: 1,
        helloOk: true,
        client: { driver: { name: 'x' } },
        compression: ['zlib'],
      }),
    );
    const { doc } = (await client.answer())!;
    expect(doc).toMatchObject({ ismaster: true, helloOk: true, ok: 1, localTime: expect.any(Date) });
    for (const absent of ['topologyVersion', 'electionId', 'compression', 'isWritablePrimary']) {
      expect(doc).not.toHaveProperty(absent);
    }
    client.destroy();
  });

  it('refuses another set name', async () => {
    const client = new MongoClient(`mongodb://${tcp}/?replicaSet=other`, { serverSelectionTimeoutMS: 300 });
    await expect(client.connect()).rejects.toThrow();
    await client.close();
  });

  it('learns of build, process, connections and its own address', async () => {
    await withClient(uriOf(tcp), async (client) => {
      const db = client.db('admin');
      expect(await db.command({ buildInfo: 1 })).toMatchObject({ versionArray: [8, 0, 4, 0], bits: 64 });
      const status = await db.command({ serverStatus: 1, repl: 0 });
      expect(status).toMatchObject({ pid: process.pid, version: '8.0.4', repl: { setName: 'rs0' } });
      expect(status['extra_info'].user_time_us).toBeGreaterThan(0);
      expect(status['extra_info'].system_time_us).toBeGreaterThan(0);
      expect(status['connections'].current).toBeGreaterThan(0);
      expect(status['uptime']).toBeGreaterThanOrEqual(0);
      expect((await db.command({ whatsmyuri: 1 }))['you']).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(await db.command({ connectionStatus: 1 })).toMatchObject({
        authInfo: { authenticatedUsers: [] },
      });
    });
  });

  it('answers what a shell asks at its start', async () => {
    await withClient(uriOf(tcp), async (client) => {
      const db = client.db('admin');
      const version = { featureCompatibilityVersion: { version: '8.0' } };
      expect(await db.command({ getParameter: 1, featureCompatibilityVersion: 1 })).toMatchObject(version);
      expect(await db.command({ getParameter: '*' })).toMatchObject(version);
      await expect(db.command({ getParameter: 1 })).rejects.toMatchObject({ code: 72 });
      expect(await db.command({ getLog: 'startupWarnings' })).toMatchObject({
        totalLinesWritten: 0,
        log: [],
      });
      await expect(db.command({ getLog: 'none' })).rejects.toMatchObject({ code: 96 });
      expect((await db.command({ hostInfo: 1 }))['system'].memSizeMB).toBeGreaterThan(0);
      await expect(client.db('x').command({ hostInfo: 1 })).rejects.toMatchObject({ code: 13 });
    });
  });

  it('is told the code of a command that does not exist', async () => {
    await withClient(uriOf(socket), async (client) => {
      const answer = client.db('x').command({ noSuchThing: 1 });
      await expect(answer).rejects.toMatchObject({ code: 59, codeName: 'CommandNotFound' });
    });
  });

  it('serves mongoose and its transactions by both ways', async () => {
    for (const uri of [uriOf(tcp), uriOf(socket)]) {
      const connection = await mongoose
        .createConnection(uri, { serverSelectionTimeoutMS: 60_000 })
        .asPromise();
      const things = connection.collection<{ _id: string; n: number }>('things');
      await things.deleteMany({});
      await connection.transaction(async (session) => {
        await things.insertOne({ _id: 'a', n: 1 }, { session });
        await things.updateOne({ _id: 'a' }, { $inc: { n: 1 } }, { session });
        expect(await things.countDocuments()).toBe(0);
      });
      const failing = connection.transaction(async (session) => {
        await things.deleteOne({ _id: 'a' }, { session });
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await things.find().toArray()).toEqual([{ _id: 'a', n: 2 }]);
      await connection.close();
    }
  });
});
