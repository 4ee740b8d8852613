import { setTimeout as pause } from 'node:timers/promises';

import { diskOf } from '../disk.js';
import { HttpClient } from '../http-client.js';
import { DEPOSITS, depositsPath, openLedger } from '../ledger.js';
import { LoadGenerator } from '../load/load-generator.js';
import { compare, type Line, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { SECONDS } from '../sizes.js';
import { fill } from './long-ledger.js';

const CONNECTIONS = [1, 16, 64];
/** The accounts that are posted to, many more than are in one commit. */
const ACCOUNTS = 1_000;
/** So many postings come first, over all accounts: until then pages are shared, and begun, by many accounts. */
const GROWN = 100_000;
const GROW_MS = 100_000;
const GROW_SECONDS = 10;
/** A measurement goes on for so many runs: the file grows by steps, some 20 MB each time that nothing is free for reuse. */
const RUNS = 3;
const RUNS_ALONE = 9;
const BATCHED = 20_000;
const DISK_BYTES = 2_500;
const SETTLE_MS = 1_000;

/**
 * What a posting takes up on disk that came by itself, over all of them, and by how many come at once; and one of a large
 * batch. Only the first is long enough to be held against the limit: a part may have met one step of the file, or none.
 */
export async function disk(): Promise<Report> {
  const service = await ServiceProcess.start();
  const load = LoadGenerator.start();
  try {
    const { origin, folder } = service;
    const { token, accounts } = await openLedger(origin, ACCOUNTS);
    const paths = accounts.map(depositsPath);
    const post = async (connections: number, seconds: number): Promise<number> => {
      const job = { origin, token, connections, paths, bodies: DEPOSITS, statuses: [201] };
      const { answers } = await load.run({ ...job, method: 'POST', seconds });
      await pause(SETTLE_MS);
      return answers;
    };
    const parts: Line[] = [];
    let all = 0;
    const measure = async (name: string, some: () => AsyncGenerator<number>): Promise<void> => {
      const before = diskOf(folder);
      let postings = 0;
      for await (const answers of some()) postings += answers;
      const bytes = (diskOf(folder) - before) / postings;
      all += postings;
      parts.push(compare(`  ${name}, ${postings} postings`, bytes, DISK_BYTES));
    };
    const most = Math.max(...CONNECTIONS);
    await post(most, SECONDS);
    const before = diskOf(folder);
    await measure(`${most} connections, the first of all accounts`, async function* () {
      const until = performance.now() + GROW_MS;
      for (let grown = 0; grown < GROWN && performance.now() < until;) {
        const answers = await post(most, GROW_SECONDS);
        grown += answers;
        yield answers;
      }
    });
    for (const connections of CONNECTIONS) {
      await measure(`${connections} connections, later`, async function* () {
        const runs = connections === 1 ? RUNS_ALONE : RUNS;
        for (let run = 0; run < runs; run += 1) yield await post(connections, SECONDS);
      });
    }
    const bytes = (diskOf(folder) - before) / all;
    const single = compare(`single postings, ${all} in all`, bytes, DISK_BYTES, { most: 1 });
    const batched = await ofBatches(service, token, accounts);
    const lines = [single, ...parts, compare(`  batches, ${BATCHED} postings`, batched, DISK_BYTES)];
    return { sides: 'Bytes on disk for each posting (theirs: the limit)', lines, notes: [] };
  } finally {
    load.stop();
    await service.stop();
  }
}

async function ofBatches(
  { origin, folder }: ServiceProcess,
  token: string,
  [account = '']: readonly string[],
): Promise<number> {
  const client = new HttpClient(origin, 1, token);
  const path = `/accounts/${account}/transactions?page_size=1`;
  const { total } = await client.expect<{ total: number }>(200, 'GET', path);
  const before = diskOf(folder);
  await fill(client, account, total - 1 + BATCHED, BATCHED);
  client.close();
  await pause(SETTLE_MS);
  return (diskOf(folder) - before) / BATCHED;
}
