import { copyFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Collection } from 'mongodb';
import { PageFile } from '../../src/storage/check/page-file.js';
import { prefixOf, RESERVED } from '../../src/storage/keys.js';
import { Disk } from '../../src/storage/disk.js';
import { Store } from '../../src/storage/store.js';
import { startEngine, type TestEngine } from '../kit.js';
import { startCommand } from '../process/processes.js';
import { newFolder, removeFolders } from '../process/folders.js';

interface Item {
  _id: number;
  n: number;
  code: string;
  tags: number[];
}

describe('a stopped folder', () => {
  let engine: TestEngine;
  let items: Collection<Item>;
  let dbPath: string;
  const dataFile = (): string => join(dbPath, 'data.mdb');
  const stop = async (): Promise<void> => {
    process.kill(engine.pid, 'SIGTERM');
    await startCommand('--dbpath', dbPath, '--compact', '--lock-wait', '20000').ended;
  };
  const run = (...args: string[]) => startCommand('--dbpath', dbPath, ...args).ended;
  const contents = async (): Promise<Item[]> => items.find().sort({ _id: 1 }).toArray();

  beforeEach(async () => {
    dbPath = join(await newFolder(), 'db');
    engine = await startEngine({ dbPath });
    items = engine.client.db('shop').collection<Item>('items');
    await items.createIndex({ n: 1 });
    await items.createIndex({ code: 1 }, { unique: true });
    await items.createIndex({ tags: 1 });
    await items.insertMany(
      Array.from({ length: 1500 }, (_, _id) => ({
        _id,
        n: _id % 7,
        code: `c${String(_id)}`,
        tags: [_id % 3, _id % 5],
      })),
    );
  });
  afterEach(async () => {
    await engine.stop();
    await removeFolders();
  });

  it('is validated while the engine runs, and found sound', async () => {
    const counted = await engine.client.db('shop').command({ validate: 'items', full: true });
    expect(counted).toMatchObject({
      valid: true,
      nrecords: 1500,
      nIndexes: 4,
      keysPerIndex: { _id_: 1500, n_1: 1500, code_1: 1500, tags_1: 2700 },
      errors: [],
      corruptRecords: [],
    });
    await expect(engine.client.db('shop').command({ validate: 'none' })).rejects.toMatchObject({ code: 26 });
    await expect(engine.client.db('shop').command({ validate: 'items', repair: true })).rejects.toMatchObject(
      {
        code: 115,
      },
    );
  });

  it('answers others while it is validated under writes', async () => {
    const validations = Array.from({ length: 3 }, () =>
      engine.client.db('shop').command({ validate: 'items' }),
    );
    let going = true;
    const done = Promise.all(validations).finally(() => {
      going = false;
    });
    let writes = 0;
    for (; going; writes += 1) {
      await items.updateOne({ _id: writes % 1500 }, { $inc: { n: 1 }, $set: { tags: [writes] } });
    }
    for (const validation of await done) expect(validation).toMatchObject({ valid: true, nrecords: 1500 });
    expect(writes).toBeGreaterThan(0);
  });

  it('shrinks by --compact with nothing lost, and is refused while an engine has it', async () => {
    await items.deleteMany({ _id: { $gte: 300 } });
    const before = await contents();
    expect(await run('--compact', '--lock-wait', '100')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('in use'),
    });
    const size = statSync(dataFile()).size;
    process.kill(engine.pid, 'SIGTERM');
    const { code, stdout } = await run('--compact', '--lock-wait', '20000');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^The data file had \d+ bytes and has \d+ now\.\n$/),
    ]);
    expect(statSync(dataFile()).size).toBeLessThan(size / 2);
    expect(statSync(dataFile()).mode & 0o777).toBe(0o600);
    await engine.restart();
    expect(await contents()).toEqual(before);
    expect(await engine.client.db('shop').command({ validate: 'items' })).toMatchObject({ valid: true });
    await expect(items.insertOne({ _id: 9999, n: 1, code: 'c5', tags: [] })).rejects.toMatchObject({
      code: 11000,
    });
    expect(readdirSync(dbPath).filter((name) => name.startsWith('rewrite'))).toEqual([]);
  });

  it('keeps the order of capped collections by --repair and --compact', async () => {
    const shop = engine.client.db('shop');
    const log = await shop.createCollection<{ _id: number }>('log', { capped: true, size: 4096, max: 4 });
    await log.insertMany([9, 3, 7, 1, 8].map((_id) => ({ _id })));
    const order = async (): Promise<number[]> => (await log.find().toArray()).map(({ _id }) => _id);
    for (const option of ['--compact', '--repair']) {
      await stop();
      expect((await run(option)).code).toBe(0);
      await engine.restart();
      expect(await order()).toEqual([3, 7, 1, 8]);
    }
    await log.insertOne({ _id: 2 });
    expect(await order()).toEqual([7, 1, 8, 2]);
    expect(await shop.command({ validate: 'log' })).toMatchObject({ valid: true });
  });

  it('gets its indexes and counts back by --repair, and keeps the old file', async () => {
    const before = await contents();
    await stop();
    await spoilIndexes(dbPath);
    await engine.restart();
    expect(await engine.client.db('shop').command({ validate: 'items' })).toMatchObject({
      valid: false,
      nrecords: 1500,
    });
    process.kill(engine.pid, 'SIGTERM');
    expect(await run('--compact', '--lock-wait', '20000')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--repair'),
    });
    const { code, stdout } = await run('--repair');
    expect([code, stdout]).toEqual([0, expect.stringContaining('1500 documents were kept')]);
    expect(readdirSync(dbPath).filter((name) => name.startsWith('data.before-repair'))).toHaveLength(1);
    await engine.restart();
    expect(await contents()).toEqual(before);
    expect(await engine.client.db('shop').command({ validate: 'items' })).toMatchObject({ valid: true });
    expect(await items.countDocuments({ n: 3 })).toBe(before.filter(({ n }) => n === 3).length);
  });

  it('is not opened when its file is cut short, of a newer format, or no data file at all', async () => {
    await stop();
    const sound = `${dataFile()}.sound`;
    copyFileSync(dataFile(), sound);
    const start = () => startCommand('--dbpath', dbPath, '--port', '0').ended;
    truncateSync(dataFile(), Math.floor(statSync(dataFile()).size / 2));
    expect(await start()).toMatchObject({ code: 1, stderr: expect.stringContaining('cut short') });
    writeFileSync(dataFile(), Buffer.alloc(16_384, 'no data '));
    expect(await start()).toMatchObject({ code: 1, stderr: expect.stringContaining('damaged') });
    copyFileSync(sound, dataFile());
    const disk = Disk.open(dbPath);
    await disk.write(new Map([[prefixOf(0, RESERVED.format), Uint8Array.of(99)]]));
    await disk.close();
    expect(await start()).toMatchObject({ code: 1, stderr: expect.stringContaining('format version 99') });
    for (const option of ['--repair', '--compact']) {
      expect(await run(option)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^embedded-mongo: the data folder has format version 99;/),
      });
    }
    copyFileSync(sound, dataFile());
  });
});

/** Takes some entries out of every secondary index, and puts a wrong one in, behind the engine's back. */
async function spoilIndexes(folder: string): Promise<void> {
  const { store } = Store.open(folder, { onFatal: () => undefined });
  const [collection] = store.catalogue.list();
  if (collection === undefined) throw new Error('no collection');
  await store.writeOnce((own) => {
    for (const index of collection.indexes.slice(1)) {
      let at = 0;
      for (const [key, value] of own.range(index.prefix, prefixOf(collection.id, index.id + 1))) {
        if (at % 50 === 0) own.remove(key);
        if (at === 7) own.put(`${key}\x01`, value);
        at += 1;
      }
    }
  });
  await store.close();
  const file = PageFile.open(join(folder, 'data.mdb'));
  if (file.metas().length !== 2 || readFileSync(join(folder, 'data.mdb')).length === 0)
    throw new Error('no file');
  file.close();
}
