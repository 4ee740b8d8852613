import { randomBytes } from 'node:crypto';

import { EngineProcess } from '../engine-process.js';
import { HttpClient } from '../http-client.js';
import { depositsPath, openLedger, type Ledger } from '../ledger.js';
import { compare, type Line, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { CountingProxy } from './counting-proxy.js';

const POSTINGS = 200;
const TOGETHER = 32;
const TOGETHER_EACH = 50;
/** What drivers send on their own account, not for a posting. */
const BACKGROUND = ['hello', 'ismaster', 'isMaster', 'ping', 'endSessions', 'OP_QUERY'];

/** Round trips to the database, counted on the wire: the service talks to an engine through a proxy. */
export async function roundTrips(): Promise<Report> {
  const engine = await EngineProcess.start();
  const proxy = await CountingProxy.start({ host: '127.0.0.1', port: engine.port });
  try {
    return await countThrough(proxy);
  } finally {
    await proxy.stop();
    await engine.stop();
  }
}

async function countThrough(proxy: CountingProxy): Promise<Report> {
  const service = await ServiceProcess.start({
    settings: {
      DB_CONNECTION_STRING: `mongodb://127.0.0.1:${proxy.port}/bench?directConnection=true`,
      JWT_SECRET_KEY: randomBytes(32).toString('hex'),
    },
  });
  try {
    const ledger = await openLedger(service.origin, TOGETHER);
    return await countAll(service.origin, ledger, proxy);
  } finally {
    await service.stop();
  }
}

async function countAll(origin: string, { token, accounts }: Ledger, proxy: CountingProxy): Promise<Report> {
  const client = new HttpClient(origin, TOGETHER, token);
  const [account = ''] = accounts;
  const notes: string[] = [];
  const count = async (
    what: string,
    most: number,
    requests: number,
    run: () => Promise<unknown>,
  ): Promise<Line> => {
    proxy.take();
    await run();
    const counted = [...proxy.take()].filter(([name]) => !BACKGROUND.includes(name));
    const commands = counted.map(([name, times]) => `${name} ${(times / requests).toFixed(2)}`);
    notes.push(`  ${what}: ${commands.join(', ')}`);
    return compare(what, counted.reduce((sum, [, times]) => sum + times, 0) / requests, 1, { most });
  };
  const oneByOne = async (path: string, body?: object): Promise<void> => {
    for (let turn = 0; turn < POSTINGS; turn += 1) await client.expect(201, 'POST', path, body);
  };
  const together = (paths: readonly string[]): Promise<unknown> =>
    Promise.all(
      Array.from({ length: TOGETHER }, async (_, writer) => {
        const path = paths[writer % paths.length] ?? '';
        for (let turn = 0; turn < TOGETHER_EACH; turn += 1)
          await client.expect(201, 'POST', path, { amount: 1 });
      }),
    );
  await client.expect(201, 'POST', depositsPath(account), { amount: 1 });
  const all = TOGETHER * TOGETHER_EACH;
  const lines = [
    await count('a posting alone', 3, POSTINGS, () => oneByOne(depositsPath(account), { amount: 1 })),
    await count('an undo alone', 4, POSTINGS, () => oneByOne(`/accounts/${account}/undo`)),
    await count('a posting, 32 clients, one account', 0.5, all, () => together([depositsPath(account)])),
    await count('a posting, 32 clients, 32 accounts', 0.5, all, () => together(accounts.map(depositsPath))),
  ];
  client.close();
  return { sides: 'Round trips to the database (ours) for one request (theirs)', lines, notes };
}
