import { EventStore } from '../../src/event-store/event-store.js';
import { IdempotencyKeyUsed } from '../../src/event-store/conflicts.js';
import type { TestDatabase } from '../kit/database.js';
import {
  adding,
  append,
  CountLedger,
  HOUSEHOLD,
  keyed,
  newAccounts,
  one,
  refusing,
  startCounting,
  statuses,
  USER,
} from './counting.js';

let database: TestDatabase;
let ledger: CountLedger;

beforeAll(async () => {
  database = await startCounting();
  ledger = new CountLedger(database.db);
});
afterAll(() => database.stop());

const newStore = () => new EventStore(database.connection);

describe('an idempotency key', () => {
  it('fifty times at once, in two processes: one event, and its answer is kept', async () => {
    const stores = [newStore(), newStore()];
    const id = one();
    const work = Array.from({ length: 50 }, (_, index) =>
      append(stores[index % 2] as EventStore, adding(id, [3], { idempotency: keyed('once') })),
    );
    const results = await Promise.allSettled(work);
    const errors = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as Error] : [],
    );
    expect(errors).toHaveLength(49);
    expect(errors.every((error) => error instanceof IdempotencyKeyUsed)).toBe(true);
    expect(await ledger.checked(id)).toBe(3);
    expect(await newStore().answered(HOUSEHOLD, USER, 'once')).toMatchObject({
      _id: `${HOUSEHOLD}/${USER}/once`,
      household_id: HOUSEHOLD,
      fingerprint: 'f',
      answer: { status: 201, body: '{"total":3}', headers: {} },
    });
  });

  it('that was used is out, and the commands beside it are recorded', async () => {
    const store = newStore();
    const ids = newAccounts(3) as [string, string, string];
    await append(store, adding(ids[0], [1], { idempotency: keyed('used') }));
    const work = [
      append(store, adding(ids[0], [1])),
      append(store, adding(ids[1], [1], { idempotency: keyed('used') })),
      append(store, adding(ids[2], [1], { idempotency: keyed('new') })),
    ];
    expect(await statuses(work)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(work[1]).rejects.toBeInstanceOf(IdempotencyKeyUsed);
    expect(await ledger.log(ids[1])).toEqual([]);
    expect([await ledger.checked(ids[0]), await ledger.checked(ids[2])]).toEqual([2, 1]);
  });

  it('of a command that is refused is free; that of one without events is kept', async () => {
    const store = newStore();
    const id = one();
    const refused = { ...refusing(id), idempotency: keyed('free') };
    await expect(append(store, refused)).rejects.toThrow('refused');
    await append(store, adding(id, [], { idempotency: keyed('nothing') }));
    await append(store, adding(id, [1], { idempotency: keyed('free') }));
    expect(await ledger.checked(id)).toBe(1);
    expect(await store.answered(HOUSEHOLD, USER, 'nothing')).not.toBeNull();
  });

  it("is each user's and each household's own", async () => {
    const store = newStore();
    const ids = newAccounts(3) as [string, string, string];
    await Promise.all([
      append(store, adding(ids[0], [1], { idempotency: keyed('shared') })),
      append(store, adding(ids[1], [1], { idempotency: keyed('shared'), actor_id: 'usr_2' })),
      append(store, adding(ids[2], [1], { idempotency: keyed('shared'), household_id: 'hh_2' })),
    ]);
    expect(await store.answered('hh_2', 'usr_2', 'shared')).toBeNull();
    for (const id of ids) expect(await ledger.log(id)).toHaveLength(1);
  });

  it('ends by itself after a day at least', async () => {
    const indexes = await database.db.collection('idempotency').indexes();
    expect(indexes).toContainEqual(
      expect.objectContaining({ key: { created_at: 1 }, expireAfterSeconds: 86_400 }),
    );
  });
});
