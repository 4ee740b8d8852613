import { EventStore } from '../../src/event-store/event-store.js';
import type { TestDatabase } from '../kit/database.js';
import {
  adding,
  append,
  by,
  counting,
  CountLedger,
  HOUSEHOLD,
  keyed,
  moving,
  newAccounts,
  one,
  refusing,
  startCounting,
  statuses,
  USER,
  type CountCommand,
} from './counting.js';

let database: TestDatabase;
let ledger: CountLedger;

beforeAll(async () => {
  database = await startCounting();
  ledger = new CountLedger(database.db);
});
afterAll(() => database.stop());

const newStore = () => new EventStore(database.connection);

describe('commands that come together', () => {
  it('share one transaction, decided one on what the other leaves', async () => {
    const store = newStore();
    const ids = newAccounts(3);
    const all = Array.from({ length: 60 }, (_, index) => append(store, adding(ids[index % 3] ?? '', [1])));
    await Promise.all(all);
    for (const id of ids) expect(await ledger.checked(id)).toBe(20);
    expect(store.counters).toMatchObject({ commits: 1, commands: 60, failed_attempts: 0 });
    expect(store).toMatchObject({ waiting: 0, underWay: 0 });
  });

  it('one that is refused in the middle leaves nothing, and harms nobody', async () => {
    const store = newStore();
    const [a, b] = newAccounts(2) as [string, string];
    const sizes: number[] = [];
    store.counters.onCommit((commands) => sizes.push(commands));
    const work = [
      append(store, adding(a, [5])),
      append(store, refusing(a)),
      append(store, refusing(b)),
      append(store, moving(a, b, 7)),
      append(store, moving(a, b, 3)),
      append(store, adding(b, [1])),
    ];
    expect(await statuses(work)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect([await ledger.checked(a), await ledger.checked(b)]).toEqual([2, 4]);
    expect(sizes).toEqual([3]);
    expect(store.counters.refusals).toBe(3);
  });

  it('one whose projection or answer fails leaves nothing', async () => {
    const store = newStore();
    const id = one();
    const broken = (project: () => never): CountCommand =>
      adding(id, [], {
        decide: async (workspace) => ({
          recordings: [{ ...counting(id, await workspace.account(id), [by(7)]), project }],
        }),
      });
    const fail = () => {
      throw new Error('broken');
    };
    const terms = { ...keyed('never'), answer: fail };
    const work = [
      append(store, adding(id, [1])),
      append(store, broken(fail)),
      append(store, adding(id, [7], { idempotency: terms })),
      append(store, adding(id, [2])),
    ];
    expect(await statuses(work)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await ledger.checked(id)).toBe(3);
  });

  it('a dry run sees what those before it leave, and leaves nothing', async () => {
    const store = newStore();
    const id = one();
    const [, dry, after] = await Promise.all([
      append(store, adding(id, [5])),
      append(store, adding(id, [10], { dry_run: true, idempotency: keyed('dry') })),
      append(store, adding(id, [1])),
    ]);
    expect(dry.decision.recordings[0]?.state.total).toBe(15);
    expect(dry.events).toMatchObject([{ seq: 2, by: 10 }]);
    expect(after.events).toMatchObject([{ seq: 2, by: 1 }]);
    expect(await ledger.checked(id)).toBe(6);
    expect(await store.answered(HOUSEHOLD, USER, 'dry')).toBeNull();
    await append(store, adding(id, [100], { dry_run: true }));
    await append(store, adding(id, []));
    expect(await ledger.checked(id)).toBe(6);
    expect(store.counters).toMatchObject({ commits: 1, commands: 2 });
  });
});

describe('commands that record more than they said', () => {
  it('go in several transactions, in their order', async () => {
    const store = newStore();
    const id = one();
    const sizes: number[] = [];
    store.counters.onCommit((commands) => sizes.push(commands));
    const many = (turn: number) => adding(id, [turn, ...Array.from({ length: 499 }, () => 1)]);
    const work = Array.from({ length: 10 }, (_, turn) => append(store, many(turn)));
    const firsts = (await Promise.all(work)).map(({ events }) => events[0]);
    expect(sizes).toEqual([4, 4, 2]);
    expect(firsts).toMatchObject(work.map((_, turn) => ({ seq: turn * 500 + 1, by: turn })));
    expect(await ledger.checked(id)).toBe(10 * 499 + 45);
  });
});

describe('an account with 500 items', () => {
  it('is written as what changes in it', async () => {
    const store = newStore();
    const id = one();
    const items = Array.from({ length: 500 }, (_, index) => ({ id: index, held: 0 }));
    const change = (index: number): CountCommand =>
      adding(id, [], {
        decide: async (workspace) => {
          const before = await workspace.account(id);
          const held = before?.items.map((item) => (item.id === index ? { ...item, held: 1 } : item));
          return { recordings: [counting(id, before, [by(1)], { items: held ?? items })] };
        },
      });
    await append(store, change(0));
    await Promise.all([7, 499].map((index) => append(store, change(index))));
    await append(newStore(), change(3));
    const stored = await ledger.account(id);
    expect(stored?.items.filter(({ held: amount }) => amount === 1).map((item) => item.id)).toEqual([
      3, 7, 499,
    ]);
    expect(stored?.items).toHaveLength(500);
    expect(await ledger.checked(id)).toBe(4);
  });
});
