import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Int32 } from 'bson';
import { decodeDoc } from '../../src/bson/codec.js';
import type { Doc, Value } from '../../src/bson/types.js';
import type { Collection, Index } from '../../src/storage/collection.js';
import { readDocument, scanDocuments, scanIndex } from '../../src/storage/reading.js';
import { deleteDocument, idKeyOf } from '../../src/storage/records.js';
import { createIndex } from '../../src/storage/index-changes.js';
import { createCollection } from '../../src/storage/schema.js';
import type { Store } from '../../src/storage/store.js';

import { byField, cleanUp, insert, int, openStore, read, set, withAccounts } from './store-kit.js';
afterEach(cleanUp);

describe('indexes', () => {
  const ids = (store: Store, collection: Collection, name: string): string[] => {
    const view = store.latest();
    const index = collection.indexes.find((one) => one.name === name);
    if (index === undefined) throw new Error('no such index');
    const found = [...scanIndex(view, index)].map(({ idKey }) => {
      const bytes = readDocument(view, collection, idKey);
      return bytes === undefined ? 'dangling' : (decodeDoc(bytes).get('_id') as string);
    });
    view.release();
    expect(store.counts.count(index.prefix)).toBe(found.length);
    return found;
  };

  it('follow inserts, updates and deletes', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    await createIndex(store, accounts, byField('n'));
    expect(ids(store, accounts, 'n_1')).toEqual(['a', 'b']);
    await store.writeOnce((own) => {
      set(own, accounts, 'a', { n: int(9) });
      insert(own, accounts, { _id: 'c', n: int(5) });
    });
    expect(ids(store, accounts, 'n_1')).toEqual(['b', 'c', 'a']);
    await store.writeOnce((own) => {
      deleteDocument(own, accounts, idKeyOf('c'), read(own, accounts, 'c') as Doc);
    });
    expect(ids(store, accounts, 'n_1')).toEqual(['b', 'a']);
  });

  it('refuse a second document with the key of a unique one, but let the same document keep it', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    await createIndex(store, accounts, byField('n', { unique: true }));
    const insertTwin = store.writeOnce((own) => {
      insert(own, accounts, { _id: 'c', n: int(2) });
    });
    await expect(insertTwin).rejects.toMatchObject({
      code: 11000,
      details: { keyPattern: new Map([['n', 1]]) },
    });
    await store.writeOnce((own) => {
      set(own, accounts, 'b', { n: int(2), other: 'x' });
    });
    expect(ids(store, accounts, 'n_1')).toEqual(['a', 'b']);
  });

  it('conflict on a unique key that two open transactions want', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    await createIndex(store, accounts, byField('n', { unique: true }));
    const [first, second] = [store.begin(), store.begin()];
    insert(first, accounts, { _id: 'c', n: int(7) });
    expect(() => {
      insert(second, accounts, { _id: 'd', n: int(7) });
    }).toThrow(/Write conflict/i);
    first.end();
    second.end();
  });

  it('take a unique key again after its document has gone', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    await createIndex(store, accounts, byField('n', { unique: true }));
    const transaction = store.begin();
    deleteDocument(transaction, accounts, idKeyOf('b'), read(transaction, accounts, 'b') as Doc);
    insert(transaction, accounts, { _id: 'c', n: int(2) });
    store.publish(transaction);
    expect(ids(store, accounts, 'n_1')).toEqual(['a', 'c']);
  });

  it('hold only what a partial filter lets in', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    const partialFilter = new Map<string, Value>([['open', true]]);
    await createIndex(store, accounts, byField('n', { unique: true, partialFilter }));
    await store.writeOnce((own) => {
      insert(own, accounts, { _id: 'c', n: int(2), open: true });
      insert(own, accounts, { _id: 'd', n: int(2), open: false });
    });
    expect(ids(store, accounts, 'n_1')).toEqual(['c']);
    await expect(
      store.writeOnce((own) => {
        set(own, accounts, 'd', { open: true });
      }),
    ).rejects.toMatchObject({ code: 11000 });
  });

  it('hold a key for each element of an array, and say that they are multikey', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    const index = await createIndex(store, accounts, byField('tags'));
    await store.writeOnce((own) => {
      insert(own, accounts, { _id: 'c', tags: ['x', 'y', 'x'] });
    });
    expect(index.multikey).toBe(true);
    expect(ids(store, accounts, 'tags_1')).toEqual(['a', 'b', 'c', 'c']);
  });

  it('are not read by a transaction that shows a part of them, though it used the collection late', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    const first = store.begin();
    first.touch(accounts);
    const built = createIndex(store, accounts, byField('n'));
    await nextTurn();
    const index = accounts.indexes[1] as Index;
    const [held, early] = [store.begin(), store.begin()];
    held.touch(accounts);
    first.end();
    while (store.counts.count(index.prefix) < 2) await nextTurn();
    // The index waits for one transaction alone; this one began before it had any entry.
    expect([...scanIndex(early, index)]).toEqual([]);
    expect(() => {
      early.touch(accounts);
    }).toThrow('pending collection catalog changes');
    held.end();
    await built;
    early.end();
    expect(ids(store, accounts, 'n_1')).toEqual(['a', 'b']);
  });

  it('are complete when they are built while transactions and plain writes go on', async () => {
    const store = openStore();
    const accounts = await createCollection(store, 'test', 'accounts', new Map());
    await store.writeOnce((own) => {
      for (let n = 0; n < 3000; n += 1) insert(own, accounts, { _id: `k${String(n)}`, n: int(n) });
    });
    const before = store.begin();
    set(before, accounts, 'k2999', { n: int(-1) });
    const built = createIndex(store, accounts, byField('n'));
    for (let n = 0; n < 40; n += 1) {
      await store.writeOnce((own) => {
        set(own, accounts, `k${String(n * 70)}`, { n: int(10_000 + n) });
        insert(own, accounts, { _id: `new${String(n)}`, n: int(20_000 + n) });
      });
      if (n === 5) store.publish(before);
    }
    await built;
    const view = store.latest();
    const expected = [...scanDocuments(view, accounts)]
      .map(({ bytes }) => decodeDoc(bytes))
      .sort((x, y) => (x.get('n') as Int32).value - (y.get('n') as Int32).value)
      .map((found) => found.get('_id'));
    view.release();
    expect(ids(store, accounts, 'n_1')).toEqual(expected);
  });

  it('are built although there are always transactions that hold some of the documents', async () => {
    const store = openStore();
    const accounts = await createCollection(store, 'test', 'accounts', new Map());
    await store.writeOnce((own) => {
      for (let n = 0; n < 20; n += 1) insert(own, accounts, { _id: `k${String(n)}`, n: int(n) });
    });
    let done = false;
    const built = createIndex(store, accounts, byField('n')).then(() => {
      done = true;
    });
    let previous = store.begin();
    for (let n = 0; !done; n += 1) {
      try {
        set(previous, accounts, `k${String(n % 20)}`, { n: int(100 + n) });
      } catch (error) {
        // Once, when the index is whole: this one is older.
        expect(error).toMatchObject({ codeName: 'SnapshotUnavailable' });
      }
      const next = store.begin();
      await nextTurn();
      store.publish(previous);
      previous = next;
    }
    previous.end();
    await built;
    expect(ids(store, accounts, 'n_1').sort()).toEqual(
      [...Array(20).keys()].map((n) => `k${String(n)}`).sort(),
    );
  });

  it('that cannot be unique are gone again after the failed build', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    await store.writeOnce((own) => {
      insert(own, accounts, { _id: 'c', n: int(2) });
    });
    await expect(createIndex(store, accounts, byField('n', { unique: true }))).rejects.toMatchObject({
      code: 11000,
    });
    expect(accounts.indexes.map((index) => index.name)).toEqual(['_id_']);
  });

  it('keep long keys cut: equal ones stay equal, different ones different', async () => {
    const store = openStore();
    const accounts = await withAccounts(store);
    const index = await createIndex(store, accounts, byField('text', { unique: true, sparse: true }));
    const long = 'x'.repeat(5000);
    await store.writeOnce((own) => {
      insert(own, accounts, { _id: long, text: `${long}1` });
      insert(own, accounts, { _id: `${long}2`, text: `${long}2` });
      deleteDocument(own, accounts, idKeyOf('a'), read(own, accounts, 'a') as Doc);
    });
    expect(index.hasLongKeys).toBe(true);
    await expect(
      store.writeOnce((own) => {
        insert(own, accounts, { _id: 'e', text: `${long}1` });
      }),
    ).rejects.toMatchObject({ code: 11000 });
  });
});
