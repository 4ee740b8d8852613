import type { Collection } from '../storage/collection.js';
import type { Waiter } from '../storage/waiting.js';

/** One change of a collection's indexes at a time: who asks for an index that is under way, waits for it. */
class IndexBuilds {
  private readonly turns = new WeakMap<Collection, Promise<unknown>>();

  /** Whether somebody builds, or waits to. */
  isBusy(collection: Collection): boolean {
    return this.turns.has(collection);
  }

  /** Runs `work` when those who came before are done; rejects without it where the waiting is interrupted. */
  inTurn<T>(collection: Collection, waiter: Waiter, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(collection) ?? Promise.resolve();
    const mine = waiter.until(before).then(work);
    const over = Promise.allSettled([before, mine]);
    this.turns.set(collection, over);
    void over.then(() => {
      if (this.turns.get(collection) === over) this.turns.delete(collection);
    });
    return mine;
  }
}

/** The builds of all collections. */
export const indexBuilds = new IndexBuilds();
