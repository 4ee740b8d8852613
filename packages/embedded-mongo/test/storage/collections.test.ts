import { setImmediate as nextTurn } from 'node:timers/promises';
import { scanDocuments } from '../../src/storage/reading.js';
import { clearDropped } from '../../src/storage/clearing.js';
import { createIndex } from '../../src/storage/index-changes.js';
import { dropCollection } from '../../src/storage/schema.js';
import { Store } from '../../src/storage/store.js';

import {
  amountOf,
  byField,
  cleanUp,
  close,
  int,
  newFolder,
  openStore,
  set,
  stores,
  withAccounts,
} from './store-kit.js';
afterEach(cleanUp);

describe('collections', () => {
  it('refuse a transaction whose snapshot is older than their last change', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    const transaction = store.begin();
    await createIndex(store, accounts, byField('n'));
    expect(() => {
      transaction.touch(accounts);
    }).toThrow(expect.objectContaining({ code: 246, labels: ['TransientTransactionError'] }) as Error);
    transaction.end();
  });

  it('are dropped after the transactions that use them, and their data goes', async () => {
    const folder = newFolder();
    const store = openStore(folder);
    const accounts = await withAccounts(store);
    const transaction = store.begin();
    set(transaction, accounts, 'a', { n: int(10) });
    let dropped = false;
    const drop = dropCollection(store, accounts).then(() => {
      dropped = true;
    });
    await store.durable();
    expect(dropped).toBe(false);
    store.publish(transaction);
    await drop;
    expect(store.catalogue.find('test.accounts')).toBeUndefined();
    await close(store);
    const again = openStore(folder);
    const view = again.latest();
    expect([...scanDocuments(view, accounts)]).toEqual([]);
    view.release();
  });

  it('let a change of theirs wait for the transactions before it, and none come after', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    const before = store.begin();
    set(before, accounts, 'a', { n: int(5) });
    const dropped = dropCollection(store, accounts);
    const after = store.begin();
    expect(() => {
      after.touch(accounts);
    }).toThrow(expect.objectContaining({ code: 24, labels: ['TransientTransactionError'] }) as Error);
    set(before, accounts, 'b', { n: int(6) });
    expect(accounts.dropped).toBe(false);
    store.publish(before);
    await dropped;
    expect([accounts.dropped, accounts.changesWaiting]).toEqual([true, 0]);
    after.end();
  });

  it('can be used again when a waiting change of theirs is given up', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    const before = store.begin();
    before.touch(accounts);
    const impatient = { until: () => Promise.reject(new Error('enough')) };
    await expect(dropCollection(store, accounts, impatient)).rejects.toThrow('enough');
    const after = store.begin();
    set(after, accounts, 'a', { n: int(7) });
    store.publish(after);
    before.end();
    const view = store.latest();
    expect(amountOf(view, accounts, 'a')).toBe(7);
    view.release();
  });

  it('go on being cleared after a restart', async () => {
    const folder = newFolder();
    const store = openStore(folder);
    const accounts = await withAccounts(store);
    await store.writeOnce((own) => {
      store.catalogue.drop(own, accounts);
    });
    await close(store);
    const { store: again, dropped } = Store.open(folder, { onFatal: () => undefined });
    stores.add(again);
    expect(dropped.map((collection) => collection.ns)).toEqual(['test.accounts']);
    for (const collection of dropped) clearDropped(again, collection);
    const documents = (): number => {
      const view = again.latest();
      const { length } = [...scanDocuments(view, accounts)];
      view.release();
      return length;
    };
    expect(documents()).toBe(2);
    while (documents() > 0) await nextTurn();
  });
});
