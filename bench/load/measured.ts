import { median, type Job, type Outcome } from './job.js';
import type { LoadGenerator } from './load-generator.js';

/** A run with what each process used meanwhile, in cores (1 is one core, all the time). */
export interface Measured extends Outcome {
  readonly rate: number;
  readonly cores: Readonly<Record<string, number>>;
  /** CPU of all processes but the load generator for one answer, in microseconds. */
  readonly cpu_us: number;
}

/** What tells, for each process by name, how much CPU it has used so far, in seconds. */
export type CpuMeters = Readonly<Record<string, () => number>>;

/** Does a job and measures what these processes use meanwhile. */
export async function measure(load: LoadGenerator, job: Job, meters: CpuMeters): Promise<Measured> {
  const used = () => Object.entries(meters).map(([name, read]) => [name, read()] as const);
  const before = new Map(used());
  const outcome = await load.run(job);
  const spent = used().map(([name, after]) => [name, after - (before.get(name) ?? 0)] as const);
  const total = spent.reduce((sum, [, seconds]) => sum + seconds, 0);
  const cores = spent.map(([name, seconds]) => [name, seconds / outcome.seconds] as const);
  return {
    ...outcome,
    rate: outcome.answers / outcome.seconds,
    cores: Object.fromEntries([...cores, ['load', outcome.own_cpu / outcome.seconds]]),
    cpu_us: (total * 1e6) / outcome.answers,
  };
}

/** The round in the middle, by number. */
export function middle(
  rounds: readonly Measured[],
): Pick<Measured, 'rate' | 'p50_ms' | 'p99_ms' | 'cpu_us' | 'cores'> {
  const of = (pick: (round: Measured) => number) => median(rounds.map(pick));
  const names = Object.keys(rounds[0]?.cores ?? {});
  return {
    rate: of(({ rate }) => rate),
    p50_ms: of(({ p50_ms }) => p50_ms),
    p99_ms: of(({ p99_ms }) => p99_ms),
    cpu_us: of(({ cpu_us }) => cpu_us),
    cores: Object.fromEntries(names.map((name) => [name, of(({ cores }) => cores[name] ?? 0)])),
  };
}

/** CPU as text: `service 0.95, engine 0.41, load 0.20`. */
export const coresText = (cores: Readonly<Record<string, number>>): string =>
  Object.entries(cores)
    .map(([name, value]) => `${name} ${value.toFixed(2)}`)
    .join(', ');
