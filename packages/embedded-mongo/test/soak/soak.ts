import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { randomOf } from '../isolation/random.js';
import { startEngine, type TestEngine } from '../kit.js';
import { Expiring } from './expiring.js';
import { Footprint } from './footprint.js';
import { Gardener } from './gardener.js';
import { Line } from './line.js';
import { Model, type Item, type Random } from './model.js';
import { differencesIn, SoakClient } from './soak-client.js';
import { ACCOUNTS, effectOf, START_BALANCE, type Account } from './transactions.js';

export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Where data and models are kept; where there are some, the soak goes on with them. */
  readonly folder: string;
  /** The script that runs the engine. */
  readonly command: string;
  /**
   * A soak goes on until so many operations have been tried, and the engine has been killed, however slow the machine;
   * left out, 150.
   */
  readonly least?: number;
  /** How long the clients wait for an answer, in milliseconds; left out, long enough for a slow machine. */
  readonly answerMs?: number;
}

/** What a soak has shown. */
export interface SoakReport {
  /** What was not as the models say; empty where all was. */
  readonly faults: readonly string[];
  readonly kills: number;
  /** What was asked for, and how often. */
  readonly counts: ReadonlyMap<string, number>;
  readonly unanswered: number;
  readonly items: number;
  readonly indexes: string;
  readonly withTtl: number;
  /** Samples in megabytes. */
  readonly memory: readonly number[];
  readonly file: readonly number[];
}

const CLIENTS = 5;
/** See `least`. */
const LEAST = 150;

/** What may be in the data folder of an engine that runs. */
const OURS = /^(data\.mdb|data\.mdb-lock|journal\.[01]|engine-\d+\.lock)$/;

/** Puts clients, a gardener of indexes and a maker of expiring rows to work, and kills the engine now and then. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const { command, folder } = options;
  const engine = await startEngine({ command, dbPath: join(folder, 'data') });
  try {
    return await new Soak(engine, options).run();
  } finally {
    await engine.stop();
  }
}

class Soak {
  private readonly faults: string[] = [];
  private readonly modelsPath: string;
  private kills = 0;
  /** Set while the engine may end: it is killed or stopped. */
  private awaitsEnd = false;

  constructor(
    private readonly engine: TestEngine,
    private readonly options: SoakOptions,
  ) {
    this.modelsPath = join(options.folder, 'models.json');
  }

  async run(): Promise<SoakReport> {
    const { seconds, least = LEAST, answerMs } = this.options;
    const line = (): Promise<Line> => Line.open(this.engine.uri, answerMs);
    const models = await this.firstModels();
    const clients = await Promise.all(
      models.map(
        async (model, at) => new SoakClient(await line(), model, this.random(at), String(this.options.seed)),
      ),
    );
    const gardener = new Gardener(await Line.open(this.engine.uri), this.random(100));
    const expiring = new Expiring(await line(), this.random(200));
    const workers = [...clients, gardener, expiring];
    await expiring.prepare();
    const footprint = new Footprint(this.engine.dbPath, () => this.engine.pid);
    const deadline = performance.now() + seconds * 1000;
    const tried = (): number => clients.reduce((sum, { counts }) => sum + total(counts), 0);
    const going = (): boolean =>
      (performance.now() < deadline || tried() < least || this.kills === 0) &&
      this.faults.length === 0 &&
      workers.every(({ fault }) => fault === undefined);
    const work = workers.map((worker) => worker.work(going));
    await this.killNowAndThen(going);
    await Promise.all(work);
    await expiring.end(this.faults.length > 0 || workers.some(({ fault }) => fault !== undefined));
    footprint.stop();
    this.faults.push(...workers.flatMap(({ fault }) => fault ?? []));
    if (this.faults.length === 0) await this.compare(clients.map(({ model }) => model));
    this.awaitsEnd = true;
    const everything = clients.map(({ model }) => model.everything());
    writeFileSync(this.modelsPath, JSON.stringify(everything));
    return {
      faults: this.faults,
      kills: this.kills,
      counts: sumOf(clients.map(({ counts }) => counts)),
      unanswered: clients.reduce((sum, { unsure }) => sum + unsure, 0),
      items: everything.flat().length,
      indexes: `made ${String(gardener.made)}, dropped ${String(gardener.dropped)}, checked ${String(gardener.checked)} times`,
      withTtl: expiring.inserted,
      memory: footprint.memory,
      file: footprint.file,
    };
  }

  private random(part: number): Random {
    return randomOf(this.options.seed + part);
  }

  private async firstModels(): Promise<Model[]> {
    if (existsSync(this.modelsPath)) {
      const kept = JSON.parse(readFileSync(this.modelsPath, 'utf8')) as Item[][];
      return kept.map((items, owner) => new Model(owner, items));
    }
    const database = this.engine.client.db('soak');
    const accounts = Array.from({ length: ACCOUNTS }, (_, _id) => ({ _id, balance: START_BALANCE }));
    await database.collection<Account>('accounts').insertMany(accounts);
    await database.createCollection('items');
    return Array.from({ length: CLIENTS }, (_, owner) => new Model(owner));
  }

  /** Resolves when the work is over. */
  private async killNowAndThen(going: () => boolean): Promise<void> {
    const random = this.random(300);
    const most = Math.min(60_000, this.options.seconds * 400);
    for (; ; this.kills += 1) {
      this.watchForEnd();
      const next = performance.now() + most / 2 + random(most / 2);
      while (going() && performance.now() < next) await wait(20);
      if (!going()) return;
      this.awaitsEnd = true;
      await this.engine.kill9();
      await this.engine.restart();
      this.awaitsEnd = false;
    }
  }

  private watchForEnd(): void {
    void this.engine.ended().then(() => {
      if (!this.awaitsEnd) this.faults.push('the engine has ended by itself');
    });
  }

  /** Holds the engine's data against the models, as it runs and after a clean restart, and every index. */
  private async compare(models: readonly Model[]): Promise<void> {
    const database = this.engine.client.db('soak');
    for (const when of ['as it runs', 'after a restart']) {
      if (when === 'after a restart') {
        this.awaitsEnd = true;
        await this.engine.restart();
        const strange = readdirSync(this.engine.dbPath).filter((name) => !OURS.test(name));
        if (strange.length > 0) this.faults.push(`${strange.join(', ')} are left in the folder`);
      }
      const found = await database.collection<Item>('items').find().toArray();
      const differing = differencesIn(found, models);
      if (differing.length > 0)
        this.faults.push(`${when}, ${differing.join(', ')} are not as the models say`);
      const balances = Array.from({ length: ACCOUNTS }, () => START_BALANCE);
      for (const [id, amount] of models.flatMap((model) => model.receipts()).flatMap(effectOf)) {
        balances[id] = (balances[id] ?? 0) + amount;
      }
      const accounts = await database.collection<Account>('accounts').find().sort({ _id: 1 }).toArray();
      const stored = accounts.map(({ balance }) => balance).join();
      if (stored !== balances.join()) this.faults.push(`${when}, the balances are ${stored}`);
      for (const { name } of await database.listCollections().toArray()) {
        const { valid, errors } = await database.command({ validate: name });
        if (valid !== true) this.faults.push(`${when}, ${name} is damaged: ${JSON.stringify(errors)}`);
      }
    }
  }
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function sumOf(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const [name, count] of all.flatMap((counts) => [...counts]))
    sum.set(name, (sum.get(name) ?? 0) + count);
  return sum;
}
