import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { RawClient } from '../wire/raw-client.js';

/**
 * Longer than any command may keep others waiting; far more than it takes, for slow machines. What the engine does not
 * work in meanwhile, since the whole machine stands still or has other things to do, does not count.
 */
const HUNG_MS = 8_000;
const BETWEEN_MS = 20;

/** An engine with a bystander: a client that asks for nothing but how much the engine has worked, all the time. */
export class WatchedEngine {
  private asking = true;
  private readonly bystander: Promise<void>;
  private longest = 0;

  private constructor(
    readonly engine: TestEngine,
    private readonly client: MongoClient,
    private readonly pid: number,
  ) {
    this.bystander = this.keepAsking();
  }

  static async start(): Promise<WatchedEngine> {
    const engine = await startEngine();
    const client = await new MongoClient(engine.uri, { maxPoolSize: 2 }).connect();
    return new WatchedEngine(engine, client, await processOf(client));
  }

  /** A connection of bare bytes. */
  raw(): Promise<RawClient> {
    const path = /^mongodb:\/\/([^/?]+)/.exec(this.engine.uri)?.[1] ?? '';
    return RawClient.connect(decodeURIComponent(path));
  }

  /** The longest that the bystander has waited for an engine at work since the last call, in milliseconds. */
  longestWait(): number {
    const { longest } = this;
    this.longest = 0;
    return longest;
  }

  /** Fails where the engine has been restarted or has kept the bystander waiting. */
  async expectUnharmed(): Promise<void> {
    await wait(2 * BETWEEN_MS);
    expect(this.longestWait()).toBeLessThan(HUNG_MS);
    expect(await processOf(this.client)).toBe(this.pid);
  }

  /** Resident memory of the engine, in megabytes. */
  async memory(): Promise<number> {
    const { mem } = await this.client.db('admin').command({ serverStatus: 1 });
    return (mem as { resident: number }).resident;
  }

  /** What the engine's process holds of its own, in megabytes: not the pages of the data file, which it shares. */
  privateMemory(): number {
    const status = readFileSync(`/proc/${String(this.pid)}/status`, 'utf8');
    const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
    if (kilobytes === undefined) throw new Error('the system does not tell RssAnon');
    return Number(kilobytes) / 1024;
  }

  /** Connections that the engine has open. */
  async connections(): Promise<number> {
    const { connections } = await this.client.db('admin').command({ serverStatus: 1 });
    return (connections as { current: number }).current;
  }

  async stop(): Promise<void> {
    this.asking = false;
    await this.bystander;
    await this.client.close();
    await this.engine.stop();
  }

  private async keepAsking(): Promise<void> {
    for (let before = await workOf(this.client); this.asking; await wait(BETWEEN_MS)) {
      const began = performance.now();
      const after = await workOf(this.client);
      this.longest = Math.max(this.longest, Math.min(performance.now() - began, after - before));
      before = after;
    }
  }
}

/** The processor's time that the engine has used so far, in milliseconds. */
async function workOf(client: MongoClient): Promise<number> {
  const { extra_info } = await client.db('admin').command({ serverStatus: 1 });
  const { user_time_us, system_time_us } = extra_info as Record<string, number>;
  return (Number(user_time_us) + Number(system_time_us)) / 1_000;
}

async function processOf(client: MongoClient): Promise<number> {
  const { pid } = await client.db('admin').command({ serverStatus: 1 });
  return Number(pid);
}
