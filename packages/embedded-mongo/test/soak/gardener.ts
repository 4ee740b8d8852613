import { setTimeout as wait } from 'node:timers/promises';
import type { CreateIndexesOptions, IndexSpecification } from 'mongodb';
import { answered } from '../lost-connection.js';
import type { Line } from './line.js';
import { pick, type Random } from './model.js';
import { itemsOf } from './operation.js';
import { isUnsure } from './soak-client.js';

const INDEXES: readonly [string, IndexSpecification, CreateIndexesOptions][] = [
  ['n', { n: 1 }, {}],
  ['kind', { kind: 1, n: -1 }, {}],
  ['tags', { tags: 1 }, {}],
  ['page', { owner: 1, n: 1, _id: 1 }, {}],
  ['text', { text: 1 }, { sparse: true }],
  ['some', { owner: 1, text: 1 }, { partialFilterExpression: { kind: 2 } }],
  ['once', { owner: 1, _id: 1 }, { unique: true }],
];
/** The longest pause between two changes, in milliseconds. */
const PAUSE_MS = 40;
const TURNS_A_CHECK = 40;

/** Makes and drops indexes of the items under the clients' hands, and has the engine check them. */
export class Gardener {
  made = 0;
  dropped = 0;
  checked = 0;
  fault: string | undefined;

  constructor(
    private readonly line: Line,
    private readonly random: Random,
  ) {}

  async work(going: () => boolean): Promise<void> {
    try {
      let present = await this.names();
      for (let turn = 1; going() && this.fault === undefined; turn += 1) {
        present = await this.turn(present);
        if (turn % TURNS_A_CHECK === 0) await this.check();
        await wait(this.random(PAUSE_MS));
      }
    } catch (error) {
      this.fault = `gardener: ${String(error)}`;
    } finally {
      await this.line.close();
    }
  }

  private async names(): Promise<string> {
    const indexes = await answered(itemsOf(this.line.client).listIndexes().toArray());
    return indexes
      .map(({ name }) => String(name))
      .sort()
      .join();
  }

  private async turn(present: string): Promise<string> {
    const [name, keys, options] = pick(this.random, INDEXES);
    const before = present.split(',');
    const isThere = before.includes(name);
    const after = isThere ? before.filter((one) => one !== name) : [...before, name];
    const expected = after.sort().join();
    const items = itemsOf(this.line.client);
    try {
      await this.line.answered<unknown>(
        isThere ? items.dropIndex(name) : items.createIndex(keys, { ...options, name }),
      );
      if (isThere) this.dropped += 1;
      else this.made += 1;
      const now = await this.names();
      if (now !== expected) this.fault = `gardener: the indexes are ${now} in place of ${expected}`;
      return now;
    } catch (error) {
      if (!isUnsure(error)) throw error;
      const now = await this.line.findOut(() => this.names());
      if (now !== expected && now !== present) this.fault = `gardener: the indexes are ${now}`;
      return now;
    }
  }

  private async check(): Promise<void> {
    try {
      const report = await this.line.client.db('soak').command({ validate: 'items' });
      this.checked += 1;
      if (report['valid'] !== true) this.fault = `gardener: ${JSON.stringify(report)}`;
    } catch (error) {
      if (!isUnsure(error)) throw error;
    }
  }
}
