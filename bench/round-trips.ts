import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { CountingProxy } from './counting-proxy.js';
import { HttpClient } from './http-client.js';
import { openLedger } from './ledger.js';
import { freePort, ServiceProcess } from './service-process.js';

const ENGINE = fileURLToPath(new URL('../../packages/embedded-mongo/bin/embedded-mongo.js', import.meta.url));
const POSTINGS = 200;
/** What drivers send on their own account, not for a posting. */
const BACKGROUND = ['hello', 'ismaster', 'isMaster', 'ping', 'endSessions', 'OP_QUERY'];

/** Round trips to the database that one posting costs: all, and by command. */
export interface RoundTrips {
  readonly per_posting: number;
  readonly by_command: Readonly<Record<string, number>>;
}

/** Counts on the wire: the service talks to an engine through a proxy, one posting after the other. */
export async function countRoundTrips(): Promise<RoundTrips> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-engine-'));
  const port = await freePort();
  const engine = spawn(process.execPath, [ENGINE, '--dbpath', folder, '--port', String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const proxy = await CountingProxy.start({ host: '127.0.0.1', port });
  try {
    return await countThrough(proxy);
  } finally {
    await proxy.stop();
    const ended = new Promise((resolve) => engine.once('exit', resolve));
    engine.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function countThrough(proxy: CountingProxy): Promise<RoundTrips> {
  const service = await ServiceProcess.start({
    DB_CONNECTION_STRING: `mongodb://127.0.0.1:${proxy.port}/bench?directConnection=true`,
    JWT_SECRET_KEY: randomBytes(32).toString('hex'),
  });
  try {
    return await postAndCount(service.origin, proxy);
  } finally {
    await service.stop();
  }
}

async function postAndCount(origin: string, proxy: CountingProxy): Promise<RoundTrips> {
  const ledger = await openLedger(origin, 1);
  const client = new HttpClient(origin, 1, ledger.token);
  const path = `/accounts/${ledger.accounts.join('')}/deposits`;
  await client.expect(201, 'POST', path, { amount: 1 });
  proxy.take();
  for (let posting = 0; posting < POSTINGS; posting += 1) {
    await client.expect(201, 'POST', path, { amount: 1 });
  }
  const counted = [...proxy.take()].filter(([name]) => !BACKGROUND.includes(name));
  client.close();
  const by_command = Object.fromEntries(counted.map(([name, count]) => [name, count / POSTINGS]));
  return { per_posting: counted.reduce((sum, [, count]) => sum + count, 0) / POSTINGS, by_command };
}
