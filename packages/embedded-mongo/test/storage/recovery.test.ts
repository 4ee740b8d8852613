import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { linesOf } from '../../src/storage/check/report.js';
import type { Collection } from '../../src/storage/collection.js';
import { JOURNAL_FILES } from '../../src/storage/journal/read.js';
import { prefixOf, RESERVED, type Key } from '../../src/storage/keys.js';
import type { compactFolder as CompactFolder } from '../../src/storage/offline/compact.js';
import type { repairFolder as RepairFolder } from '../../src/storage/offline/repair.js';
import { scanDocuments } from '../../src/storage/reading.js';
import { createIndex } from '../../src/storage/index-changes.js';
import type { Store as StoreType } from '../../src/storage/store.js';
import { BUILT, checkInProcess, Disk, openBuiltStore } from './built.js';
import { copyOf, dataOf, killedAfter } from './killed.js';
import { byField, cleanUp, close, insert, int, newFolder, set, withAccounts } from './store-kit.js';

const { repairFolder } = (await import(`${BUILT}offline/repair.js`)) as { repairFolder: typeof RepairFolder };
const { compactFolder } = (await import(`${BUILT}offline/compact.js`)) as {
  compactFolder: typeof CompactFolder;
};

const FIRST = JOURNAL_FILES[0];
const ROUNDS = 12;

const accountsIn = (store: StoreType): Collection => store.catalogue.find('test.accounts') as Collection;

const contentsNow = (store: StoreType): Map<string, unknown> => {
  const view = store.latest();
  const found = new Map(
    [...scanDocuments(view, accountsIn(store))].map(({ idKey, bytes }) => [
      idKey,
      Buffer.from(bytes).toString('hex'),
    ]),
  );
  view.release();
  return found;
};

/** What a folder holds, by id. Opens and closes it. */
async function contents(folder: string): Promise<Map<string, unknown>> {
  const store = openBuiltStore(folder);
  const found = contentsNow(store);
  await close(store);
  return found;
}

/**
 * A folder with some documents in the data file, and others, and changes of the first, in the journal alone. With it,
 * what it held after each of the steps that are in the journal.
 */
async function killedFolder(): Promise<{ folder: string; after: Map<string, unknown>[] }> {
  const home = newFolder();
  const first = openBuiltStore(home);
  await createIndex(first, await withAccounts(first), byField('n'));
  await close(first);
  let after: Map<string, unknown>[] = [];
  const folder = await killedAfter(home, async (store) => {
    const accounts = accountsIn(store);
    after = [contentsNow(store)];
    for (let round = 0; round < ROUNDS; round += 1) {
      await store.writeOnce((own) => {
        insert(own, accounts, { _id: `new-${String(round)}`, n: int(round), pad: 'x'.repeat(400) });
        set(own, accounts, 'a', { n: int(100 + round) });
      });
      after.push(contentsNow(store));
      await store.durable();
    }
  });
  return { folder, after };
}

function flip(path: string, at: number, bit = 0): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
  writeFileSync(path, bytes);
}

describe('a folder that was not closed', () => {
  let folder: string;
  let after: Map<string, unknown>[];

  beforeAll(async () => {
    ({ folder, after } = await killedFolder());
  });
  afterAll(cleanUp);

  it('has in its journal what its data file lacks', async () => {
    const copy = copyOf(folder);
    for (const name of JOURNAL_FILES) rmSync(join(copy, name));
    expect(await contents(copy)).toEqual(after[0]);
  });

  it('is whole again once it is opened, and sound', async () => {
    const copy = copyOf(folder);
    expect(await contents(copy)).toEqual(after.at(-1));
    expect(linesOf(await checkInProcess(copy, undefined))).toEqual([]);
    expect(readdirSync(copy).filter((name) => name.startsWith('journal'))).toEqual([]);
    expect(await contents(copy)).toEqual(after.at(-1));
  });

  it('loses nothing when it is killed again and again', async () => {
    let killed = folder;
    let expected = new Map<string, unknown>();
    for (let round = 0; round < 4; round += 1) {
      killed = await killedAfter(killed, async (store) => {
        await store.writeOnce((own) => insert(own, accountsIn(store), { _id: `later-${String(round)}` }));
        expected = contentsNow(store);
        await store.durable();
      });
    }
    expect(expected.size).toBe((after.at(-1)?.size ?? 0) + 4);
    expect(await contents(killed)).toEqual(expected);
  });

  it('with a journal in which a bit is flipped is refused, or lacks the newest changes, and has nothing else', async () => {
    const length = readFileSync(join(folder, FIRST)).length;
    const tally = { whole: 0, 'without the newest': 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(length - 1), fc.nat(7), async (at, bit) => {
        const copy = copyOf(folder);
        flip(join(copy, FIRST), at, bit);
        const found = await contents(copy).catch((error: unknown) => String(error));
        if (typeof found === 'string') {
          expect(found).toContain('the journal is damaged');
          tally.refused += 1;
        } else {
          const isWhole = found.size === after.at(-1)?.size;
          expect(found).toEqual(isWhole ? after.at(-1) : after.at(-2));
          tally[isWhole ? 'whole' : 'without the newest'] += 1;
        }
        rmSync(copy, { recursive: true });
      }),
      { numRuns: 60 },
    );
    expect(tally.refused).toBeGreaterThan(0);
  });

  it('is repaired with what its journal holds', async () => {
    const copy = copyOf(folder);
    const { problems, documents, keptAs } = await repairFolder(copy);
    expect(problems).toEqual([]);
    expect(documents).toBe(after.at(-1)?.size);
    expect(readdirSync(copy)).toContain(`${keptAs}.${FIRST}`);
    expect(readdirSync(copy)).not.toContain(FIRST);
    expect(await contents(copy)).toEqual(after.at(-1));
  });

  it('is repaired without what is damaged of its journal', async () => {
    const copy = copyOf(folder);
    // In the middle of a frame, among others.
    const at = readFileSync(join(copy, FIRST)).indexOf('new-3');
    flip(join(copy, FIRST), at);
    await expect(contents(copy)).rejects.toThrow('the journal is damaged');
    const { problems } = await repairFolder(copy);
    expect(problems).toContainEqual(expect.stringContaining('the journal is damaged: changes after number'));
    const lost = new Map(after.at(-1));
    for (const [id, bytes] of lost) if (Buffer.from(String(bytes), 'hex').includes('new-3')) lost.delete(id);
    expect(lost.size).toBe((after.at(-1)?.size ?? 0) - 1);
    expect(await contents(copy)).toEqual(lost);
    expect(linesOf(await checkInProcess(copy, undefined))).toEqual([]);
  });

  it('is compacted with what its journal holds', async () => {
    const copy = copyOf(folder);
    await compactFolder(copy);
    expect(readdirSync(copy)).not.toContain(FIRST);
    expect(await contents(copy)).toEqual(after.at(-1));
  });
});

describe('a folder of a newer format', () => {
  afterEach(cleanUp);

  it('is refused with its journal as it was', async () => {
    const { folder } = await killedFolder();
    const disk = Disk.open(folder);
    await disk.write(new Map([[prefixOf(0, RESERVED.format), Uint8Array.of(99)]]));
    await disk.close();
    const before = [dataOf(folder), readFileSync(join(folder, FIRST))];
    expect(() => openBuiltStore(folder)).toThrow('format version 99');
    expect([dataOf(folder), readFileSync(join(folder, FIRST))]).toEqual(before);
  });
});

describe('a folder of the format before the journal', () => {
  afterEach(cleanUp);

  it('is opened', async () => {
    const folder = newFolder();
    const store = openBuiltStore(folder);
    await withAccounts(store);
    await close(store);
    const before = await contents(folder);
    const format: Key = prefixOf(0, RESERVED.format);
    const disk = Disk.open(folder);
    await disk.write(new Map([[format, Uint8Array.of(3)]]));
    await disk.close();
    expect(await contents(folder)).toEqual(before);
  });
});
