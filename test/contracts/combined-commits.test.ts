import { EventStore } from '../../src/event-store/event-store.js';
import { MAX_WAITING } from '../../src/event-store/combiner.js';
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
  ROWS,
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

/** Waits until `done`; what is waited for is already on its way. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A decision that waits in the middle until it is let go, so that its commit stays under way. */
function held(id: string) {
  let release = () => {};
  let begun = false;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const command = adding(id, [], {
    decide: async (workspace) => {
      const before = await workspace.account(id);
      begun = true;
      await gate;
      return { recordings: [counting(id, before, [by(1)])] };
    },
  });
  return { command, release: () => release(), begun: () => begun };
}

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

describe('transactions under way', () => {
  it('are two over accounts of their own; others wait for theirs', async () => {
    const store = newStore();
    const [a, b, c] = newAccounts(3) as [string, string, string];
    const [first, second] = [held(a), held(b)];
    const work = [append(store, first.command)];
    await until(first.begun);
    work.push(append(store, second.command));
    await until(second.begun);
    work.push(append(store, adding(a, [1])), append(store, adding(c, [1])));
    expect(store).toMatchObject({ underWay: 2, waiting: 2 });
    first.release();
    await Promise.all([work[0], work[2], work[3]]);
    second.release();
    await Promise.all(work);
    expect(await Promise.all([a, b, c].map((id) => ledger.checked(id)))).toEqual([2, 1, 1]);
  });

  it('that need an account of another one only once they decide, wait for it and meet no deadlock', async () => {
    const store = newStore();
    const [a, b] = newAccounts(2) as [string, string];
    await Promise.all([append(store, adding(a, [10])), append(store, adding(b, [10]))]);
    const [left, right] = [held(a), held(b)];
    const work = [append(store, left.command)];
    await until(left.begun);
    work.push(append(store, right.command));
    await until(right.begun);
    // Each knows of its own account only, and learns of the other while both are at work.
    work.push(append(store, moving(a, b, 4, [a])), append(store, moving(b, a, 1, [b])));
    left.release();
    right.release();
    await Promise.all(work);
    expect([await ledger.checked(a), await ledger.checked(b)]).toEqual([8, 14]);
  });

  it('never let a command starve that needs much', async () => {
    const store = newStore();
    const ids = newAccounts(6);
    await Promise.all(ids.map((id) => append(store, adding(id, [1_000]))));
    let over = false;
    const noise = ids.map(async (id) => {
      for (let count = 0; !over; count += 1) await append(store, adding(id, [1]));
    });
    const [first = ''] = ids;
    await append(store, moving(first, ids[5] ?? '', 1, [first]));
    const all = adding(first, [], {
      accounts: ids,
      decide: async (workspace) => {
        const accounts = await workspace.accounts(ids);
        return { recordings: ids.map((id, index) => counting(id, accounts[index] ?? null, [by(1)])) };
      },
    });
    for (let count = 0; count < 5; count += 1) await append(store, all);
    over = true;
    await Promise.all(noise);
    for (const id of ids) await ledger.checked(id);
  });
});

describe('an account that is found to be needed only once rows have been read', () => {
  it('and that another transaction changes in between, makes no command fail', async () => {
    const store = newStore();
    const [a, b] = newAccounts(2) as [string, string];
    await Promise.all([append(store, adding(a, [10])), append(store, adding(b, [10]))]);
    let go = () => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    let reading = false;
    const late = moving(a, b, 4, [a]);
    const work = append(store, {
      ...late,
      decide: async (workspace) => {
        await database.db.collection(ROWS).findOne({}, { session: workspace.session });
        reading = true;
        await gate;
        return late.decide(workspace);
      },
    });
    await until(() => reading);
    // Adding nothing, it writes none of the documents that the other one will.
    await append(store, adding(b, [0]));
    go();
    await work;
    expect([await ledger.checked(a), await ledger.checked(b)]).toEqual([6, 14]);
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

describe('the queue', () => {
  it('is bounded: what is too much is refused at once, the rest is recorded', async () => {
    const store = newStore();
    const id = one();
    const blocked = held(id);
    const first = append(store, blocked.command);
    await until(blocked.begun);
    const waiting = Array.from({ length: MAX_WAITING }, () => append(store, adding(id, [])));
    await expect(append(store, adding(id, [1]))).rejects.toMatchObject({ code: 'service_unavailable' });
    blocked.release();
    await Promise.all([first, ...waiting]);
    expect(await ledger.checked(id)).toBe(1);
  });
});

describe('two processes', () => {
  it('keep every transfer whole, and nobody meets an error for the other', async () => {
    const stores = [newStore(), newStore()];
    const ids = newAccounts(8);
    await Promise.all(ids.map((id) => append(stores[0] as EventStore, adding(id, [1_000]))));
    const work = Array.from({ length: 400 }, (_, index) => {
      const store = stores[index % 2] as EventStore;
      const [from = '', to = ''] = [ids[(index * 7) % 8], ids[(index * 5 + 1 + ((index * 7) % 8)) % 8]];
      if (index % 5 === 0 || from === to) return append(store, adding(from, [1]));
      return append(store, moving(from, to, 1, index % 2 ? [from, to] : [from]));
    });
    const added = Array.from({ length: 400 }, (_, index) => index).filter(
      (index) => index % 5 === 0 || (index * 7) % 8 === (index * 5 + 1 + ((index * 7) % 8)) % 8,
    ).length;
    await Promise.all(work);
    const totals = await Promise.all(ids.map((id) => ledger.checked(id)));
    expect(totals.reduce((sum, total) => sum + total, 0)).toBe(8_000 + added);
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
