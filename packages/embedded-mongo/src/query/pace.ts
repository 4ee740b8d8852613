import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work after which other work of the process gets its turn. */
const spell = 5;

/** Lets the event loop have its turn in long work: other connections' commits and heartbeats go on. */
export class Pace {
  private started = performance.now();

  /** Whether a rest is due. */
  get due(): boolean {
    return performance.now() - this.started >= spell;
  }

  /** Rests if it is due; to be called often. */
  async rest(): Promise<void> {
    if (!this.due) return;
    await setImmediate();
    this.started = performance.now();
  }
}
