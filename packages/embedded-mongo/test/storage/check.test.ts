import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Collection } from '../../src/storage/collection.js';
import { linesOf } from '../../src/storage/check/report.js';
import { checkInProcess, Disk, openBuiltStore } from './built.js';
import { cleanUp, close, insert, int, newFolder, withAccounts } from './store-kit.js';

const PAGE = 4096;

/** Puts one of the file's first two pages where it belongs, as a commit does. */
function putMeta(path: string, from: Buffer, page: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, from, page * PAGE, PAGE, page * PAGE);
  closeSync(file);
}

describe('a check of a folder that is written to', () => {
  afterEach(cleanUp);

  it('finds nothing wrong while commits go on', async () => {
    const store = openBuiltStore(newFolder());
    const accounts = await withAccounts(store);
    let going = true;
    const writing = (async () => {
      for (let number = 0; going; number += 1) {
        await store.writeOnce((own) =>
          insert(own, accounts, { _id: int(number), pad: 'x'.repeat(number % 300) }),
        );
        await store.durable();
      }
    })();
    const found: string[] = [];
    for (let round = 0; round < 10; round += 1)
      found.push(...linesOf(await store.check('test.accounts', () => undefined)));
    going = false;
    await writing;
    expect(found).toEqual([]);
  });

  it('leaves what LMDB shares with readers alone, also while a commit is in the file and not told of yet', async () => {
    const folder = newFolder();
    const store = openBuiltStore(folder);
    await withAccounts(store);
    await close(store);
    const path = join(folder, 'data.mdb');
    const before = readFileSync(path);
    const again = openBuiltStore(folder);
    const accounts = again.catalogue.find('test.accounts') as Collection;
    await again.writeOnce((own) => insert(own, accounts, { _id: 'c', pad: 'x'.repeat(3 * PAGE) }));
    await close(again);
    const after = readFileSync(path);
    const changed = [0, 1].filter((page) => !pageOf(before, page).equals(pageOf(after, page)));
    expect(changed).toHaveLength(1);
    const [newest = 0] = changed;

    // The commit has written all of its pages but the last, the first page of the file or the second.
    putMeta(path, before, newest);
    const writer = Disk.open(folder);
    const readers = readFileSync(`${path}-lock`);
    expect((await checkInProcess(folder, undefined)).collections).toMatchObject([{ records: 2 }]);
    // Now that page, too. Readers are told when it has been synced.
    putMeta(path, after, newest);
    const report = await checkInProcess(folder, undefined);
    const untouched = readFileSync(`${path}-lock`).equals(readers);
    await writer.close();
    expect(linesOf(report)).toEqual([]);
    expect(report.collections).toMatchObject([{ ns: 'test.accounts', records: 3 }]);
    expect(untouched).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['data.mdb', 'data.mdb-lock']);
  });

  it('is given up when the folder is closed', async () => {
    const store = openBuiltStore(newFolder());
    await withAccounts(store);
    const check = store.check(undefined, () => undefined);
    const outcome = check.catch((error: unknown) => error);
    await close(store);
    expect(await outcome).toMatchObject({ codeName: 'ShutdownInProgress' });
  });

  it('finds each flipped bit that makes the newest state count for another one', async () => {
    const folder = newFolder();
    const store = openBuiltStore(folder);
    const accounts = await withAccounts(store);
    await store.durable();
    const path = join(folder, 'data.mdb');
    for (const _id of ['c', 'd']) {
      await store.writeOnce((own) => insert(own, accounts, { _id }));
      await store.durable();
    }
    await close(store);
    expect(linesOf(await checkInProcess(folder, undefined))).toEqual([]);
    // One bit, and the newest state counts as older than the other.
    const bytes = readFileSync(path);
    const txns = [0, 1].map((page) => Number(bytes.readBigUInt64LE(page * PAGE + 152)));
    const newest = (txns[0] ?? 0) > (txns[1] ?? 0) ? 0 : 1;
    for (let bit = 0; bit < 6; bit += 1) {
      const meta = Buffer.from(pageOf(bytes, newest));
      meta[152] = (meta[152] as number) ^ (1 << bit);
      const damaged = Buffer.from(bytes);
      meta.copy(damaged, newest * PAGE);
      putMeta(path, damaged, newest);
      expect(linesOf(await checkInProcess(folder, undefined))).not.toEqual([]);
    }
  });
});

function pageOf(file: Buffer, page: number): Buffer {
  return file.subarray(page * PAGE, (page + 1) * PAGE);
}
