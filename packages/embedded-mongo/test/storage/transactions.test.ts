import { decodeDoc } from '../../src/bson/codec.js';
import type { Doc } from '../../src/bson/types.js';
import type { Collection } from '../../src/storage/collection.js';
import { scanDocuments } from '../../src/storage/reading.js';
import { deleteDocument, idKeyOf } from '../../src/storage/records.js';
import type { View } from '../../src/storage/view.js';

import {
  amountOf,
  cleanUp,
  close,
  insert,
  int,
  newFolder,
  openStore,
  read,
  set,
  withAccounts,
} from './store-kit.js';
afterEach(cleanUp);

describe('transactions', () => {
  it('see their own writes, while others see nothing of them before they are published', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    const transaction = store.begin();
    set(transaction, accounts, 'a', { n: int(10) });
    insert(transaction, accounts, { _id: 'c', n: int(3) });
    deleteDocument(transaction, accounts, idKeyOf('b'), read(transaction, accounts, 'b') as Doc);

    const ids = (view: View): string[] =>
      [...scanDocuments(view, accounts)].map(({ bytes }) => decodeDoc(bytes).get('_id') as string);
    const before = store.latest();
    expect(ids(transaction)).toEqual(['a', 'c']);
    expect(amountOf(transaction, accounts, 'a')).toBe(10);
    expect(ids(before)).toEqual(['a', 'b']);
    expect(amountOf(before, accounts, 'a')).toBe(1);

    await store.durable(store.publish(transaction));
    const after = store.latest();
    expect(ids(after)).toEqual(['a', 'c']);
    expect(ids(before)).toEqual(['a', 'b']);
    before.release();
    after.release();
  });

  it('read the picture of their beginning, before and after later writes reach the disk', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    await store.durable();
    const transaction = store.begin();
    for (let n = 100; n < 105; n += 1) {
      await store.writeOnce((own) => {
        set(own, accounts, 'a', { n: int(n) });
      });
      expect(amountOf(transaction, accounts, 'a')).toBe(1);
      await store.durable();
      expect(amountOf(transaction, accounts, 'a')).toBe(1);
    }
    const late = store.begin();
    expect(amountOf(late, accounts, 'a')).toBe(104);
    expect([...scanDocuments(transaction, accounts)].map(({ bytes }) => decodeDoc(bytes).get('n'))).toEqual([
      int(1),
      int(2),
    ]);
    transaction.end();
    late.end();
  });

  it('leave nothing behind when they are given up', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    const transaction = store.begin();
    set(transaction, accounts, 'a', { n: int(10) });
    transaction.end();
    const view = store.latest();
    expect(amountOf(view, accounts, 'a')).toBe(1);
    view.release();
    await store.writeOnce((own) => {
      set(own, accounts, 'a', { n: int(11) });
    });
  });

  it('conflict where another wrote the document first, open or committed since', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    const [first, second, third] = [store.begin(), store.begin(), store.begin()];
    set(first, accounts, 'a', { n: int(10) });
    expect(() => {
      set(second, accounts, 'a', { n: int(20) });
    }).toThrow(/Write conflict/i);
    store.publish(first);
    expect(() => {
      set(third, accounts, 'a', { n: int(30) });
    }).toThrow(/Write conflict/i);
    set(third, accounts, 'b', { n: int(30) });
    second.end();
    store.publish(third);
    const view = store.latest();
    expect([amountOf(view, accounts, 'a'), amountOf(view, accounts, 'b')]).toEqual([10, 30]);
    view.release();
  });

  it('make a plain write wait for their end, and the write then builds on theirs', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    const transaction = store.begin();
    set(transaction, accounts, 'a', { n: int(10) });
    let settled = false;
    const plain = store
      .writeOnce((own) => {
        const n = amountOf(own, accounts, 'a') as number;
        set(own, accounts, 'a', { n: int(n + 1) });
      })
      .then(() => {
        settled = true;
      });
    await store.durable();
    expect(settled).toBe(false);
    store.publish(transaction);
    await plain;
    const view = store.latest();
    expect(amountOf(view, accounts, 'a')).toBe(11);
    view.release();
  });

  it('hold what is on disk once they are durable, and the next start finds it', async () => {
    const folder = newFolder();
    const store = openStore(folder);
    const accounts = await withAccounts(store);
    const transaction = store.begin();
    set(transaction, accounts, 'a', { n: int(10) });
    await store.durable(store.publish(transaction));
    await close(store);
    const again = openStore(folder);
    const found = again.catalogue.find('test.accounts') as Collection;
    const view = again.latest();
    expect([amountOf(view, found, 'a'), amountOf(view, found, 'b')]).toEqual([10, 2]);
    expect(again.counts.count(found.indexes[0]?.prefix ?? '')).toBe(2);
    view.release();
  });
});
