import { EventStore } from '../../src/event-store/event-store.js';
import { MAX_WAITING } from '../../src/event-store/combiner.js';
import type { TestDatabase } from '../kit/database.js';
import {
  adding,
  append,
  by,
  counting,
  CountLedger,
  moving,
  newAccounts,
  one,
  startCounting,
  ROWS,
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
