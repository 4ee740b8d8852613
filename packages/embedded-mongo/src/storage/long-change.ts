import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from './store.js';
import type { Waiter } from './waiting.js';

const MB = 1024 * 1024;
/**
 * How long a slice may hold the event loop, in milliseconds. Each request waits for the slice under way, and a
 * transaction is several requests: slices of a few milliseconds would tell in its time.
 */
const SLICE_MS = 1;
/**
 * How much may wait for the disk before the next slice, as the space guard counts bytes (about 250 entries), while
 * somebody else commits: who commits waits for the batch under way and for his own, both with what is in them of this.
 */
const AHEAD_OF_OTHERS = MB;
/** The same while nobody else commits: so much keeps the disk at work, and who comes then waits for it but once. */
const AHEAD_ALONE = 8 * MB;

/** The time that one slice of a long change has, from now on. */
export class Slice {
  private readonly until = performance.now() + SLICE_MS;

  isOver(): boolean {
    return performance.now() > this.until;
  }
}

/**
 * Makes a long change in slices, between which requests are answered and others' commits go first. `change` publishes
 * one slice and tells whether there is more.
 */
export async function inSlices(
  store: Store,
  waiter: Waiter,
  change: (slice: Slice) => Promise<boolean>,
): Promise<void> {
  while (await change(new Slice())) {
    await waiter.until(nextTurn());
    while (store.waitingBytes > (store.isCommittedTo ? AHEAD_OF_OTHERS : AHEAD_ALONE)) {
      await waiter.until(store.durable());
    }
  }
}
