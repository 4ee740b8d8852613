import { EngineError } from '../errors.js';

/** Long changes that go on by themselves, behind the command that set them off. */
export class Background {
  private readonly running = new Set<Promise<void>>();

  /** @param onFatal - gets what a change fails with, but for want of disk space. */
  constructor(private readonly onFatal: (error: unknown) => void) {}

  /** Lets a change go on. For want of disk space it may end half done: it must be such that it is begun again later. */
  add(work: Promise<void>): void {
    const failed = (error: unknown): void => {
      if (!(error instanceof EngineError && error.codeName === 'OutOfDiskSpace')) this.onFatal(error);
    };
    const watched: Promise<void> = work.catch(failed).then(() => {
      this.running.delete(watched);
    });
    this.running.add(watched);
  }

  /** Resolves when all have ended, those too that they set off. */
  async ended(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
