import { setTimeout as pause } from 'node:timers/promises';
import type { Document } from 'mongodb';

import { startFaultyDatabase, SERVICE_APP, type FaultyDatabase } from './faulty-database.js';
import { audited, FULL } from './rounds.js';
import { Writers } from './writers.js';

const ACKNOWLEDGED = FULL ? 10_000 : 300;
const LASTS_MS = 100;
const ALL = ['find', 'bulkWrite', 'commitTransaction'];

const FAULTS: readonly Document[] = [
  { failCommands: ['bulkWrite'], errorCode: 112, errorLabels: ['TransientTransactionError'] },
  { failCommands: ['find'], errorCode: 91, errorLabels: ['TransientTransactionError'] },
  { failCommands: ['commitTransaction'], errorCode: 251, errorLabels: ['TransientTransactionError'] },
  { failCommands: ['commitTransaction'], errorCode: 91, errorLabels: ['RetryableWriteError'] },
  { failCommands: ['commitTransaction'], errorCode: 50, errorLabels: ['UnknownTransactionCommitResult'] },
  {
    failCommands: ['commitTransaction'],
    writeConcernError: { code: 91, errmsg: 'going down' },
    errorLabels: ['RetryableWriteError'],
  },
  { failCommands: ['commitTransaction'], writeConcernError: { code: 64, errmsg: 'waited in vain' } },
  { failCommands: ['bulkWrite'], closeConnection: true },
  { failCommands: ['commitTransaction'], closeConnection: true },
  { failCommands: ['find'], closeConnection: true },
  { failCommands: ['abortTransaction'], closeConnection: true },
  { failCommands: ALL, blockConnection: true, blockTimeMS: 40 },
];

const oneOf = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item;

/** Counts the faults that took effect, by their kinds. */
class Thrown {
  readonly times = new Map<string, number>();
  private set: string | undefined;

  constructor(private readonly engine: FaultyDatabase['engine']) {}

  note(kind: string, times: number): void {
    if (times > 0) this.times.set(kind, (this.times.get(kind) ?? 0) + times);
  }

  /** Sets a fault in place of the one before, whose count is known then. */
  async fail(fault: Document | undefined, times?: number): Promise<void> {
    const data = fault && { ...fault, appName: SERVICE_APP };
    const before = await this.engine.fail(data, times);
    if (this.set !== undefined) this.note(this.set, before);
    this.set = fault && JSON.stringify(fault);
  }
}

describe('faults of the database, at random under load', () => {
  let database: FaultyDatabase;
  beforeAll(async () => {
    database = await startFaultyDatabase(2);
  });
  afterAll(() => database.stop());

  /** Sets every kind of fault until it has taken effect. */
  async function eachOnce(thrown: Thrown, until: () => boolean): Promise<void> {
    for (const fault of FAULTS) {
      while (!thrown.times.has(JSON.stringify(fault)) && !until()) {
        await thrown.fail(fault, 1);
        await pause(LASTS_MS);
        await thrown.fail(undefined);
      }
    }
  }

  /** Sets one fault after the other, and cuts connections in place of answers to what was carried out. */
  async function sabotage(until: () => boolean, thrown: Thrown): Promise<void> {
    await eachOnce(thrown, until);
    while (!until()) {
      const command = oneOf(ALL);
      let cuts = Math.random() < 0.3 ? 1 : 0;
      database.proxy.fateOf = (name) => {
        if (name !== command || cuts === 0) return 'pass';
        cuts -= 1;
        thrown.note(`answer to ${name} lost`, 1);
        return 'cut';
      };
      await thrown.fail(oneOf(FAULTS), 1 + Math.floor(Math.random() * 3));
      await pause(Math.random() * 2 * LASTS_MS);
    }
    database.proxy.fateOf = () => 'pass';
    await thrown.fail(undefined);
  }

  it('nothing twice, nothing lost, no 500; with a key, one effect', async () => {
    const writers = await Writers.open({ origins: database.services.origins });
    const { outcome } = writers;
    let over = false;
    const thrown = new Thrown(database.engine);
    const isEachThrown = () => FAULTS.every((fault) => thrown.times.has(JSON.stringify(fault)));
    const sabotaged = sabotage(() => over, thrown);
    writers.start();
    try {
      // On a fast machine the writers come to their number before all kinds of faults have had their turn.
      while (outcome.acknowledged.size < ACKNOWLEDGED || !isEachThrown()) {
        await writers.acknowledgedMore(100);
      }
    } finally {
      over = true;
      await sabotaged;
      await writers.stop();
    }
    const { events, problems } = await audited(database.databaseUri, writers);
    const { acknowledged, refused, unknown, replays, unavailable } = outcome;
    process.stdout.write(
      `faults at random: ${[...thrown.times.values()].reduce((sum, count) => sum + count, 0)} of ${thrown.times.size} kinds, ` +
        `${acknowledged.size} acknowledged (${replays} by a repetition), ${refused.size} refused, ` +
        `${unavailable} times 503, ${unknown.size} left unknown, ${events} events, ${problems.length} problems\n`,
    );
    if (problems.length > 0) console.error(database.services.complaints);
    expect(FAULTS.map((fault) => JSON.stringify(fault)).filter((kind) => !thrown.times.has(kind))).toEqual(
      [],
    );
    expect(problems).toEqual([]);
  }, 600_000);
});
