import { EngineError } from '../errors.js';
import type { Waiter } from './waiting.js';

/** What a change that shall go no further ends with. */
class Stopped extends Error {}

/** Long changes that go on by themselves, behind the command that set them off. */
export class Background {
  private readonly running = new Set<Promise<void>>();
  private last: Promise<void> = Promise.resolve();
  private isStopped = false;

  /** @param onFatal - gets what a change fails with, but for want of disk space. */
  constructor(private readonly onFatal: (error: unknown) => void) {}

  /** What a change waits by between two slices: it ends there when it shall go no further. */
  readonly waiter: Waiter = {
    until: async (event) => {
      await event;
      if (this.isStopped) throw new Stopped();
    },
  };

  /** Lets a change go on. For want of disk space it may end half done: it must be such that it is begun again later. */
  add(work: Promise<void>): void {
    const watched: Promise<void> = work
      .catch((error: unknown) => {
        if (!mayEndSo(error)) this.onFatal(error);
      })
      .then(() => {
        this.running.delete(watched);
      });
    this.running.add(watched);
  }

  /** The same when those before it have ended: of two at once, each in slices, others would wait for two slices. */
  addInTurn(work: () => Promise<void>): void {
    const before = this.last;
    this.last = (async () => {
      // Whatever became of it, it has been told of.
      await Promise.allSettled([before]);
      if (!this.isStopped) await work();
    })();
    this.add(this.last);
  }

  /** From now on changes in slices end behind the one under way. */
  stop(): void {
    this.isStopped = true;
  }

  /** Resolves when all have ended, those too that they set off. */
  async ended(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}

function mayEndSo(error: unknown): boolean {
  return error instanceof Stopped || (error instanceof EngineError && error.codeName === 'OutOfDiskSpace');
}
