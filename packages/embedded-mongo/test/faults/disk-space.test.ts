import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { Collection } from 'mongodb';
import { recordOf } from '../../src/storage/catalogue-records.js';
import { Store } from '../../src/storage/store.js';
import { createIndex } from '../../src/storage/index-changes.js';
import { createCollection } from '../../src/storage/schema.js';
import type { Collection as StoredCollection } from '../../src/storage/collection.js';
import type { Transaction } from '../../src/storage/transaction.js';
import type { View } from '../../src/storage/view.js';
import { startEngine } from '../kit.js';
import {
  amountOf,
  byField,
  cleanUp,
  close,
  insert,
  int,
  newFolder,
  set,
  stores,
  withAccounts,
} from '../storage/store-kit.js';

const MB = 1024 * 1024;
const FULL = { name: 'EngineError', codeName: 'OutOfDiskSpace', code: 14031 };

function failureOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

/** What an account holds in a view, which is released. */
function amountIn(view: View, accounts: StoredCollection, id: string): number | undefined {
  try {
    return amountOf(view, accounts, id);
  } finally {
    view.release();
  }
}

describe('with an injected measure of free space', () => {
  let free = 1024 * MB;
  const open = (folder = newFolder()): Store => {
    const { store } = Store.open(folder, {
      onFatal: (error) => {
        throw error;
      },
      measureSpace: () => free,
    });
    stores.add(store);
    return store;
  };
  /** The guard measures again after a few milliseconds. */
  const freeIs = async (bytes: number): Promise<void> => {
    free = bytes;
    await wait(10);
  };
  beforeEach(() => {
    free = 1024 * MB;
  });
  afterEach(async () => {
    free = 1024 * MB;
    await cleanUp();
  });

  it('refuses writes below the reserve, shows nothing of them, reads on, and writes again with space', async () => {
    const folder = newFolder();
    const store = open(folder);
    const accounts = await withAccounts(store);
    await freeIs(63 * MB);
    await expect(
      store.writeOnce((own) => insert(own, accounts, { _id: 'c', n: int(3) })),
    ).rejects.toMatchObject(FULL);
    await expect(createCollection(store, 'test', 'other', new Map())).rejects.toMatchObject(FULL);
    expect(store.catalogue.find('test.other')).toBeUndefined();
    expect(amountIn(store.latest(), accounts, 'c')).toBeUndefined();
    expect(amountIn(store.latest(), accounts, 'a')).toBe(1);
    await freeIs(1024 * MB);
    await store.writeOnce((own) => insert(own, accounts, { _id: 'c', n: int(4) }));
    await store.durable();
    expect(amountIn(store.flushed(), accounts, 'c')).toBe(4);
  });

  it('refuses a transaction larger than the room there is, as a whole', async () => {
    const store = open();
    const accounts = await withAccounts(store);
    const transaction = store.begin();
    set(transaction, accounts, 'a', { n: int(100) });
    for (let at = 0; at < 30; at += 1)
      insert(transaction, accounts, { _id: `big ${String(at)}`, pad: 'x'.repeat(MB) });
    await freeIs(64 * MB + 100 * MB);
    expect(failureOf(() => store.publish(transaction))).toMatchObject(FULL);
    transaction.end();
    expect(amountIn(store.latest(), accounts, 'a')).toBe(1);
    expect(amountIn(store.latest(), accounts, 'big 0')).toBeUndefined();
    await store.writeOnce((own) => set(own, accounts, 'a', { n: int(2) }));
    expect(amountIn(store.latest(), accounts, 'a')).toBe(2);
  });

  it('holds what was accepted when others fill the disk, and writes it when there is space', async () => {
    const store = open();
    const accounts = await withAccounts(store);
    await store.durable();
    await store.writeOnce((own) => {
      insert(own, accounts, { _id: 'late', n: int(5) });
      own.onPublished(() => {
        free = MB;
        // So long that space is measured again before the batch is written.
        for (const began = performance.now(); performance.now() < began + 10;);
      });
    });
    await wait(200);
    expect(amountIn(store.latest(), accounts, 'late')).toBe(5);
    expect(store.durableSequence).toBeLessThan(store.publishedSequence);
    const second = store.writeOnce((own) => insert(own, accounts, { _id: 'refused', n: int(6) }));
    await expect(second).rejects.toMatchObject(FULL);
    await freeIs(1024 * MB);
    await store.durable();
    expect(amountIn(store.flushed(), accounts, 'late')).toBe(5);
  });

  it('takes an index out again that it has no room for', async () => {
    const folder = newFolder();
    const first = open(folder);
    const filled = await withAccounts(first);
    // So many that on no machine they are in the index before space is measured again.
    await first.writeOnce((own) => {
      for (let at = 0; at < 10_000; at += 1) insert(own, filled, { _id: `n${String(at)}`, n: int(at) });
    });
    await close(first);
    const store = open(folder);
    const accounts = store.catalogue.find('test.accounts') as StoredCollection;
    const building = createIndex(store, accounts, byField('n'));
    free = 30 * MB;
    await expect(building).rejects.toMatchObject(FULL);
    expect(accounts.indexes.map((index) => index.name)).toEqual(['_id_']);
    await freeIs(1024 * MB);
    expect((await createIndex(store, accounts, byField('n'))).ready).toBe(true);
  });

  it('takes an index out again that was whole when the disk filled up', async () => {
    const folder = newFolder();
    const store = open(folder);
    const accounts = await withAccounts(store);
    const first = store.begin();
    first.touch(accounts);
    const building = createIndex(store, accounts, byField('n'));
    await nextTurn();
    const last = store.begin();
    last.touch(accounts);
    first.end();
    while (accounts.indexes[1]?.wholeFrom === 0) await nextTurn();
    // So full that not even its record can be taken away.
    await freeIs(MB);
    last.end();
    await expect(building).rejects.toMatchObject(FULL);
    expect(accounts.indexes.map((index) => index.name)).toEqual(['_id_']);
    await freeIs(1024 * MB);
    expect((await createIndex(store, accounts, byField('n'))).ready).toBe(true);
    await close(store);
    const again = open(folder).catalogue.find('test.accounts')?.indexes ?? [];
    expect(again.map(({ name, ready }) => ({ name, ready }))).toEqual([
      { name: '_id_', ready: true },
      { name: 'n_1', ready: true },
    ]);
  });

  it('leaves no trace of a change of the catalogue that is refused when it is made already', async () => {
    const folder = newFolder();
    const store = open(folder);
    const accounts = await withAccounts(store);
    const index = await createIndex(store, accounts, byField('n'));
    const { catalogue } = store;
    const shown = (of: Store): unknown => ({
      names: of.catalogue.list().map(({ ns }) => ns),
      same: of.catalogue.find('test.accounts')?.uuid,
      record: recordOf(of.catalogue.find('test.accounts') as StoredCollection),
    });
    const before = shown(store);
    const changes: ((own: Transaction) => unknown)[] = [
      (own) => catalogue.create(own, 'test', 'other', new Map()),
      (own) => catalogue.drop(own, accounts),
      (own) => catalogue.rename(own, accounts, 'test', 'other'),
      (own) => catalogue.change(own, accounts, { options: new Map([['validator', 'x']]), indexes: [] }),
      (own) => catalogue.change(own, accounts, {}, { index, to: { ready: false, spec: new Map() } }),
      (own) => insert(own, accounts, { _id: 'c', n: ['two', 'values'] }),
    ];
    for (const change of changes) {
      await freeIs(1024 * MB);
      const refused = store.writeOnce((own) => {
        free = MB;
        // So long that space is measured again when the change is published.
        for (const began = performance.now(); performance.now() < began + 10;);
        change(own);
      });
      await expect(refused).rejects.toMatchObject(FULL);
    }
    expect(shown(store)).toEqual(before);
  });

  it('does not open a folder on a full disk', async () => {
    const folder = newFolder();
    await close(open(folder));
    free = 10 * MB;
    expect(failureOf(() => open(folder))).toMatchObject(FULL);
  });
});

const mountPoint = mkdtempSync(join(tmpdir(), 'engine-small-disk-'));
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=180m,mode=0700', 'none', mountPoint]).status === 0;
const aSmallDisk = mounted ? describe : undefined;
if (!mounted) console.log('no permission to mount: a disk that is really full is not tried here');

aSmallDisk?.('on a small disk of its own', () => {
  afterAll(() => {
    spawnSync('umount', [mountPoint]);
    rmSync(mountPoint, { recursive: true, force: true });
  });

  it('goes on reading when the disk is full, loses nothing, and writes again', async () => {
    const dbPath = join(mountPoint, 'db');
    mkdirSync(dbPath, { mode: 0o700 });
    const engine = await startEngine({ dbPath });
    const items: Collection<{ _id: number; pad: string }> = engine.client.db('test').collection('items');
    const acknowledged: number[] = [];
    const fill = async (): Promise<unknown> => {
      for (let _id = acknowledged.length; _id < 2_000; _id += 1) {
        try {
          await items.insertOne({ _id, pad: 'x'.repeat(300_000) });
        } catch (error) {
          return error;
        }
        acknowledged.push(_id);
      }
      return undefined;
    };
    expect(await fill()).toMatchObject({ code: 14031 });
    const ballast = join(mountPoint, 'ballast');
    const { bavail, bsize } = statfsSync(mountPoint);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 40 * MB));
    expect(await items.countDocuments({ pad: /^x/ })).toBe(acknowledged.length);
    await expect(items.insertOne({ _id: -1, pad: '' })).rejects.toMatchObject({ code: 14031 });
    const session = engine.client.startSession();
    session.startTransaction();
    await items.updateOne({ _id: 0 }, { $set: { pad: 'half' } }, { session });
    await items.insertOne({ _id: -2, pad: '' }, { session });
    await expect(session.commitTransaction()).rejects.toMatchObject({ code: 14031 });
    await session.endSession();
    expect(await items.findOne({ pad: 'half' })).toBeNull();
    rmSync(ballast);
    spawnSync('mount', ['-o', 'remount,size=400m', mountPoint]);
    await wait(20);
    await items.insertOne({ _id: -1, pad: '' });
    await engine.restart();
    const found = await items.find({}, { projection: { _id: 1 } }).toArray();
    expect(found.map(({ _id }) => _id)).toEqual([-1, ...acknowledged]);
    expect(await engine.client.db('test').command({ validate: 'items' })).toMatchObject({ valid: true });
    await engine.stop();
  });
});
