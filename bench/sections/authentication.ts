import { openLedger } from '../ledger.js';
import { median } from '../load/job.js';
import { LoadGenerator } from '../load/load-generator.js';
import { measure } from '../load/measured.js';
import { compare, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { ROUNDS, SECONDS } from '../sizes.js';

const EMPTY_ROUTES = new URL('empty-routes.js', import.meta.url).href;
const CONNECTIONS = 16;
const MOST = 0.25;

/** What token and membership cost of an empty authenticated request, by the CPU of the service's process. */
export async function authentication(): Promise<Report> {
  const service = await ServiceProcess.start({ preload: EMPTY_ROUTES });
  const load = LoadGenerator.start();
  try {
    const { token } = await openLedger(service.origin, 1);
    const { origin, meters } = service;
    const costOf = async (path: string): Promise<number> => {
      const job = { origin, token, connections: CONNECTIONS, seconds: SECONDS, method: 'GET' as const };
      const { cores, rate } = await measure(load, { ...job, paths: [path], statuses: [200] }, meters);
      return ((cores['service'] ?? 0) * 1e6) / rate;
    };
    const costs: Record<'open' | 'guarded', number[]> = { open: [], guarded: [] };
    for (const path of ['/bench/open', '/bench/guarded']) await costOf(path);
    for (let round = 0; round < ROUNDS; round += 1) {
      costs.open.push(await costOf('/bench/open'));
      costs.guarded.push(await costOf('/bench/guarded'));
    }
    const [open, guarded] = [median(costs.open), median(costs.guarded)];
    return {
      sides: 'CPU of the service for a request to a route that does nothing, in µs',
      lines: [
        compare('with a token (theirs: open to everybody)', guarded, open),
        compare('token and membership (theirs: the whole request)', guarded - open, guarded, { most: MOST }),
      ],
      notes: [],
    };
  } finally {
    load.stop();
    await service.stop();
  }
}
