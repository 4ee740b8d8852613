import { setTimeout as pause } from 'node:timers/promises';

import { MongoClient } from 'mongodb';

import { HttpClient } from '../../bench/http-client.js';
import { openAccount } from '../../bench/ledger.js';
import { fill } from '../../bench/sections/long-ledger.js';
import { table } from '../../bench/table.js';
import { EngineProcess } from '../kit/engine-process.js';
import { Copying, differencesOf } from './copying.js';
import { FULL } from './rounds.js';
import { Services } from './services.js';
import { Writers } from './writers.js';

const DEPOSITS = FULL ? 100_000 : 2_000;
const BY_WRITERS = FULL ? 2_000 : 200;
const KILLS = FULL ? 10 : 3;
/** What belongs to the copy itself. */
const ITS_OWN = new Set(['copies']);
const PATIENCE_MS = 120_000;

/** A copy that was killed: how many events the target held when it happened. */
interface Kill {
  readonly aimed: number;
  readonly events: number;
  readonly accounts: number;
}

describe('a copy from one engine to another', () => {
  let source: EngineProcess;
  let target: EngineProcess;
  let clients: MongoClient[] = [];
  let events = 0;
  const kills: Kill[] = [];
  let peakMb = 0;

  beforeAll(async () => {
    [source, target] = [await EngineProcess.start(), await EngineProcess.start()];
    const services = await Services.start(1, databaseOf(source));
    const writers = await Writers.open({ origins: services.origins });
    writers.start();
    await writers.acknowledgedMore(BY_WRITERS);
    await writers.stop();
    const client = new HttpClient(services.origins[0] ?? '', 1, writers.ledger.token);
    await fill(client, await openAccount(client, 'Long'), DEPOSITS, DEPOSITS);
    client.close();
    await services.stop();
    clients = await Promise.all([source, target].map((engine) => MongoClient.connect(databaseOf(engine))));
    events = await eventsIn(0);
  }, 900_000);

  afterAll(async () => {
    const rows = kills.map((kill) => [kill.aimed, kill.events, kill.accounts].map(String));
    const head = ['aimed at', 'events in the target', 'accounts on their way'];
    const title = `kill -9 of a copy of ${events} events; the last one had ${peakMb.toFixed(0)} MB at most`;
    process.stdout.write(`${title}\n${table([head, ...rows])}\n`);
    await Promise.all(clients.map((client) => client.close()));
    await source.stop();
    await target.stop();
  });

  const databaseAt = (index: number) => {
    const client = clients[index];
    if (!client) throw new Error(`There is no database ${index}`);
    return client.db('envelope_ledger');
  };
  const eventsIn = (index: number) => databaseAt(index).collection('transactions').estimatedDocumentCount();

  /** Kills a copy once the target holds so many events, or the copy has come further than that. */
  async function killAt(aimed: number): Promise<Kill> {
    const copying = new Copying(databaseOf(source), databaseOf(target));
    const deadline = Date.now() + PATIENCE_MS;
    while ((await eventsIn(1)) < aimed) {
      const hasEnded = !copying.isRunning && (await eventsIn(1)) < aimed;
      if (hasEnded || Date.now() > deadline) throw new Error(copying.said);
      await pause(5);
    }
    await pause(Math.random() * 30);
    await copying.kill9();
    const accounts = await databaseAt(1).collection('copied_accounts').countDocuments();
    return { aimed, events: await eventsIn(1), accounts };
  }

  it('that is killed again and again goes on where it was, and ends equal and verified', async () => {
    expect(events).toBeGreaterThan(DEPOSITS);
    const aims = Array.from({ length: KILLS }, () => Math.ceil(Math.random() * events * 0.95));
    for (const aimed of aims.sort((a, b) => a - b)) kills.push(await killAt(aimed));
    const last = new Copying(databaseOf(source), databaseOf(target));
    const finished = await last.ended();
    peakMb = last.peakMb;
    expect(finished.output).toContain('Going on with an earlier copy.');
    expect(finished.output).toContain('Copied: both sides hold the same accounts, and their logs verify.');
    expect(finished.code).toBe(0);
    expect(await differencesOf(databaseAt(0), databaseAt(1), ITS_OWN)).toEqual([]);
  }, 900_000);

  it('changes nothing when it is called once more', async () => {
    const again = await new Copying(databaseOf(source), databaseOf(target)).ended();
    expect(again.code).toBe(0);
    expect(await differencesOf(databaseAt(0), databaseAt(1), ITS_OWN)).toEqual([]);
  }, 600_000);

  it('carries a service, whose users log in as before', async () => {
    const services = await Services.start(1, databaseOf(target));
    const user = await databaseAt(1).collection('users').findOne();
    const account = await databaseAt(1).collection('accounts').findOne();
    const token = await services.at(0).token(String(user?.['username']), 'a password for the bench');
    const shown = await services.at(0).api<{ version: number }>('GET', `/accounts/${String(account?._id)}`, {
      token: String(token.body['access_token']),
    });
    await services.stop();
    expect(shown.body.version).toBe(account?.['version']);
  });
});

/** The database that a service makes for itself where the connection string names none. */
const databaseOf = ({ uri }: EngineProcess): string => uri.replace(/\/(\?|$)/, '/envelope_ledger$1');
