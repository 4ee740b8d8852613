import { setTimeout as pause } from 'node:timers/promises';
import { MongoClient } from 'mongodb';

import { table } from '../../bench/table.js';
import { audit } from './stored-ledger.js';
import type { Writers } from './writers.js';

/** The full run, `npm run test:faults`, goes on for as long as its figures need; the normal one looks at everything once. */
export const FULL = process.env.FAULTS === 'full';

export const ACKNOWLEDGED_BETWEEN_KILLS = 100;
const MOST_RANDOM_MS = 300;
/** How long `ledger:verify` may take over all that the full run leaves. */
export const VERIFY_MS = 300_000;
/** How long it should take at most from a kill until all is ready again; looked at by whoever reads the report. */
const READY_MS = 3_000;
/** How long the writers go on after a kill that is survived. */
const AFTERWARDS_MS = 200;

/** Something that is killed, and comes back. */
export interface Killable<Target extends string> {
  /** The database's own address, for looking past the services. */
  readonly databaseUri: string;
  /** Kills with SIGKILL, sees to it that all runs again, and gives the milliseconds until it was ready. */
  kill(target: Target): Promise<number>;
}

/** What one round came to. */
export interface Round {
  readonly target: string;
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  readonly replays: number;
  readonly events: number;
  readonly readyMs: number;
  readonly problems: readonly string[];
}

/** Kills in the middle of the writing, and looks at what is left once all is back. */
export async function oneRound<Target extends string>(
  victim: Killable<Target>,
  writers: Writers,
  target: Target,
): Promise<Round> {
  const before = counts(writers);
  const { acknowledged, readyMs } = await killAmidWriting(victim, writers, target);
  const found = await audited(victim.databaseUri, writers);
  const after = counts(writers);
  return {
    target,
    acknowledged: acknowledged - before.acknowledged,
    refused: after.refused - before.refused,
    unknown: after.unknown - before.unknown,
    replays: after.replays - before.replays,
    readyMs,
    ...found,
  };
}

async function killAmidWriting<Target extends string>(
  victim: Killable<Target>,
  writers: Writers,
  target: Target,
) {
  writers.start();
  try {
    await writers.acknowledgedMore(ACKNOWLEDGED_BETWEEN_KILLS);
    await pause(Math.random() * MOST_RANDOM_MS);
    const { acknowledged } = counts(writers);
    const readyMs = await victim.kill(target);
    await pause(AFTERWARDS_MS);
    return { acknowledged, readyMs };
  } finally {
    await writers.stop();
  }
}

/** What the database holds of these writers' accounts, looked at past the services. */
export async function audited(uri: string, { ledger, outcome }: Writers) {
  const client = await MongoClient.connect(uri);
  try {
    return await audit(client.db(), ledger.accounts, outcome);
  } finally {
    await client.close();
  }
}

function counts({ outcome }: Writers) {
  const { acknowledged, refused, unknown, replays } = outcome;
  return { acknowledged: acknowledged.size, refused: refused.size, unknown: unknown.size, replays };
}

/** Prints the rounds, each in a line when they are few, and what they come to. */
export function print(title: string, rounds: readonly Round[]): void {
  const head = [
    'killed',
    'acknowledged',
    'refused',
    'unanswered',
    'replays',
    'events',
    'ready ms',
    'problems',
  ];
  const rows = (rounds.length <= 20 ? rounds : []).map((round) => [
    round.target,
    ...[round.acknowledged, round.refused, round.unknown, round.replays, round.events].map(String),
    round.readyMs.toFixed(0),
    String(round.problems.length),
  ]);
  const total = (pick: (round: Round) => number) =>
    String(rounds.reduce((sum, round) => sum + pick(round), 0));
  const all = [
    `all ${rounds.length}`,
    ...[total((round) => round.acknowledged), total((round) => round.refused)],
    ...[total((round) => round.unknown), total((round) => round.replays), '', ''],
    total((round) => round.problems.length),
  ];
  const fewest = Math.min(...rounds.map(({ acknowledged }) => acknowledged));
  const lines = [title, table([head, ...rows, all]), `fewest acknowledged before a kill: ${fewest}`];
  process.stdout.write(`${[...lines, ...readiness(rounds)].join('\n')}\n`);
}

/** How long it took from the kill until all was ready again, for each target and for all. */
function readiness(rounds: readonly Round[]): string[] {
  const targets = [...new Set(rounds.map(({ target }) => target))];
  const text = (what: string, times: readonly number[]) => {
    const sorted = [...times].sort((a, b) => a - b);
    const late = sorted.filter((ms) => ms > READY_MS).length;
    return `${what}: ready again after ${at(sorted, 0.5)} ms, at most ${at(sorted, 1)} ms, beyond ${READY_MS} ms ${late} times of ${times.length}`;
  };
  const timesOf = (all: readonly Round[]) => all.map(({ readyMs }) => readyMs);
  return [
    ...targets.map((target) => text(target, timesOf(rounds.filter((round) => round.target === target)))),
    text('every round', timesOf(rounds)),
  ];
}

const at = (sorted: readonly number[], share: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(0);
