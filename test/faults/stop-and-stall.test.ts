import { HttpClient } from '../../bench/http-client.js';
import { setTimeout as pause } from 'node:timers/promises';
import { Caller } from './caller.js';
import { startFaultyDatabase } from './faulty-database.js';
import { audited } from './rounds.js';
import { Victim } from './victim.js';
import { Writers } from './writers.js';

/** How long a request may take when the database does not answer, in milliseconds. */
const SANE_MS = 60_000;

describe('SIGTERM under load', () => {
  it('answers what is in flight; nothing that was acknowledged is lost, nothing is recorded unanswered', async () => {
    const victim = await Victim.start();
    const writers = await Writers.open({ origins: [victim.origin] });
    const { outcome } = writers;
    writers.start();
    for (let stop = 0; stop < 3; stop += 1) {
      await writers.acknowledgedMore(100);
      expect(await victim.stopInOrder()).toMatchObject({ code: 0, signal: null });
    }
    await writers.stop();
    const { events, problems } = await audited(victim.databaseUri, writers);
    const unanswered = await recordedUnanswered(victim, writers);
    const { acknowledged, unknown, replays } = outcome;
    process.stdout.write(
      `SIGTERM three times under load: ${acknowledged.size} acknowledged, ${unknown.size} unanswered, ${events} events\n`,
    );
    expect(problems).toEqual([]);
    // Who was cut off had nothing recorded: neither is there an event, nor did a repetition find one.
    expect({ unanswered, replays }).toEqual({ unanswered: [], replays: 0 });
    await victim.stop();
  }, 600_000);
});

async function recordedUnanswered(victim: Victim, { ledger, outcome }: Writers): Promise<string[]> {
  const client = new HttpClient(victim.origin, 1, ledger.token);
  const found: string[] = [];
  for (const account of ledger.accounts) {
    for (let cursor: string | null = ''; cursor !== null;) {
      const path = `/accounts/${account}/transactions?page_size=200${cursor && `&cursor=${cursor}`}`;
      type Page = { items: { description: string }[]; next_cursor: string | null };
      const page: Page = await client.expect<Page>(200, 'GET', path);
      found.push(
        ...page.items.map(({ description }) => description).filter((text) => outcome.unknown.has(text)),
      );
      cursor = page.next_cursor;
    }
  }
  client.close();
  return found;
}

describe('a database that does not answer', () => {
  it('is 503 within a sane time for every request, and all goes on when it is back', async () => {
    const database = await startFaultyDatabase(1);
    const [origin = ''] = database.services.origins;
    const writers = await Writers.open({ origins: [origin] });
    writers.start();
    await writers.acknowledgedMore(100);
    database.engine.process.signal('SIGSTOP');
    const caller = new Caller(origin, writers.ledger.token, 200);
    const [account = ''] = writers.ledger.accounts;
    const began = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const answer = await caller.post(`/accounts/${account}/deposits`, { amount: 1 });
        return { answer, ms: performance.now() - began };
      }),
    );
    database.engine.process.signal('SIGCONT');
    const slowest = Math.max(...answers.map(({ ms }) => ms));
    process.stdout.write(
      `a database that is stopped: 200 requests, the slowest answered in ${slowest.toFixed(0)} ms\n`,
    );
    caller.close();
    await pause(1_000);
    await database.services.ready();
    await writers.acknowledgedMore(100);
    await writers.stop();
    const { problems } = await audited(database.databaseUri, writers);
    await database.stop();
    expect(problems).toEqual([]);
    expect(new Set(answers.map(({ answer }) => answer?.status))).toEqual(new Set([503]));
    expect(slowest).toBeLessThan(SANE_MS);
  }, 600_000);
});
