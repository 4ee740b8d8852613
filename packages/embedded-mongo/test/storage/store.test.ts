import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Int32 } from 'bson';
import { decodeDoc, encodeDoc } from '../../src/bson/codec.js';
import type { Doc, Value } from '../../src/bson/types.js';
import type { Collection, IndexDefinition } from '../../src/storage/catalogue.js';
import {
  deleteDocument,
  idKeyOf,
  insertDocument,
  readDocument,
  scanDocuments,
  scanIndex,
  updateDocument,
} from '../../src/storage/records.js';
import { clearDropped, createIndex, dropCollection, ensureCollection } from '../../src/storage/schema.js';
import { Store } from '../../src/storage/store.js';
import type { Transaction } from '../../src/storage/transaction.js';
import type { View } from '../../src/storage/view.js';

const folders: string[] = [];
const stores = new Set<Store>();

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-mongo-store-'));
  folders.push(folder);
  return folder;
}

function openStore(folder = newFolder()): Store {
  const { store } = Store.open(folder, {
    onFatal: (error) => {
      throw error;
    },
  });
  stores.add(store);
  return store;
}

async function close(store: Store): Promise<void> {
  stores.delete(store);
  await store.close();
}

afterEach(async () => {
  for (const store of stores) await close(store);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const doc = (fields: Record<string, Value>): Doc => new Map(Object.entries(fields));
const int = (value: number): Int32 => new Int32(value);

function insert(transaction: Transaction, collection: Collection, fields: Record<string, Value>): void {
  insertDocument(transaction, collection, encodeDoc(doc(fields)));
}

function read(view: View, collection: Collection, id: Value): Doc | undefined {
  const bytes = readDocument(view, collection, idKeyOf(id));
  return bytes === undefined ? undefined : decodeDoc(bytes);
}

function set(
  transaction: Transaction,
  collection: Collection,
  id: Value,
  fields: Record<string, Value>,
): void {
  const old = read(transaction, collection, id);
  if (old === undefined) throw new Error('nothing to update');
  updateDocument(transaction, collection, idKeyOf(id), old, new Map([...old, ...Object.entries(fields)]));
}

const amountOf = (view: View, collection: Collection, id: string): number | undefined =>
  (read(view, collection, id)?.get('n') as Int32 | undefined)?.value;

const byField = (name: string, options: Partial<IndexDefinition> = {}): IndexDefinition => ({
  name: `${name}_1`,
  key: [[name, 1]],
  unique: false,
  sparse: false,
  spec: new Map<string, Value>([['name', `${name}_1`]]),
  ...options,
});

async function withAccounts(store: Store): Promise<Collection> {
  const collection = await ensureCollection(store, 'test', 'accounts');
  await store.writeOnce((own) => {
    insert(own, collection, { _id: 'a', n: int(1) });
    insert(own, collection, { _id: 'b', n: int(2) });
  });
  return collection;
}

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

  it('are complete when they are built while transactions and plain writes go on', async () => {
    const store = openStore();
    const accounts = await ensureCollection(store, 'test', 'accounts');
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
    for (const collection of dropped) await clearDropped(again, collection);
    const view = again.latest();
    expect([...scanDocuments(view, accounts)]).toEqual([]);
    view.release();
  });
});
