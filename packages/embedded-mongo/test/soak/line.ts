import { setTimeout as wait } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { answered, isLostConnection } from '../lost-connection.js';

/** How long what a client has left behind may take to come to its end, in milliseconds. */
const MOST_LEFT_MS = 120_000;
const LOOK_MS = 5;

let lines = 0;

/** One worker's client of the engine, with a name of its own by which the engine tells what it runs for it. */
export class Line {
  private constructor(
    private readonly uri: string,
    private current: { readonly client: MongoClient; readonly name: string },
    private readonly answerMs: number | undefined,
  ) {}

  /** @param answerMs - how long an answer is waited for; left out, long enough for a slow machine. */
  static async open(uri: string, answerMs?: number): Promise<Line> {
    return new Line(uri, await connect(uri), answerMs);
  }

  get client(): MongoClient {
    return this.current.client;
  }

  /** An operation's result, or the error of one that goes without an answer for too long: `findOut` has to follow. */
  answered<T>(operation: Promise<T>): Promise<T> {
    return answered(operation, this.answerMs);
  }

  /**
   * Goes on with a new client, and reads what has become of things once nothing that was asked for by the old one can
   * happen any more: it sends nothing further, and what it has sent is over (a write is at work until it is on disk).
   */
  async findOut<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        await this.renew();
        return await answered(read());
      } catch (error) {
        // The engine has been killed once more.
        if (!isLostConnection(error)) throw error;
      }
    }
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private async renew(): Promise<void> {
    const { client, name } = this.current;
    await client.close();
    this.current = await connect(this.uri);
    for (const until = performance.now() + MOST_LEFT_MS; await this.isAtWork(name); await wait(LOOK_MS)) {
      if (performance.now() > until) throw new Error('the engine does not come to an end with an operation');
    }
  }

  private async isAtWork(appName: string): Promise<boolean> {
    try {
      const { inprog } = await this.client.db('admin').command({ currentOp: 1, appName });
      return (inprog as unknown[]).length > 0;
    } catch (error) {
      if (!isLostConnection(error)) throw error;
      return true;
    }
  }
}

async function connect(uri: string): Promise<{ client: MongoClient; name: string }> {
  const name = `line ${String((lines += 1))}`;
  const client = new MongoClient(uri, {
    appName: name,
    maxPoolSize: 2,
    minHeartbeatFrequencyMS: 50,
    serverSelectionTimeoutMS: 60_000,
  });
  try {
    return { client: await client.connect(), name };
  } catch (error) {
    await client.close();
    throw error;
  }
}
