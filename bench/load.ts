import { cpuSeconds } from './processes.js';
import { HttpClient } from './http-client.js';
import type { Ledger } from './ledger.js';
import type { ServiceProcess } from './service-process.js';

/** One run: so many connections, each posting again as soon as it has its answer. */
export interface Run {
  readonly connections: number;
  /** How many of the ledger's accounts take part. */
  readonly accounts: number;
  readonly seconds: number;
}

/** What a run measured. Latencies in milliseconds; CPU in seconds of one core per second of the run. */
export interface Measured extends Run {
  readonly postings: number;
  readonly postings_a_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly service_cpu: number;
  readonly engine_cpu: number | null;
}

/** Posts deposits of 1.00 for as long as the run says. Anything but 201 ends the bench with an error. */
export async function measure(service: ServiceProcess, ledger: Ledger, run: Run): Promise<Measured> {
  const { enginePid } = service;
  const cpuBefore = [cpuSeconds(service.pid), enginePid === undefined ? 0 : cpuSeconds(enginePid)] as const;
  const started = performance.now();
  const latencies = await post(service.origin, ledger, run);
  const elapsed = (performance.now() - started) / 1000;
  const serviceCpu = cpuSeconds(service.pid) - cpuBefore[0];
  const engineCpu = enginePid === undefined ? null : cpuSeconds(enginePid) - cpuBefore[1];
  return {
    ...run,
    postings: latencies.length,
    postings_a_second: latencies.length / elapsed,
    p50_ms: percentile(latencies, 0.5),
    p99_ms: percentile(latencies, 0.99),
    service_cpu: serviceCpu / elapsed,
    engine_cpu: engineCpu === null ? null : engineCpu / elapsed,
  };
}

/** Returns each posting's latency in milliseconds, sorted. */
async function post(origin: string, ledger: Ledger, run: Run): Promise<Float64Array> {
  const client = new HttpClient(origin, run.connections, ledger.token);
  const accounts = ledger.accounts.slice(0, run.accounts);
  const latencies: number[] = [];
  const end = performance.now() + run.seconds * 1000;
  let turn = 0;
  const writer = async () => {
    while (performance.now() < end) {
      const account = accounts[turn % accounts.length] ?? '';
      const envelope_id = turn % 5;
      turn += 1;
      const sent = performance.now();
      await client.expect(201, 'POST', `/accounts/${account}/deposits`, { envelope_id, amount: 1 });
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: run.connections }, writer));
  client.close();
  return Float64Array.from(latencies).sort();
}

/** The smallest latency that the given share of all does not exceed. */
function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
