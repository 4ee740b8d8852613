import { HttpClient } from '../../bench/http-client.js';
import { ACKNOWLEDGED_BETWEEN_KILLS, FULL, oneRound, print, VERIFY_MS, type Round } from './rounds.js';
import { Victim, type Target } from './victim.js';
import { Writers } from './writers.js';

const ROUNDS = FULL ? 200 : 10;
/** A new user with new accounts now and then, so that looking at all they wrote stays quick. */
const ROUNDS_A_LEDGER = 20;
const TURNS: readonly Target[] = ['service', 'engine', 'both'];
const TARGETS = Array.from({ length: ROUNDS }, (_, index) => TURNS[index % TURNS.length] ?? 'both');

/** What a client of the API sees of one account: its envelopes make up its balance, the register's newest row too. */
async function shownBalances(client: HttpClient, account: string): Promise<number[]> {
  const path = `/accounts/${account}`;
  const shown = await client.expect<{ balance: number; envelopes: { balance: number }[] }>(200, 'GET', path);
  const newest = `${path}/transactions?page_size=1`;
  const { items } = await client.expect<{ items: { balance: number }[] }>(200, 'GET', newest);
  const inEnvelopes = shown.envelopes.reduce((sum, { balance }) => sum + Math.round(balance * 100), 0);
  return [Math.round(shown.balance * 100), inEnvelopes, Math.round((items[0]?.balance ?? NaN) * 100)];
}

describe('kill -9 under load', () => {
  let victim: Victim;
  let writers: Writers;
  const rounds: Round[] = [];

  beforeAll(async () => {
    victim = await Victim.start();
  });

  afterAll(async () => {
    print(`kill -9 of the service, its engine, and both, under load: ${rounds.length} rounds`, rounds);
    await victim.stop();
  });

  it.each(TARGETS.map((target, index) => [index + 1, target] as const))(
    'round %i: %s killed, nothing acknowledged is lost, nothing is there in part or twice',
    async (number, target) => {
      if (number % ROUNDS_A_LEDGER === 1) writers = await Writers.open({ origins: [victim.origin] });
      const round = await oneRound(victim, writers, target);
      rounds.push(round);
      if (round.problems.length > 0) console.error(victim.complaints);
      expect(round.problems).toEqual([]);
      expect(round.acknowledged).toBeGreaterThanOrEqual(ACKNOWLEDGED_BETWEEN_KILLS);
    },
    600_000,
  );

  it(
    'leaves a database that ledger:verify finds nothing in',
    async () => {
      const { code, stdout } = await victim.verify();
      expect([code, stdout]).toEqual([0, expect.stringContaining('All is well')]);
    },
    VERIFY_MS,
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
