import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedMongo } from 'embedded-mongo';
import { MongoClient, MongoNetworkError } from 'mongodb';
import { failDeadWrites } from '../../src/database/dead-writes.js';

/** Holds this thread still, so that it cannot notice what happens to its sockets meanwhile. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('a write to a connection whose server has just been killed', () => {
  it('is a network error to the driver, which it retries or labels, and not a bare one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    const engine = await EmbeddedMongo.start({
      dbPath: join(folder, 'db'),
      socket: join(folder, 'run', 'engine.sock'),
      restart: true,
      onLog: () => undefined,
    });
    const client = new MongoClient(engine.uri);
    failDeadWrites(client);
    const ping = () => client.db('any').command({ ping: 1 });
    await Promise.all([ping(), ping(), ping()]);
    process.kill(engine.pid ?? 0, 'SIGKILL');
    standStill(200);
    const answers = await Promise.allSettled([ping(), ping(), ping()]);
    for (const answer of answers) {
      expect(answer.status).toBe('rejected');
      expect((answer as PromiseRejectedResult).reason).toBeInstanceOf(MongoNetworkError);
    }
    await client.close();
    await engine.stop();
    await rm(folder, { recursive: true });
  });
});
