import { setTimeout as wait } from 'node:timers/promises';
import { MongoServerError, type Collection } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { answered, isLostConnection } from '../lost-connection.js';

/** FAULT_ROUNDS=200 is the long run. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 10);
const WRITERS = 16;
const ACCOUNTS = 12;
const START_BALANCE = 1000;
const WRITE_CONFLICT = 112;

interface Account {
  _id: number;
  balance: number;
  version: number;
}

interface Transfer {
  operation: string;
  from: number;
  to: number;
  amount: number;
}

interface Tally {
  _id: string;
  count: number;
}

interface Outcome {
  /** Transfers that were answered. */
  readonly acknowledged: Set<string>;
  /** Answered counts, by tally. */
  readonly counted: Map<string, number>;
  /** How many operations of a writer ended without an answer. */
  readonly unanswered: Map<string, number>;
  /** How often a transfer ran again, since another writer had been quicker. */
  conflicts: number;
}

describe('after kill -9 under load', () => {
  let engine: TestEngine;
  let accounts: Collection<Account>;
  let transfers: Collection<Transfer>;
  let tallies: Collection<Tally>;

  beforeAll(async () => {
    engine = await startEngine();
    const database = engine.client.db('bank');
    accounts = database.collection('accounts');
    transfers = database.collection('transfers');
    tallies = database.collection('tallies');
    await transfers.createIndex({ operation: 1 });
    await transfers.createIndex({ from: 1, to: 1 });
    await accounts.insertMany(
      Array.from({ length: ACCOUNTS }, (_, _id) => ({ _id, balance: START_BALANCE, version: 0 })),
    );
  });

  afterAll(async () => {
    await engine.stop();
  });

  async function transfer(operation: string, outcome: Outcome): Promise<void> {
    const from = Math.floor(Math.random() * ACCOUNTS);
    const to = (from + 1 + Math.floor(Math.random() * (ACCOUNTS - 1))) % ACCOUNTS;
    const amount = 1 + Math.floor(Math.random() * 5);
    await engine.client.withSession((session) =>
      session.withTransaction(async () => {
        const found = await accounts.findOne({ _id: from }, { session });
        try {
          await accounts.updateOne(
            { _id: from, version: found?.version ?? -1 },
            { $inc: { balance: -amount, version: 1 } },
            { session },
          );
          await accounts.updateOne({ _id: to }, { $inc: { balance: amount, version: 1 } }, { session });
        } catch (error) {
          if (error instanceof MongoServerError && error.code === WRITE_CONFLICT) outcome.conflicts += 1;
          throw error;
        }
        await transfers.insertOne({ operation, from, to, amount }, { session });
      }),
    );
  }

  /**
   * Writes until told to stop. The driver sends again what it knows to be safe; but of the connections that break
   * together it labels the first error alone, so some operations end unanswered here: they may be there or not.
   */
  async function write(writer: number, outcome: Outcome, going: () => boolean): Promise<void> {
    const tally = `writer ${String(writer)}`;
    for (let turn = 0; going(); turn += 1) {
      const operation = `${String(writer)}-${String(turn)}`;
      try {
        await answered(transfer(operation, outcome));
        outcome.acknowledged.add(operation);
        await answered(tallies.updateOne({ _id: tally }, { $inc: { count: 1 } }, { upsert: true }));
        count(outcome.counted, tally);
      } catch (error) {
        if (!isLostConnection(error)) throw error;
        count(outcome.unanswered, tally);
        await wait(20);
      }
    }
  }

  it(
    'finds every acknowledged operation once and none in part',
    async () => {
      const outcome: Outcome = {
        acknowledged: new Set(),
        counted: new Map(),
        unanswered: new Map(),
        conflicts: 0,
      };
      let going = true;
      const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer, outcome, () => going));
      const perRound: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const before = outcome.acknowledged.size;
        while (outcome.acknowledged.size < before + 100) await wait(5);
        await wait(Math.random() * 60);
        perRound.push(outcome.acknowledged.size - before);
        await engine.kill9();
        await engine.restart();
      }
      going = false;
      await Promise.all(writers);

      const stored = await transfers.find().toArray();
      const times = new Map<string, number>();
      for (const { operation } of stored) count(times, operation);
      expect([...outcome.acknowledged].filter((operation) => !times.has(operation))).toEqual([]);
      expect([...times].filter(([, number]) => number !== 1)).toEqual([]);

      const expected = new Map(Array.from({ length: ACCOUNTS }, (_, id) => [id, START_BALANCE]));
      for (const { from, to, amount } of stored) {
        expected.set(from, (expected.get(from) ?? 0) - amount);
        expected.set(to, (expected.get(to) ?? 0) + amount);
      }
      const balances = (await accounts.find().toArray()).map(({ _id, balance }) => [_id, balance] as const);
      expect(new Map(balances)).toEqual(expected);

      for (const { _id, count: counted } of await tallies.find().toArray()) {
        const sure = outcome.counted.get(_id) ?? 0;
        expect(counted).toBeGreaterThanOrEqual(sure);
        expect(counted).toBeLessThanOrEqual(sure + (outcome.unanswered.get(_id) ?? 0));
      }
      for (const { operation, from, to } of stored) {
        expect(await transfers.countDocuments({ operation })).toBe(1);
        expect(await transfers.countDocuments({ from, to, operation })).toBe(1);
      }
      for (const name of ['accounts', 'transfers', 'tallies']) {
        expect(await engine.client.db('bank').command({ validate: name })).toMatchObject({
          valid: true,
          errors: [],
        });
      }
      // 16 writers upon 12 accounts: without conflicts they would not have written at one and the same time.
      expect(outcome.conflicts).toBeGreaterThan(0);
      const unanswered = [...outcome.unanswered.values()].reduce((sum, number) => sum + number, 0);
      console.log(
        `kill -9, ${String(ROUNDS)} rounds: acknowledged ${perRound.join(', ')}; unanswered ${String(unanswered)}; conflicts ${String(outcome.conflicts)}`,
      );
    },
    ROUNDS * 60_000,
  );
});

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
