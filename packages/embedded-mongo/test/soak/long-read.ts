import type { FindCursor, MongoClient } from 'mongodb';
import type { Changes, Model } from './model.js';
import { itemsOf } from './operation.js';

const BATCH = 15;

/** A cursor over all of a client's items that stays open while they change. */
export class LongRead {
  private readonly cursor: FindCursor<{ _id: string }>;
  /** Items that have been there, unchanged, since it was opened. */
  private readonly stable: Set<string>;
  private readonly seen: string[] = [];

  constructor(client: MongoClient, model: Model) {
    this.stable = new Set(model.all().map(({ _id }) => _id));
    this.cursor = itemsOf(client)
      .find<{ _id: string }>({ owner: model.owner }, { projection: { _id: 1 }, batchSize: BATCH })
      .sort({ _id: 1 });
  }

  noteChanges(changes: Changes): void {
    for (const id of changes.keys()) this.stable.delete(id);
  }

  /** Reads on. What is wrong when all is read, an empty text when nothing is, `undefined` before. */
  async next(): Promise<string | undefined> {
    for (let left = BATCH; left > 0; left -= 1) {
      const item = await this.cursor.next();
      if (item === null) return this.verdict();
      this.seen.push(item._id);
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.cursor.close();
  }

  private verdict(): string {
    const seen = new Set(this.seen);
    const missed = [...this.stable].filter((id) => !seen.has(id));
    if (missed.length > 0) return `a cursor missed ${missed.join(', ')}`;
    const isInOrder = this.seen.every((id, at) => at === 0 || (this.seen[at - 1] ?? '') < id);
    return isInOrder ? '' : 'a cursor gave items out of order or twice';
  }
}
