import { jest } from '@jest/globals';
import { ClientSession, MongoServerError } from 'mongodb';

import { tenantScope } from '../../src/database/tenant-scope.js';
import { ACCOUNTS, type AccountRecord } from '../../src/event-store/account-record.js';
import { appendEvents, type Recording } from '../../src/event-store/append-events.js';
import { AccountKeyTaken, VersionConflict } from '../../src/event-store/conflicts.js';
import { EventStore, type ReadSession } from '../../src/event-store/event-store.js';
import { hashOf } from '../../src/event-store/hash-chain.js';
import { EVENTS, EventSchema, type Recorder, type StoredEvent } from '../../src/event-store/stored-event.js';
import { newId } from '../../src/kernel/ids.js';
import { AccountSchema } from '../../src/ledger/projections/account-document.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';

// The store knows nothing of envelopes: these events count.
interface Counted {
  readonly type: 'Counted';
  readonly by: number;
  readonly reverses_seq?: number;
}
interface Count {
  readonly total: number;
  readonly name_key?: string;
  readonly state?: string;
}
type CountDocument = (Count & AccountRecord) | null;

let database: TestDatabase;
let store: EventStore;

beforeAll(async () => {
  database = await startDatabase([EventSchema, AccountSchema]);
  await database.db.createCollection('rows');
  store = new EventStore(database.connection);
});
afterAll(() => database.stop());
afterEach(() => jest.restoreAllMocks());

const recorder = (account_id = newId('acc')): Recorder => ({
  household_id: 'hh_1',
  account_id,
  actor_id: 'usr_1',
  recorded_at: new Date('2026-01-31T09:30:00.123Z'),
});

interface Row extends StoredEvent<Counted> {
  household_id: string;
  readonly generation: number;
}
const rowScope = (household_id: string) => tenantScope<Row>(database.db, 'rows', household_id);

/** Counts on, with one row of a read model an event. */
function counting(events: readonly Counted[], before: CountDocument, more: Partial<Count> = {}) {
  const total = events.reduce((sum, { by }) => sum + by, before?.total ?? 0);
  const recording: Recording<Counted, Count> = {
    events,
    state: { ...more, total },
    project: (stored, generation) => ({
      writes: stored.map((event) => rowScope(event.household_id).insertModel({ ...event, generation })),
      added_rows: stored.length,
    }),
  };
  return recording;
}

const by = (amount: number): Counted => ({ type: 'Counted', by: amount });
const count = (asked: Recorder, ...events: Counted[]) =>
  store.append<Counted, Count, Recording<Counted, Count>>(asked, (before) =>
    Promise.resolve(counting(events, before)),
  );

const log = (account_id: string) =>
  database.db.collection(EVENTS).find({ account_id }).sort({ seq: 1 }).toArray();
const account = (account_id: string) =>
  database.db.collection<AccountRecord & Count>(ACCOUNTS).findOne({ _id: account_id });
const rows = (account_id: string) => database.db.collection('rows').countDocuments({ account_id });

async function everything(account_id: string) {
  return { log: await log(account_id), account: await account(account_id), rows: await rows(account_id) };
}

async function within<Result>(work: (session: ClientSession) => Promise<Result>): Promise<Result> {
  const client = database.connection.getClient();
  return client.withSession((session) => session.withTransaction(() => work(session)));
}

describe('an append', () => {
  it('stores the events, the account and the read models, and answers what is stored', async () => {
    const asked = recorder();
    const first = await count(asked, by(5));
    const second = await count(asked, by(2), by(-3));
    const stored = await log(asked.account_id);
    expect(stored).toEqual([...first.events, ...second.events]);
    expect(stored).toMatchObject([
      { seq: 1, type: 'Counted', by: 5, ...asked, prev_hash: null },
      { seq: 2, by: 2, prev_hash: stored[0]?.hash },
      { seq: 3, by: -3, prev_hash: stored[1]?.hash },
    ]);
    expect(await account(asked.account_id)).toEqual({
      _id: asked.account_id,
      household_id: 'hh_1',
      total: 4,
      version: 3,
      head_hash: stored[2]?.hash,
      register_rows: 3,
      generation: 1,
    });
    expect(await rows(asked.account_id)).toBe(3);
  });

  it('leaves a chain that the stored documents alone prove', async () => {
    const asked = recorder();
    for (const amount of [1, 2, 3, 4]) await count(asked, by(amount));
    const stored = await log(asked.account_id);
    for (const [index, document] of stored.entries()) {
      expect(hashOf(document)).toBe(document.hash);
      expect(document.prev_hash).toBe(stored[index - 1]?.hash ?? null);
      expect(hashOf({ ...document, by: 99 })).not.toBe(document.hash);
      expect(hashOf({ ...document, recorded_at: new Date(0) })).not.toBe(document.hash);
    }
    expect(await account(asked.account_id)).toMatchObject({ head_hash: stored.at(-1)?.hash });
  });

  it('writes nothing without events', async () => {
    const asked = recorder();
    await count(asked, by(1));
    const before = await everything(asked.account_id);
    expect((await count(asked)).events).toEqual([]);
    expect(await everything(asked.account_id)).toEqual(before);
  });

  it('writes nothing when the decision refuses', async () => {
    const asked = recorder();
    await count(asked, by(1));
    const before = await everything(asked.account_id);
    const refused = store.append(asked, () => Promise.reject(new Error('refused')));
    await expect(refused).rejects.toThrow('refused');
    expect(await everything(asked.account_id)).toEqual(before);
  });

  it('writes nothing when a read model cannot be written', async () => {
    const asked = recorder();
    const { events } = await count(asked, by(1));
    const before = await everything(asked.account_id);
    const twice = store.append<Counted, Count, Recording<Counted, Count>>(asked, (found) => {
      const recording = counting([by(1)], found);
      const again = events.map((event) => rowScope('hh_1').insertModel({ ...event, generation: 1 }));
      const project = () => ({ writes: again, added_rows: 1 });
      return Promise.resolve({ ...recording, project });
    });
    await expect(twice).rejects.toMatchObject({ code: 'service_unavailable' });
    expect(await everything(asked.account_id)).toEqual(before);
  });

  it("sees no other household's account", async () => {
    const asked = recorder();
    await count(asked, by(1));
    let seen: unknown = 'not asked';
    await store.append<Counted, Count, Recording<Counted, Count>>(
      { ...asked, household_id: 'hh_2' },
      (found) => {
        seen = found;
        return Promise.resolve(counting([], null));
      },
    );
    expect(seen).toBeNull();
  });

  it('says when the document breaks a unique index of the accounts', async () => {
    const open = (asked: Recorder) =>
      store.append<Counted, Count, Recording<Counted, Count>>(asked, (before) =>
        Promise.resolve(counting([by(1)], before, { name_key: 'jar', state: 'open' })),
      );
    await open(recorder());
    const second = recorder();
    await expect(open(second)).rejects.toBeInstanceOf(AccountKeyTaken);
    expect(await everything(second.account_id)).toEqual({ log: [], account: null, rows: 0 });
    await expect(open({ ...recorder(), household_id: 'hh_2' })).resolves.toBeDefined();
  });
});

describe('two writers', () => {
  it('of one process never meet: each decision is made once, on what the one before left', async () => {
    const asked = recorder();
    await count(asked, by(0));
    let decisions = 0;
    const writes = Array.from({ length: 50 }, () =>
      store.append<Counted, Count, Recording<Counted, Count>>(asked, (before) => {
        decisions += 1;
        return Promise.resolve(counting([by(1)], before));
      }),
    );
    await Promise.all(writes);
    expect(decisions).toBe(50);
    expect((await log(asked.account_id)).map(({ seq }) => seq as number)).toEqual(
      Array.from({ length: 51 }, (_, index) => index + 1),
    );
    expect(await account(asked.account_id)).toMatchObject({ total: 50, version: 51, register_rows: 51 });
  });

  it('of two processes: the slower one decides anew on what the faster one left', async () => {
    const asked = recorder();
    await count(asked, by(1));
    const other = new EventStore(database.connection);
    const seen: number[] = [];
    await other.append<Counted, Count, Recording<Counted, Count>>(asked, async (before) => {
      seen.push(before?.version ?? 0);
      if (seen.length === 1) await count(asked, by(10));
      return counting([by(100)], before);
    });
    expect(seen).toEqual([1, 2]);
    expect((await log(asked.account_id)).map((event) => event.by as number)).toEqual([1, 10, 100]);
    expect(await account(asked.account_id)).toMatchObject({ total: 111, version: 3 });
  });

  it('of four processes leave no gap, no event twice and an unbroken chain', async () => {
    const asked = recorder();
    await count(asked, by(0));
    const stores = Array.from({ length: 4 }, () => new EventStore(database.connection));
    await Promise.all(
      stores.flatMap((writer) =>
        Array.from({ length: 10 }, () =>
          writer.append<Counted, Count, Recording<Counted, Count>>(asked, (before) =>
            Promise.resolve(counting([by(1)], before)),
          ),
        ),
      ),
    );
    const stored = await log(asked.account_id);
    expect(stored.map(({ seq }) => seq as number)).toEqual(
      Array.from({ length: 41 }, (_, index) => index + 1),
    );
    stored.forEach((event, index) => expect(event.prev_hash).toBe(stored[index - 1]?.hash ?? null));
    expect(await account(asked.account_id)).toMatchObject({ total: 40, version: 41 });
  });
});

describe('the version', () => {
  const appendOn = (asked: Recorder, stale: AccountRecord) =>
    within((session) =>
      appendEvents(
        database.connection.getClient(),
        database.db,
        session,
        asked,
        stale,
        counting([by(1)], null),
      ),
    );

  it('that was decided on must still be there', async () => {
    const asked = recorder();
    await count(asked, by(1));
    const stale = await account(asked.account_id);
    await count(asked, by(1));
    const before = await everything(asked.account_id);
    if (!stale) throw new Error('no account');
    await expect(appendOn(asked, stale)).rejects.toBeInstanceOf(VersionConflict);
    expect(await everything(asked.account_id)).toEqual(before);
  });

  it('has no event of its sequence yet', async () => {
    const asked = recorder();
    await count(asked, by(1));
    const current = await account(asked.account_id);
    if (!current) throw new Error('no account');
    const strange = { _id: newId('tx'), household_id: 'hh_1', account_id: asked.account_id, seq: 2 };
    await database.db.collection<{ _id: string; household_id: string }>(EVENTS).insertOne(strange);
    const before = await everything(asked.account_id);
    await expect(appendOn(asked, current)).rejects.toBeInstanceOf(VersionConflict);
    expect(await everything(asked.account_id)).toEqual(before);
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
    const asked = recorder();
    jest.spyOn(ClientSession.prototype, 'commitTransaction').mockImplementationOnce(async function (
      this: ClientSession,
    ) {
      jest.restoreAllMocks();
      await this.commitTransaction();
      throw lost();
    });
    const { events } = await count(asked, by(1));
    expect(await log(asked.account_id)).toEqual(events);
  });

  it('is service_unavailable when they are not', async () => {
    const asked = recorder();
    jest.spyOn(ClientSession.prototype, 'commitTransaction').mockImplementationOnce(async function (
      this: ClientSession,
    ) {
      await this.abortTransaction();
      throw lost();
    });
    await expect(count(asked, by(1))).rejects.toMatchObject({ code: 'service_unavailable', status: 503 });
    expect(await everything(asked.account_id)).toEqual({ log: [], account: null, rows: 0 });
  });
});

describe('a decision', () => {
  it('reads in the snapshot of the account', async () => {
    const asked = recorder();
    await count(asked, by(1));
    const other = new EventStore(database.connection);
    const seen: number[] = [];
    const look = (session: ReadSession) =>
      database.db.collection(EVENTS).countDocuments({ account_id: asked.account_id }, { session });
    await other.append<Counted, Count, Recording<Counted, Count>>(asked, async (before, session) => {
      if (seen.length === 0) await count(asked, by(1));
      seen.push(await look(session));
      return counting([], before);
    });
    expect(seen).toEqual([1]);
  });
});
