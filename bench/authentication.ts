import { HttpClient } from './http-client.js';
import { openLedger } from './ledger.js';
import { cpuSeconds } from './processes.js';
import { ServiceProcess } from './service-process.js';
import { table } from './table.js';

const EMPTY_ROUTES = new URL('empty-routes.js', import.meta.url).href;
const CONNECTIONS = 16;
const ROUNDS = 6;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 3);

/** CPU time that the service's process spends on one request to a route that does nothing, in microseconds. */
async function costOf(service: ServiceProcess, client: HttpClient, path: string): Promise<number> {
  const before = cpuSeconds(service.pid);
  const end = performance.now() + SECONDS * 1000;
  let requests = 0;
  const worker = async () => {
    while (performance.now() < end) {
      await client.expect(200, 'GET', path);
      requests += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return ((cpuSeconds(service.pid) - before) * 1e6) / requests;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const service = await ServiceProcess.start({ NODE_OPTIONS: `--import ${EMPTY_ROUTES}` });
try {
  const { token } = await openLedger(service.origin, 1);
  const client = new HttpClient(service.origin, CONNECTIONS, token);
  const costs = { open: [] as number[], guarded: [] as number[] };
  for (const path of ['/bench/open', '/bench/guarded']) await costOf(service, client, path);
  for (let round = 0; round < ROUNDS; round += 1) {
    costs.open.push(await costOf(service, client, '/bench/open'));
    costs.guarded.push(await costOf(service, client, '/bench/guarded'));
  }
  client.close();
  const [open, guarded] = [median(costs.open), median(costs.guarded)];
  const rows = [
    ['route that does nothing', 'CPU a request'],
    ['open to everybody', `${open.toFixed(0)} µs`],
    ['with a token', `${guarded.toFixed(0)} µs`],
  ];
  const share = ((guarded - open) / guarded) * 100;
  process.stdout.write(
    `${table(rows)}\nToken and membership are ${share.toFixed(0)} % of an empty authenticated request (aim: at most 25 %).\n` +
      `Median of ${ROUNDS} rounds of ${SECONDS} s each, in turn, ${CONNECTIONS} connections; CPU of the service's process alone.\n`,
  );
} finally {
  await service.stop();
}
