import { setTimeout as pause } from 'node:timers/promises';
import { MongoClient } from 'mongodb';

import { HttpClient } from '../../bench/http-client.js';
import { table } from '../../bench/table.js';
import { audit } from './stored-ledger.js';
import { Victim, type Recovery, type Target } from './victim.js';
import { Writers } from './writers.js';

const ROUNDS_EACH = 4;
const ACKNOWLEDGED_BETWEEN_KILLS = 100;
const MOST_RANDOM_MS = 300;
/** How long the writers go on after a kill that the service survives. */
const AFTERWARDS_MS = 300;
const TARGETS: Target[] = Array.from(
  { length: ROUNDS_EACH },
  () => ['service', 'engine', 'both'] as const,
).flat();

interface Round extends Recovery {
  readonly target: Target;
  readonly acknowledged: number;
  readonly unanswered: number;
  readonly events: number;
  readonly problems: string[];
}

/** Kills in the middle of the writing, and looks at what is left once the service is back. */
async function oneRound(victim: Victim, writers: Writers, target: Target): Promise<Round> {
  const before = { acknowledged: writers.outcome.acknowledged.length, unknown: writers.outcome.unknown.size };
  const { acknowledged, recovery } = await killAmidWriting(victim, writers, target);
  const { events, problems } = await audited(victim, writers);
  return {
    ...recovery,
    target,
    acknowledged: acknowledged - before.acknowledged,
    unanswered: writers.outcome.unknown.size - before.unknown,
    events,
    problems,
  };
}

async function killAmidWriting(victim: Victim, writers: Writers, target: Target) {
  writers.start();
  try {
    await writers.acknowledgedMore(ACKNOWLEDGED_BETWEEN_KILLS);
    await pause(Math.random() * MOST_RANDOM_MS);
    const acknowledged = writers.outcome.acknowledged.length;
    const recovery = await victim.kill(target);
    await pause(AFTERWARDS_MS);
    return { acknowledged, recovery };
  } finally {
    await writers.stop();
  }
}

async function audited(victim: Victim, writers: Writers) {
  const client = await MongoClient.connect(victim.databaseUri);
  const found = await audit(client.db(), writers.outcome);
  await client.close();
  return found;
}

/** What a client of the API sees of one account: its envelopes make up its balance, the register's newest row too. */
async function shownBalances(client: HttpClient, account: string): Promise<number[]> {
  const path = `/accounts/${account}`;
  const shown = await client.expect<{ balance: number; envelopes: { balance: number }[] }>(200, 'GET', path);
  const newest = `${path}/transactions?page_size=1`;
  const { items } = await client.expect<{ items: { balance: number }[] }>(200, 'GET', newest);
  const inEnvelopes = shown.envelopes.reduce((sum, { balance }) => sum + Math.round(balance * 100), 0);
  return [Math.round(shown.balance * 100), inEnvelopes, Math.round((items[0]?.balance ?? NaN) * 100)];
}

function print(rounds: readonly Round[]): void {
  const head = [
    'killed',
    'acknowledged',
    'unanswered',
    'events in all',
    'ready after ms',
    'engine gone ms',
    'problems',
  ];
  const rows = rounds.map((round) => [
    round.target,
    String(round.acknowledged),
    String(round.unanswered),
    String(round.events),
    round.readyMs.toFixed(0),
    round.engineGoneMs?.toFixed(0) ?? '-',
    String(round.problems.length),
  ]);
  process.stdout.write(`kill -9 under load, ${rounds.length} rounds\n${table([head, ...rows])}\n`);
}

describe('kill -9 under load', () => {
  let victim: Victim;
  let writers: Writers;
  const rounds: Round[] = [];

  beforeAll(async () => {
    victim = await Victim.start();
    writers = await Writers.open(victim.origin);
  });

  afterAll(async () => {
    print(rounds);
    await victim.stop();
  });

  it.each(TARGETS.map((target, index) => [index + 1, target] as const))(
    'round %i: %s killed, nothing acknowledged is lost, nothing is there in part or twice',
    async (_round, target) => {
      const round = await oneRound(victim, writers, target);
      rounds.push(round);
      if (round.problems.length > 0) console.error(victim.complaints);
      expect(round.problems).toEqual([]);
      expect(round.acknowledged).toBeGreaterThanOrEqual(ACKNOWLEDGED_BETWEEN_KILLS);
    },
    120_000,
  );

  it('shows balances that add up', async () => {
    const client = new HttpClient(victim.origin, 1, writers.ledger.token);
    for (const account of writers.ledger.accounts) {
      const balances = await shownBalances(client, account);
      expect(new Set(balances).size).toBe(1);
    }
    client.close();
  });
});
