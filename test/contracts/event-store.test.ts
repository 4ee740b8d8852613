import { jest } from '@jest/globals';
import { ClientSession, MongoServerError } from 'mongodb';

import { AccountKeyTaken } from '../../src/event-store/conflicts.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { hashOf } from '../../src/event-store/hash-chain.js';
import { EVENTS, EventSchema } from '../../src/event-store/stored-event.js';
import { newId } from '../../src/kernel/ids.js';
import { AccountSchema } from '../../src/ledger/projections/account-document.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { adding, append, by, counting, CountLedger, HOUSEHOLD, newAccounts, ROWS, SUMS } from './counting.js';

let database: TestDatabase;
let store: EventStore;
let ledger: CountLedger;

beforeAll(async () => {
  database = await startDatabase([EventSchema, AccountSchema]);
  for (const name of [ROWS, SUMS, 'idempotency']) await database.db.createCollection(name);
  store = new EventStore(database.connection);
  ledger = new CountLedger(database.db);
});
afterAll(() => database.stop());
afterEach(() => jest.restoreAllMocks());

const account = (): string => newId('acc');
const add = (id: string, ...amounts: number[]) => append(store, adding(id, amounts));

describe('an append', () => {
  it('stores the events, the account and the read models, and answers what is stored', async () => {
    const id = account();
    const first = await add(id, 5);
    const second = await add(id, 2, -3);
    const stored = await ledger.log(id);
    expect(stored).toEqual([...first.events, ...second.events]);
    const told = { account_id: id, household_id: HOUSEHOLD, actor_id: 'usr_1' };
    expect(stored).toMatchObject([
      { seq: 1, type: 'Counted', by: 5, ...told, prev_hash: null },
      { seq: 2, by: 2, prev_hash: stored[0]?.hash, recorded_at: new Date('2026-01-31T09:30:00.123Z') },
      { seq: 3, by: -3, prev_hash: stored[1]?.hash },
    ]);
    expect(await ledger.account(id)).toEqual({
      _id: id,
      household_id: HOUSEHOLD,
      total: 4,
      items: [],
      version: 3,
      head_hash: stored[2]?.hash,
      register_rows: 3,
      generation: 1,
    });
    expect(await ledger.rows(id)).toBe(3);
    const sums = await database.db.collection<{ _id: string }>(SUMS).findOne({ _id: id });
    expect(sums).toEqual({ _id: id, household_id: HOUSEHOLD, account_id: id, sum: 4, by: { day: 4 } });
  });

  it('leaves a chain that the stored documents alone prove', async () => {
    const id = account();
    for (const amount of [1, 2, 3, 4]) await add(id, amount);
    const stored = await ledger.log(id);
    for (const [index, document] of stored.entries()) {
      expect(hashOf({ ...document })).toBe(document.hash);
      expect(document.prev_hash).toBe(stored[index - 1]?.hash ?? null);
      expect(hashOf({ ...document, by: 99 })).not.toBe(document.hash);
      expect(hashOf({ ...document, recorded_at: new Date(0) })).not.toBe(document.hash);
    }
    expect(await ledger.checked(id)).toBe(10);
  });

  it('keeps the id that an event brings', async () => {
    const [id, own] = [account(), newId('tx')];
    const command = adding(id, [], {
      decide: async (workspace) => ({
        recordings: [counting(id, await workspace.account(id), [{ ...by(1), _id: own }, by(2)])],
      }),
    });
    const { events } = await append(store, command);
    expect(events.map(({ _id }) => _id)).toEqual([own, expect.stringMatching(/^tx_/)]);
    expect(await ledger.checked(id)).toBe(3);
  });

  it('writes nothing without events', async () => {
    const id = account();
    await add(id, 1);
    const before = await ledger.everything(id);
    expect((await add(id)).events).toEqual([]);
    expect(await ledger.everything(id)).toEqual(before);
  });

  it('writes nothing when the decision refuses', async () => {
    const id = account();
    await add(id, 1);
    const before = await ledger.everything(id);
    const refused = append(store, adding(id, [], { decide: () => Promise.reject(new Error('refused')) }));
    await expect(refused).rejects.toThrow('refused');
    expect(await ledger.everything(id)).toEqual(before);
  });

  it('writes nothing when a read model cannot be written', async () => {
    const id = account();
    const { events } = await add(id, 1);
    const before = await ledger.everything(id);
    const command = adding(id, [], {
      decide: async (workspace) => {
        const recording = counting(id, await workspace.account(id), [by(1)]);
        const set = { collection: ROWS, _id: `${events[0]?._id ?? ''}/2`, set: { seen: true } };
        return { recordings: [{ ...recording, project: () => ({ changes: [set], added_rows: 1 }) }] };
      },
    });
    await expect(append(store, command)).rejects.toThrow('not as it was decided on');
    expect(await ledger.everything(id)).toEqual(before);
  });

  it("sees no other household's account", async () => {
    const id = account();
    await add(id, 1);
    let seen: unknown = 'not asked';
    const foreign = adding(id, [], {
      household_id: 'hh_2',
      decide: async (workspace) => {
        seen = await workspace.account(id);
        return { recordings: [] };
      },
    });
    await append(store, foreign);
    expect(seen).toBeNull();
  });

  it('says when the document breaks a unique index of the accounts, and whose it is', async () => {
    const open = (id: string, household_id = HOUSEHOLD) => {
      const named = { name_key: 'jar', state: 'open' };
      const decide = () => Promise.resolve({ recordings: [counting(id, null, [by(1)], named)] });
      return append(store, adding(id, [], { household_id, decide }));
    };
    await open(account());
    const second = account();
    const [taken, unharmed] = await Promise.allSettled([open(second), add(account(), 1)]);
    expect(taken).toMatchObject({ status: 'rejected', reason: expect.any(AccountKeyTaken) });
    expect(unharmed.status).toBe('fulfilled');
    expect(await ledger.everything(second)).toEqual({ log: [], account: null, rows: 0, sum: 0 });
    await expect(open(account(), 'hh_2')).resolves.toBeDefined();
  });
});

describe('two writers', () => {
  it('of one process never meet: each decision is made once, on what the one before left', async () => {
    const id = account();
    await add(id, 0);
    let decisions = 0;
    const writes = Array.from({ length: 50 }, () =>
      append(
        store,
        adding(id, [], {
          decide: async (workspace) => {
            decisions += 1;
            return { recordings: [counting(id, await workspace.account(id), [by(1)])] };
          },
        }),
      ),
    );
    await Promise.all(writes);
    expect(decisions).toBe(50);
    expect(await ledger.checked(id)).toBe(50);
  });

  it('of two processes: the slower one decides anew on what the faster one left', async () => {
    const id = account();
    await add(id, 1);
    const other = new EventStore(database.connection);
    const seen: number[] = [];
    const command = adding(id, [], {
      decide: async (workspace) => {
        const before = await workspace.account(id);
        seen.push(before?.version ?? 0);
        if (seen.length === 1) await add(id, 10);
        return { recordings: [counting(id, before, [by(100)])] };
      },
    });
    await append(other, command);
    expect(seen).toEqual([1, 2]);
    expect((await ledger.log(id)).map((event) => event.by)).toEqual([1, 10, 100]);
    expect(await ledger.checked(id)).toBe(111);
  });

  it('of four processes leave no gap, no event twice and an unbroken chain', async () => {
    const id = account();
    await add(id, 0);
    const stores = Array.from({ length: 4 }, () => new EventStore(database.connection));
    await Promise.all(
      stores.flatMap((writer) => Array.from({ length: 25 }, () => append(writer, adding(id, [1])))),
    );
    expect(await ledger.checked(id)).toBe(100);
  });

  it('of two processes: what one keeps of an account is never trusted, for a refusal neither', async () => {
    const [id] = newAccounts(1) as [string];
    const [here, there] = [new EventStore(database.connection), new EventStore(database.connection)];
    await append(here, adding(id, [1]));
    await append(there, adding(id, [10]));
    const spend = adding(id, [], {
      decide: async (workspace) => {
        const before = await workspace.account(id);
        if (!before || before.total < 11) throw new Error('overdrawn');
        return { recordings: [counting(id, before, [by(-11)])] };
      },
    });
    await append(here, spend);
    expect(await ledger.checked(id)).toBe(0);
  });
});

describe('the log', () => {
  it('takes a sequence once, and one reversal of an event, in each account', async () => {
    const events = database.db.collection<{ _id: string; household_id: string }>(EVENTS);
    const insert = (fields: object) =>
      events.insertOne({ _id: newId('tx'), household_id: 'hh_1', ...fields });
    const duplicate = expect.objectContaining({ code: 11_000 });
    await insert({ account_id: 'acc_x', seq: 1 });
    await insert({ account_id: 'acc_x', seq: 2 });
    await insert({ account_id: 'acc_x', seq: 3, reverses_seq: 2 });
    await insert({ account_id: 'acc_y', seq: 3, reverses_seq: 2 });
    await expect(insert({ account_id: 'acc_x', seq: 3 })).rejects.toEqual(duplicate);
    await expect(insert({ account_id: 'acc_x', seq: 4, reverses_seq: 2 })).rejects.toEqual(duplicate);
  });
});

describe('a commit whose answer is lost', () => {
  const lost = () => {
    const error = new MongoServerError({ message: 'time is up', code: 50 });
    error.addErrorLabel('UnknownTransactionCommitResult');
    return error;
  };

  it('counts when the events are there', async () => {
    const id = account();
    jest.spyOn(ClientSession.prototype, 'commitTransaction').mockImplementation(async function (
      this: ClientSession,
    ) {
      jest.restoreAllMocks();
      await this.commitTransaction();
      jest.spyOn(ClientSession.prototype, 'commitTransaction').mockRejectedValue(lost());
      throw lost();
    });
    const { events } = await add(id, 1);
    expect(await ledger.log(id)).toEqual(events);
  });

  it('is service_unavailable when they are not, and is not tried again', async () => {
    const id = account();
    jest.spyOn(ClientSession.prototype, 'commitTransaction').mockImplementation(async function (
      this: ClientSession,
    ) {
      if (this.inTransaction()) await this.abortTransaction();
      throw lost();
    });
    await expect(add(id, 1)).rejects.toMatchObject({ code: 'service_unavailable', status: 503 });
    expect(await ledger.everything(id)).toEqual({ log: [], account: null, rows: 0, sum: 0 });
  });
});

describe('a decision', () => {
  it('reads in one snapshot, whatever others append meanwhile', async () => {
    const id = account();
    await add(id, 1);
    const other = new EventStore(database.connection);
    const seen: number[] = [];
    const looking = adding(id, [], {
      decide: async (workspace) => {
        const look = () =>
          database.db.collection(EVENTS).countDocuments({ account_id: id }, { session: workspace.session });
        const first = await look();
        if (seen.length === 0) await add(id, 1);
        seen.push(first, await look());
        return { recordings: [] };
      },
    });
    await append(other, looking);
    expect(seen).toEqual([1, 1]);
  });
});
