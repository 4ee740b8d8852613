import { setTimeout as wait } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { startEngine, type TestEngine } from '../kit.js';
import { RawClient } from '../wire/raw-client.js';

/** Longer than any command may keep others waiting; far more than it takes, for slow machines. */
const HUNG_MS = 8_000;
const BETWEEN_MS = 20;

/** An engine with a bystander: a client that asks for nothing but an answer, all the time. */
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

  /** The longest that the bystander has waited since the last call, in milliseconds. */
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
    while (this.asking) {
      const began = performance.now();
      await this.client.db('admin').command({ ping: 1 });
      this.longest = Math.max(this.longest, performance.now() - began);
      await wait(BETWEEN_MS);
    }
  }
}

async function processOf(client: MongoClient): Promise<number> {
  const { pid } = await client.db('admin').command({ serverStatus: 1 });
  return Number(pid);
}
