import type { Document } from 'mongodb';
import mongoose, { type Connection } from 'mongoose';

import { failDeadWrites } from '../../src/database/dead-writes.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { IdempotencyKeyUsed } from '../../src/event-store/conflicts.js';
import { IdempotencySchema } from '../../src/event-store/idempotency-record.js';
import { EventSchema } from '../../src/event-store/stored-event.js';
import { Problem } from '../../src/kernel/problem.js';
import { AccountSchema } from '../../src/ledger/projections/account-document.js';
import { startFaultyEngine, type FaultyEngine } from '../kit/faulty-engine.js';
import { adding, append, CountLedger, keyed, moving, newAccounts, ROWS, SUMS } from './counting.js';

// The engine's fail points; on a real mongod they would fail the tests beside this one, too.
let engine: FaultyEngine;
let connection: Connection;
let ledger: CountLedger;

const STORE = 'store';

beforeAll(async () => {
  engine = await startFaultyEngine();
  connection = mongoose.createConnection();
  const opening = connection.openUri(engine.uri, {
    dbName: 'faults',
    appName: STORE,
    autoIndex: false,
    autoCreate: false,
  });
  failDeadWrites(connection.getClient());
  await opening;
  for (const [index, schema] of [EventSchema, AccountSchema, IdempotencySchema].entries()) {
    const model = connection.model(`Model${index}`, schema);
    await model.createCollection();
    await model.ensureIndexes();
  }
  const { db } = connection;
  if (!db) throw new Error('no database');
  for (const name of [ROWS, SUMS]) await db.createCollection(name);
  ledger = new CountLedger(db);
});
afterAll(async () => {
  await connection.close();
  await engine.stop();
});
afterEach(() => engine.fail(undefined));

const faults: readonly Document[] = [
  { failCommands: ['bulkWrite'], errorCode: 112, errorLabels: ['TransientTransactionError'] },
  { failCommands: ['commitTransaction'], errorCode: 251, errorLabels: ['TransientTransactionError'] },
  { failCommands: ['commitTransaction'], errorCode: 91, errorLabels: ['RetryableWriteError'] },
  { failCommands: ['commitTransaction'], errorCode: 50, errorLabels: ['UnknownTransactionCommitResult'] },
  {
    failCommands: ['commitTransaction'],
    writeConcernError: { code: 91, errmsg: 'going down' },
    errorLabels: ['RetryableWriteError'],
  },
  { failCommands: ['bulkWrite'], closeConnection: true },
  { failCommands: ['commitTransaction'], closeConnection: true },
  { failCommands: ['find'], closeConnection: true },
  { failCommands: ['commitTransaction', 'bulkWrite'], blockConnection: true, blockTimeMS: 30 },
];
const set = (fault: Document, times: number) => engine.fail({ ...fault, appName: STORE }, times);

describe('a fault of the database', () => {
  it.each(faults.map((fault) => [JSON.stringify(fault), fault] as const))(
    '%s, once: all is recorded once',
    async (_, fault) => {
      const store = new EventStore(connection);
      const [a, b] = newAccounts(2) as [string, string];
      await append(store, adding(a, [100]));
      await set(fault, 1);
      const work = [
        ...Array.from({ length: 10 }, () => append(store, adding(a, [1]))),
        ...Array.from({ length: 10 }, () => append(store, moving(a, b, 2, [a]))),
      ];
      await Promise.all(work);
      expect([await ledger.checked(a), await ledger.checked(b)]).toEqual([90, 20]);
    },
  );

  it('that stays is service_unavailable or the driver`s own word, and leaves nothing in part', async () => {
    const store = new EventStore(connection);
    const [a, b] = newAccounts(2) as [string, string];
    await append(store, adding(a, [100]));
    await engine.fail({ failCommands: ['commitTransaction'], errorCode: 50, appName: STORE });
    const lost = append(store, moving(a, b, 1));
    await expect(lost).rejects.toMatchObject({ code: 'service_unavailable', status: 503 });
    await engine.fail(undefined);
    await append(store, moving(a, b, 10));
    expect([await ledger.checked(a), await ledger.checked(b)]).toEqual([90, 10]);
  });

  it('at random, under load, in two processes: nothing twice, nothing lost, no transfer in part', async () => {
    const stores = [new EventStore(connection), new EventStore(connection)] as const;
    const ids = newAccounts(6);
    await Promise.all(ids.map((id) => append(stores[0], adding(id, [1_000]))));
    const done: string[] = [];
    let unknown = 0;
    let over = false;
    const writer = async (number: number) => {
      for (let turn = 0; turn < 12; turn += 1) {
        const name = `${number}/${turn}`;
        const [from = '', to = ''] = [ids[(number + turn) % 6], ids[(number * 5 + turn * 2 + 1) % 6]];
        const command =
          from === to ? adding(from, [1, -1]) : moving(from, to, 1, turn % 2 ? [from] : [from, to]);
        try {
          await append(stores[number % 2 ? 0 : 1], { ...command, idempotency: keyed(name) });
          done.push(name);
        } catch (error) {
          // Of the commit's fate nothing was known: its record tells.
          if (!(error instanceof Problem) && !(error instanceof IdempotencyKeyUsed)) throw error;
          unknown += 1;
        }
      }
    };
    const saboteur = async () => {
      for (let turn = 0; !over; turn += 1) {
        await set(faults[(turn * 7) % faults.length] as Document, 1 + (turn % 3));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const sabotage = saboteur();
    await Promise.all(Array.from({ length: 10 }, (_, number) => writer(number)));
    over = true;
    await sabotage;
    await engine.fail(undefined);
    const kept = await connection.collection<{ _id: string }>('idempotency').find().toArray();
    const keys = new Set(kept.map(({ _id }) => _id));
    expect(done.filter((name) => !keys.has(`hh_1/usr_1/${name}`))).toEqual([]);
    expect(done.length + unknown).toBe(120);
    expect(done.length).toBeGreaterThan(100);
    const totals = await Promise.all(ids.map((id) => ledger.checked(id)));
    expect(totals.reduce((sum, total) => sum + total, 0)).toBe(6_000);
    const logged = (await Promise.all(ids.map((id) => ledger.log(id)))).flat().length;
    expect(logged).toBe(6 + 2 * keys.size);
  });
});
