import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { copyEngine, type EngineCopy } from '../isolation/mutants.js';
import { randomOf } from '../isolation/random.js';
import { startEngine, type TestEngine } from '../kit.js';
import { newFolder, removeFolders } from '../process/folders.js';
import { Expiring } from './expiring.js';
import { Footprint } from './footprint.js';
import { Gardener } from './gardener.js';
import { Model, type Item } from './model.js';
import { connect, differencesIn, SoakClient } from './soak-client.js';
import { ACCOUNTS, effectOf, START_BALANCE, type Account } from './transactions.js';

/** SOAK_SECONDS=600 is the long run. */
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 10);
/** A folder to keep data and models in, for a soak that goes on where the one before ended. */
const KEPT = process.env['SOAK_FOLDER'];
const CLIENTS = 5;
/** How far apart kills are at most; at least half as far. */
const KILL_EVERY_MS = Math.min(60_000, SECONDS * 400);
/** Data stays below some megabytes, so these are what a leak, or pages never used again, would pass. In megabytes. */
const MOST_MEMORY = 300;
const LARGEST_FILE = 100;

/** TTL sweeps come each minute; so that a short soak has some, too, the copy that is run has one each half second. */
const OFTEN_SWEPT = {
  name: 'sweeps often',
  file: 'expiry/limits.js',
  passage: 'ttlEveryMs: MINUTE',
  replacement: 'ttlEveryMs: 500',
};

describe(`a soak of ${String(SECONDS)} seconds`, () => {
  const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
  let copy: EngineCopy;
  let engine: TestEngine;
  let folder: string;
  let modelsPath: string;

  beforeAll(async () => {
    folder = KEPT ?? (await newFolder());
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    modelsPath = join(folder, 'models.json');
    copy = await copyEngine();
    await copy.apply(OFTEN_SWEPT);
    engine = await startEngine({ command: copy.command, dbPath: join(folder, 'data') });
  });

  afterAll(async () => {
    await engine.stop();
    await copy.remove();
    await removeFolders();
  });

  async function firstModels(): Promise<Model[]> {
    if (existsSync(modelsPath)) {
      const kept = JSON.parse(readFileSync(modelsPath, 'utf8')) as Item[][];
      return kept.map((items, owner) => new Model(owner, items));
    }
    const accounts = engine.client.db('soak').collection<Account>('accounts');
    await accounts.insertMany(
      Array.from({ length: ACCOUNTS }, (_, _id) => ({ _id, balance: START_BALANCE })),
    );
    await engine.client.db('soak').createCollection('items');
    return Array.from({ length: CLIENTS }, (_, owner) => new Model(owner));
  }

  it(
    'answers as the models say, keeps what it has acknowledged, and stays small',
    async () => {
      console.log(`seed ${String(seed)}`);
      const models = await firstModels();
      const { uri } = engine;
      const clients = await Promise.all(
        models.map(
          async (model, at) =>
            new SoakClient(uri, await connect(uri), model, randomOf(seed + at), String(seed)),
        ),
      );
      const gardener = new Gardener(uri, await connect(uri), randomOf(seed + 100));
      const expiring = new Expiring(uri, await connect(uri), randomOf(seed + 200));
      const footprint = new Footprint(engine.dbPath, () => engine.pid);
      const workers = [...clients, gardener, expiring];
      const deadline = performance.now() + SECONDS * 1000;
      const going = (): boolean =>
        performance.now() < deadline && workers.every(({ fault }) => fault === undefined);
      const work = workers.map((worker) => worker.work(going));
      const kills = await killNowAndThen(going);
      await Promise.all(work);
      await expiring.end();
      footprint.stop();
      report(clients, gardener, expiring, footprint, kills);
      expect(workers.flatMap(({ fault }) => fault ?? [])).toEqual([]);
      await expectSound(clients.map(({ model }) => model));
      expect(Math.max(0, ...footprint.memory)).toBeLessThan(MOST_MEMORY);
      expect(Math.max(...footprint.file)).toBeLessThan(LARGEST_FILE);
      expect(kills).toBeGreaterThan(0);
      writeFileSync(modelsPath, JSON.stringify(clients.map(({ model }) => model.everything())));
    },
    SECONDS * 1000 + 120_000,
  );

  async function killNowAndThen(going: () => boolean): Promise<number> {
    const random = randomOf(seed + 300);
    let kills = 0;
    for (;;) {
      const next = performance.now() + KILL_EVERY_MS / 2 + random(KILL_EVERY_MS / 2);
      while (going() && performance.now() < next) await wait(20);
      if (!going()) return kills;
      await engine.kill9();
      await engine.restart();
      kills += 1;
    }
  }

  /** The engine's data and the models agree, before and after a clean restart, and every index with its collection. */
  async function expectSound(models: readonly Model[]): Promise<void> {
    for (const start of ['as it runs', 'again'] as const) {
      if (start === 'again') await engine.restart();
      const database = engine.client.db('soak');
      const found = await database.collection<Item>('items').find().toArray();
      expect(differencesIn(found, models)).toEqual([]);
      const expected = new Map(Array.from({ length: ACCOUNTS }, (_, id) => [id, START_BALANCE]));
      for (const [id, amount] of models.flatMap((model) => model.receipts()).flatMap(effectOf)) {
        expected.set(id, (expected.get(id) ?? 0) + amount);
      }
      const accounts = await database.collection<Account>('accounts').find().toArray();
      expect(new Map(accounts.map(({ _id, balance }) => [_id, balance]))).toEqual(expected);
      for (const { name } of await database.listCollections().toArray()) {
        expect(await database.command({ validate: name })).toMatchObject({ valid: true, errors: [] });
      }
    }
  }

  function report(
    clients: readonly SoakClient[],
    gardener: Gardener,
    expiring: Expiring,
    footprint: Footprint,
    kills: number,
  ): void {
    const counts = new Map<string, number>();
    for (const [name, count] of clients.flatMap((client) => [...client.counts])) {
      counts.set(name, (counts.get(name) ?? 0) + count);
    }
    const unsure = clients.reduce((sum, client) => sum + client.unsure, 0);
    const items = clients.reduce((sum, { model }) => sum + model.everything().length, 0);
    console.log(
      [
        `${String(SECONDS)} s, ${String(kills)} kills, ${String(items)} items in the end, ${String(unsure)} unanswered`,
        [...counts].map(([name, count]) => `${name} ${String(count)}`).join(', '),
        `indexes made ${String(gardener.made)}, dropped ${String(gardener.dropped)}; validated ${String(gardener.checked)}; rows with TTL ${String(expiring.inserted)}`,
        `RssAnon (MB): ${Footprint.sketch(footprint.memory)}; most ${String(Math.max(0, ...footprint.memory))}`,
        `file (MB): ${Footprint.sketch(footprint.file)}; most ${String(Math.max(...footprint.file))}`,
      ].join('\n'),
    );
  }
});
