import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Steps } from '../long-list.js';

/** What long work asks now and then whether it may go on; throws when it may not. */
export interface Interruptible {
  checkInterrupt(): void;
}

/** How long work may hold the event loop at a stretch, in milliseconds. */
const SLICE_MS = 6;
/** How many steps pass between two looks at the clock. */
const STEPS = 16;

/** Divides long work into short stretches, so that other requests, commits and time limits have their turn. */
export class TimeSlice implements Interruptible {
  private until = performance.now() + SLICE_MS;
  private steps = 0;

  constructor(private readonly work: Interruptible) {}

  /** Counts one step of work; true when the stretch is used up, and `rest` is due. */
  isOver(): boolean {
    this.steps += 1;
    return this.steps % STEPS === 0 && performance.now() > this.until;
  }

  /** As `isOver`, for steps that may be long: it looks at the clock each time. */
  isPast(): boolean {
    return performance.now() > this.until;
  }

  checkInterrupt(): void {
    this.work.checkInterrupt();
  }

  /** Lets others have their turn. Throws when the work has been interrupted. */
  async rest(): Promise<void> {
    await nextTurn();
    this.work.checkInterrupt();
    this.until = performance.now() + SLICE_MS;
  }
}

/** Takes all steps of something, with rests between them. */
export async function inStretches<T>(steps: Steps<T>, slice: TimeSlice): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (slice.isOver()) await slice.rest();
  }
}
