import type { Doc } from '../bson/types.js';
import type { Batches } from './stage.js';

type Step = IteratorResult<Doc[], undefined>;

interface Waiting {
  readonly resolve: (step: Step) => void;
  readonly reject: (error: unknown) => void;
}

const END: Step = { done: true, value: undefined };

/** One input for several readers, who go in step: the next batch is fetched when all have asked for it. */
export class Tee {
  private readonly input: AsyncIterator<Doc[]>;
  private waiting: Waiting[] = [];
  private failure: { readonly error: unknown } | undefined;
  private ended = false;

  /** @param readers - how many there are. */
  constructor(
    input: Batches,
    private readers: number,
  ) {
    this.input = input[Symbol.asyncIterator]();
  }

  /** Runs all readers to their end. When one fails, so do the others, and the first failure is thrown. */
  async all<T>(read: (branch: Batches, reader: number) => Promise<T>): Promise<T[]> {
    const runs = Array.from({ length: this.readers }, async (_, reader) => {
      try {
        return await read(this.branch(), reader);
      } catch (error) {
        this.fail(error);
        throw error;
      } finally {
        this.readers -= 1;
        this.fetchWhenAllWait();
      }
    });
    await Promise.allSettled(runs);
    await this.input.return?.();
    if (this.failure !== undefined) throw this.failure.error;
    return Promise.all(runs);
  }

  private branch(): Batches {
    return { [Symbol.asyncIterator]: () => ({ next: () => this.next() }) };
  }

  private next(): Promise<Step> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.fetchWhenAllWait();
    });
  }

  private fetchWhenAllWait(): void {
    if (this.failure !== undefined) this.fail(this.failure.error);
    else if (this.readers > 0 && this.waiting.length === this.readers) void this.fetch();
  }

  private async fetch(): Promise<void> {
    try {
      const step: Step = this.ended ? END : await this.input.next();
      if (step.done === true) this.ended = true;
      const { waiting } = this;
      this.waiting = [];
      for (const { resolve } of waiting) resolve(step.done === true ? END : step);
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    const { waiting } = this;
    this.waiting = [];
    for (const { reject } of waiting) reject(this.failure.error);
  }
}
