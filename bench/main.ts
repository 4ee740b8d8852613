import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

import { openLedger } from './ledger.js';
import { measure, type Measured } from './load.js';
import { countRoundTrips, type RoundTrips } from './round-trips.js';
import { ServiceProcess } from './service-process.js';
import { table } from './table.js';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));
const CONNECTIONS = [1, 16, 64];
const MANY_ACCOUNTS = 256;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 10);
const WARM_UP_SECONDS = 3;

/** Every number of connections, on many accounts and on one. */
async function measureAll(service: ServiceProcess): Promise<Measured[]> {
  const ledger = await openLedger(service.origin, MANY_ACCOUNTS);
  await measure(service, ledger, { connections: 16, accounts: MANY_ACCOUNTS, seconds: WARM_UP_SECONDS });
  const results: Measured[] = [];
  for (const accounts of [MANY_ACCOUNTS, 1]) {
    for (const connections of CONNECTIONS) {
      results.push(await measure(service, ledger, { connections, accounts, seconds: SECONDS }));
    }
  }
  return results;
}

async function measureFresh(): Promise<Measured[]> {
  const service = await ServiceProcess.start();
  try {
    return await measureAll(service);
  } finally {
    await service.stop();
  }
}

function show(results: readonly Measured[], trips: RoundTrips): string {
  const head = ['connections', 'accounts', 'postings/s', 'p50 ms', 'p99 ms', 'service CPU', 'engine CPU'];
  const rows = results.map((run) => [
    String(run.connections),
    String(run.accounts),
    run.postings_a_second.toFixed(0),
    run.p50_ms.toFixed(1),
    run.p99_ms.toFixed(1),
    `${(run.service_cpu * 100).toFixed(0)} %`,
    run.engine_cpu === null ? '-' : `${(run.engine_cpu * 100).toFixed(0)} %`,
  ]);
  const commands = Object.entries(trips.by_command).map(([name, count]) => `${name} ${count.toFixed(2)}`);
  return [
    table([head, ...rows]),
    `Round trips to the database a posting: ${trips.per_posting.toFixed(2)} (${commands.join(', ')})`,
    `${SECONDS} s a row, deposits of 1.00, closed loop; CPU in per cent of one of ${cpus().length} cores, which the`,
    'load generator shares.',
  ].join('\n');
}

const results = await measureFresh();
const trips = await countRoundTrips();
process.stdout.write(`${show(results, trips)}\n`);

const at = new Date().toISOString();
await mkdir(RESULTS, { recursive: true });
const report = {
  at,
  node: process.version,
  cores: cpus().length,
  seconds: SECONDS,
  results,
  round_trips: trips,
};
await writeFile(`${RESULTS}${at.replaceAll(':', '-')}.json`, `${JSON.stringify(report, null, 2)}\n`);
