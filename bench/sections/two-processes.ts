import { randomBytes } from 'node:crypto';

import { EngineProcess } from '../engine-process.js';
import { HttpClient } from '../http-client.js';
import { DEPOSITS, depositsPath, openLedger } from '../ledger.js';
import { median, type Job, type Outcome } from '../load/job.js';
import { LoadGenerator } from '../load/load-generator.js';
import { compare, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { ROUNDS, SECONDS } from '../sizes.js';

const CONNECTIONS = 16;
const OPENING = 1000;

/** One hot account: two service processes on one database against one of them. */
export async function twoProcesses(): Promise<Report> {
  const engine = await EngineProcess.start();
  const settings = { DB_CONNECTION_STRING: engine.uri, JWT_SECRET_KEY: randomBytes(32).toString('hex') };
  const services: ServiceProcess[] = [];
  const loads = [LoadGenerator.start(), LoadGenerator.start()] as const;
  try {
    for (let number = 0; number < 2; number += 1) services.push(await ServiceProcess.start({ settings }));
    const [first, second] = services;
    if (!first || !second) throw new Error('Two services were started');
    return await compareThem(loads, [first.origin, second.origin]);
  } finally {
    for (const load of loads) load.stop();
    for (const service of services) await service.stop();
    await engine.stop();
  }
}

async function compareThem(
  [load, other]: readonly [LoadGenerator, LoadGenerator],
  [origin, otherOrigin]: readonly [string, string],
): Promise<Report> {
  const { token, accounts } = await openLedger(origin, 1);
  const [account = ''] = accounts;
  const job: Job = {
    ...{ origin, token, connections: CONNECTIONS, seconds: SECONDS, method: 'POST', bodies: DEPOSITS },
    ...{ paths: [depositsPath(account)], statuses: [201, 503] },
  };
  await load.run(job);
  const both = async (): Promise<Outcome[]> => {
    const half = { ...job, connections: CONNECTIONS / 2 };
    return Promise.all([load.run(half), other.run({ ...half, origin: otherOrigin })]);
  };
  const [alone, together, outcomes]: [number[], number[], Outcome[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const one = await load.run(job);
    alone.push(postings(one) / one.seconds);
    const two = await both();
    together.push(two.reduce((sum, outcome) => sum + postings(outcome) / outcome.seconds, 0));
    outcomes.push(...two);
  }
  const refused = outcomes.reduce((sum, { by_status }) => sum + (by_status['503'] ?? 0), 0);
  const p99 = Math.max(...outcomes.map(({ p99_ms }) => p99_ms));
  return {
    sides: `One hot account, ${CONNECTIONS} connections (ours: shared by two services on one database; theirs: one service)`,
    lines: [compare('postings/s', median(together), median(alone), { least: 0.5 })],
    notes: [
      `Of the two: ${refused} answers of 503, worst p99 ${p99.toFixed(1)} ms; any other refusal ends the bench.`,
      await soundness(origin, token, account),
    ],
  };
}

const postings = ({ by_status }: Outcome): number => by_status['201'] ?? 0;

/**
 * Holds the account against its register: every posting of 1.00 counted once, envelopes adding up to the balance.
 * @throws Error when one is amiss.
 */
async function soundness(origin: string, token: string, id: string): Promise<string> {
  const client = new HttpClient(origin, 1, token);
  const account = await client.expect<{ balance: number; version: number; envelopes: { balance: number }[] }>(
    200,
    'GET',
    `/accounts/${id}`,
  );
  const { total } = await client.expect<{ total: number }>(200, 'GET', `/accounts/${id}/transactions`);
  client.close();
  const deposits = total - 1;
  const held = account.envelopes.reduce((sum, { balance }) => sum + balance, 0);
  if (account.balance !== OPENING + deposits || held !== account.balance) {
    throw new Error(`${deposits} deposits, balance ${account.balance}, envelopes ${held}`);
  }
  return `${deposits} deposits, each counted once; the envelopes add up to the balance of ${account.balance}.`;
}
