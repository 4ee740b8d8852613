import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Catalogue } from '../../src/storage/catalogue.js';
import { Disk } from '../../src/storage/disk.js';
import { encodeSequence, SEQUENCE_KEY } from '../../src/storage/disk-snapshot.js';
import { recoverJournal } from '../../src/storage/journal/recover.js';
import { prefixOf, RESERVED, type Key } from '../../src/storage/keys.js';
import { Overlay } from '../../src/storage/overlay.js';
import { PublishedView } from '../../src/storage/view.js';
import { startEngine, type TestEngine } from '../kit.js';
import { newFolder, removeFolders } from '../process/folders.js';
import { startCommand } from '../process/processes.js';

const ROWS = 12_000;

/** What a folder holds, by whether the catalogue knows the collection and the index. */
interface Contents {
  readonly entries: number;
  /** Entries of collections and indexes that are gone. */
  readonly left: number;
  /** The counts that are kept of them. */
  readonly counts: number;
}

/** Looks at a copy of a folder that no process uses, with what is in its journal. */
async function contentsOf(folder: string): Promise<Contents> {
  const copy = join(await newFolder(), 'copy');
  cpSync(folder, copy, { recursive: true, filter: (path) => !/lock|sock/.test(path) });
  const disk = Disk.open(copy);
  const journal = recoverJournal(copy, disk);
  const snapshot = disk.snapshot();
  const view = new PublishedView(snapshot, snapshot.sequence, new Overlay(), () => snapshot.release());
  const live = new Set(
    new Catalogue().load(view).live.flatMap(({ indexes }) => indexes.map((i) => i.prefix)),
  );
  const found = { entries: 0, left: 0, counts: 0 };
  const countsOf = prefixOf(0, RESERVED.counts);
  const each = snapshot.range(prefixOf(0, 0), '\xff'.repeat(8));
  for (let step = each.next(); step.done !== true; step = each.next()) {
    const { key } = step.value;
    const own: Key = key.startsWith(countsOf) ? key.slice(countsOf.length) : key.slice(0, countsOf.length);
    if (key.startsWith(countsOf)) found.counts += live.has(own) ? 0 : 1;
    else if (key >= prefixOf(1, 0)) found[live.has(own) ? 'entries' : 'left'] += 1;
  }
  view.release();
  await disk.close();
  journal.remove();
  return found;
}

describe('what was dropped', () => {
  let engine: TestEngine;
  let dbPath: string;
  const run = (option: string) => startCommand('--dbpath', dbPath, option).ended;

  beforeEach(async () => {
    dbPath = join(await newFolder(), 'db');
    engine = await startEngine({ dbPath });
    const db = engine.client.db('shop');
    for (const name of ['kept', 'dropped']) {
      await db.collection(name).createIndex({ n: 1 });
      const documents = Array.from({ length: ROWS }, (_, _id) => ({ _id, n: _id }));
      await db.command({ insert: name, documents });
    }
  });
  afterEach(async () => {
    await engine.stop();
    await removeFolders();
  });

  /** Drops a collection, and the other one's index, and kills the engine before it has cleared much. */
  async function killedWhileClearing(): Promise<void> {
    const db = engine.client.db('shop');
    const dropped = [
      db.collection('dropped').drop(),
      db.collection('kept').dropIndexes(),
      // The answer may come only when the engine is dead.
    ].map((drop) => drop.catch(() => undefined));
    const names = async (): Promise<number> =>
      (await db.listCollections().toArray()).length + (await db.collection('kept').indexes()).length;
    while ((await names()) > 2);
    // What is seen may not be on disk yet; what was published before an acknowledged write is.
    await db.collection<{ _id: number }>('kept').updateOne({ _id: 0 }, { $set: { n: -1 } });
    await engine.kill9();
    await Promise.all(dropped);
    expect((await contentsOf(dbPath)).left).toBeGreaterThan(ROWS);
  }

  /** Waits until nothing is left, with the engine stopped in between to look. */
  async function allCleared(): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      await engine.restart();
      expect(await engine.client.db('shop').collection('kept').countDocuments()).toBe(ROWS);
      await wait(300);
      await engine.kill9();
      const found = await contentsOf(dbPath);
      expect(found.entries).toBe(ROWS);
      if (found.left + found.counts === 0) return;
      expect(attempt).toBeLessThan(30);
    }
  }

  it('goes on being cleared after kill -9, and a clean stop does not wait for that', async () => {
    await killedWhileClearing();
    await engine.restart();
    process.kill(engine.pid, 'SIGTERM');
    await engine.ended();
    expect((await contentsOf(dbPath)).left).toBeGreaterThan(0);
    await engine.restart();
    const { valid, keysPerIndex } = await engine.client.db('shop').command({ validate: 'kept' });
    expect([valid, keysPerIndex]).toEqual([true, { _id_: ROWS }]);
    await allCleared();
    await engine.restart();
  });

  it.each(['--compact', '--repair'])('is left out by %s after kill -9', async (option) => {
    await killedWhileClearing();
    expect((await run(option)).code).toBe(0);
    expect(await contentsOf(dbPath)).toMatchObject({ entries: ROWS, left: 0 });
    await engine.restart();
    const { valid, nIndexes } = await engine.client.db('shop').command({ validate: 'kept' });
    expect([valid, nIndexes]).toEqual([true, 1]);
    await allCleared();
    await engine.restart();
  });
});

it('documents of a collection whose name is lost are damage, to validate, --compact and --repair alike', async () => {
  const dbPath = join(await newFolder(), 'db');
  const engine = await startEngine({ dbPath });
  const db = engine.client.db('shop');
  await db.collection('kept').insertOne({ n: 1 });
  await db.collection('lost').insertMany([{ n: 1 }, { n: 2 }]);
  const run = (option: string) => startCommand('--dbpath', dbPath, option).ended;
  process.kill(engine.pid, 'SIGTERM');
  await engine.ended();
  const disk = Disk.open(dbPath);
  // Collections are numbered from 1.
  const record = prefixOf(0, RESERVED.catalogue) + prefixOf(2, 0).slice(0, 4);
  await disk.write(
    new Map([
      [record, null],
      [SEQUENCE_KEY, encodeSequence(1000)],
    ]),
  );
  await disk.close();
  await engine.restart();
  const { valid, errors } = await db.command({ validate: 'kept' });
  expect([valid, errors]).toEqual([false, [expect.stringContaining('2 documents')]]);
  process.kill(engine.pid, 'SIGTERM');
  await engine.ended();
  expect(await run('--compact')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('number 2 is lost'),
  });
  expect((await run('--repair')).stdout).toContain('number 2 is lost');
  await engine.restart();
  expect(await db.command({ validate: 'kept' })).toMatchObject({ valid: true });
  await engine.stop();
  await removeFolders();
});
