import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { EmbeddedMongo } from 'embedded-mongo';
import { MongoClient, MongoNetworkError } from 'mongodb';
import { failDeadWrites } from '../../src/database/dead-writes.js';

/** Holds this thread still, so that it cannot notice what happens to its sockets meanwhile. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('a write to a connection whose server has just been killed', () => {
  let folder: string;
  let engine: EmbeddedMongo;
  let client: MongoClient;
  const sockets: Socket[] = [];
  const noteSocket = (message: unknown) => sockets.push((message as { socket: Socket }).socket);
  const ping = () => client.db('any').command({ ping: 1 });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    engine = await EmbeddedMongo.start({
      dbPath: join(folder, 'db'),
      socket: join(folder, 'run', 'engine.sock'),
      restart: true,
      onLog: () => undefined,
    });
    sockets.length = 0;
    subscribe('net.client.socket', noteSocket);
    client = new MongoClient(engine.uri);
    failDeadWrites(client);
    await Promise.all([ping(), ping(), ping()]);
  });

  afterEach(async () => {
    unsubscribe('net.client.socket', noteSocket);
    await client.close();
    await engine.stop();
    await rm(folder, { recursive: true });
  });

  const kill = () => process.kill(engine.pid ?? 0, 'SIGKILL');

  async function expectNetworkErrors(pings: readonly Promise<unknown>[]): Promise<void> {
    for (const answer of await Promise.allSettled(pings)) {
      expect(answer.status).toBe('rejected');
      expect((answer as PromiseRejectedResult).reason).toBeInstanceOf(MongoNetworkError);
    }
  }

  it('is a network error to the driver, which it retries or labels, and not a bare one', async () => {
    kill();
    standStill(200);
    await expectNetworkErrors([ping(), ping(), ping()]);
  });

  it('is one also between the end of the connection and its close, of which nothing more is heard', async () => {
    const open = new Set(sockets);
    for (const socket of sockets) socket.once('close', () => open.delete(socket));
    kill();
    while (![...open].some(({ destroyed }) => destroyed)) await turn();
    await expectNetworkErrors([ping(), ping(), ping()]);
  });

  it('is one also when the kernel has not taken all of it yet', async () => {
    process.kill(engine.pid ?? 0, 'SIGSTOP');
    const held = client.db('any').command({ ping: 'x'.repeat(4_000_000) });
    while (!sockets.some(({ writableNeedDrain }) => writableNeedDrain)) await turn();
    kill();
    await expectNetworkErrors([held]);
  });
});
