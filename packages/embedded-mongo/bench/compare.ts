import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedLoop, median, type Loop, type Run } from './measure.js';
import type { Server } from './processes.js';

/** Short rounds, and many of them: what else the machine does then meets both sides alike. */
const ROUND_MS = Number(process.env['BENCH_ROUND_MS'] ?? 1_500);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
/** So many operations of each kind go before the first round, on either side: until then V8 is still compiling. */
export const WARM_UP = Number(process.env['BENCH_WARM_UP'] ?? 10_000);

/** One line of the report: what was measured, both sides, their ratio, what it is to reach. */
export interface Line {
  readonly what: string;
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly aim: string;
}

/** One side of a comparison; where its server is given, its CPU time is measured too. */
export interface Side {
  readonly loop: Loop;
  readonly server?: Server;
}

/** A side whose client is this process. */
export const here = (run: Run, server?: Server): Side => ({
  loop: (inFlight, extent) => closedLoop(inFlight, extent, run),
  ...(server && { server }),
});

/** What is compared, how many at once, and what the rate (and the CPU time of one) is to reach. */
export interface Case {
  readonly what: string;
  readonly inFlight: number;
  readonly aim: string;
  readonly cpuAim?: string;
  /** Operations of the warm-up; left out: `WARM_UP`. */
  readonly warmUp?: number;
}

interface Round {
  readonly rate: number;
  readonly cpu: number;
}

/** A folder that goes with the bench. */
export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'engine-bench-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A line about two single values. */
export function line(what: string, ours: number, theirs: number, aim: string): Line {
  return { what, ours, theirs, ratio: ours / theirs, aim };
}

/**
 * Warms both sides up, then alternates them for some rounds, each beginning every other one. The ratio is the median of
 * the ratios within the rounds. Where both sides have a server, a second line tells the CPU time of one operation.
 */
export async function compare(
  { what, inFlight, aim, cpuAim = 'reported', warmUp = WARM_UP }: Case,
  ours: Side,
  theirs: Side,
): Promise<Line[]> {
  for (const { loop } of [ours, theirs]) await loop(inFlight, { operations: warmUp });
  const a: Round[] = [];
  const b: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const sides = [
      { rounds: a, side: ours },
      { rounds: b, side: theirs },
    ];
    if (round % 2 === 1) sides.reverse();
    for (const { rounds, side } of sides) rounds.push(await measured(inFlight, side));
  }
  const lines = [lineOf(what, a, b, 'rate', aim)];
  if (ours.server && theirs.server) lines.push(lineOf(`  CPU of one, microseconds`, a, b, 'cpu', cpuAim));
  return lines;
}

async function measured(inFlight: number, { loop, server }: Side): Promise<Round> {
  const before = await server?.cpu();
  const { rate, operations } = await loop(inFlight, { ms: ROUND_MS });
  const after = await server?.cpu();
  return { rate, cpu: ((after ?? 0) - (before ?? 0)) / operations };
}

function lineOf(what: string, a: readonly Round[], b: readonly Round[], of: keyof Round, aim: string): Line {
  const ratios = a.map((round, number) => round[of] / (b[number]?.[of] ?? Number.NaN));
  const [ours, theirs] = [a, b].map((rounds) => median(rounds.map((round) => round[of])));
  return { what, ours: ours ?? Number.NaN, theirs: theirs ?? Number.NaN, ratio: median(ratios), aim };
}
