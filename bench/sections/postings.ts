import { DEPOSITS, depositsPath, openLedger } from '../ledger.js';
import { LoadGenerator } from '../load/load-generator.js';
import { coresText, measure, middle, type Measured } from '../load/measured.js';
import type { Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { ACCOUNTS, ROUNDS, SECONDS } from '../sizes.js';

const CONNECTIONS = (process.env['BENCH_CONNECTIONS'] ?? '1,16,64').split(',').map(Number);
const WARM_UP_SECONDS = 2;

/** Postings through HTTP without a peer: what a profile is made of (`BENCH_NODE_OPTIONS=--cpu-prof`). */
export async function postings(): Promise<Report> {
  const service = await ServiceProcess.start();
  const load = LoadGenerator.start();
  try {
    const { origin, meters } = service;
    const { token, accounts } = await openLedger(origin, ACCOUNTS);
    const job = {
      origin,
      token,
      seconds: SECONDS,
      method: 'POST' as const,
      bodies: DEPOSITS,
      statuses: [201],
    };
    const paths = accounts.map(depositsPath);
    await load.run({ ...job, paths, connections: 16, seconds: WARM_UP_SECONDS });
    const notes: string[] = [];
    for (const connections of CONNECTIONS) {
      const rounds: Measured[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        rounds.push(await measure(load, { ...job, paths, connections }, meters));
      }
      const { rate, p50_ms, p99_ms, cpu_us, cores } = middle(rounds);
      const speed = `${rate.toFixed(0)} a second, p50 ${p50_ms.toFixed(1)} ms, p99 ${p99_ms.toFixed(1)} ms`;
      notes.push(
        `${connections} connections: ${speed}, ${cpu_us.toFixed(0)} µs of CPU each; cores: ${coresText(cores)}`,
      );
    }
    return { sides: `Postings to ${ACCOUNTS} accounts`, lines: [], notes };
  } finally {
    load.stop();
    await service.stop();
  }
}
