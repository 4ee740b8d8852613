import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MB = 1024 * 1024;
const EVERY_MS = 500;

/** Watches how much private memory an engine takes (Linux), and how large its file is; both in megabytes. */
export class Footprint {
  readonly memory: number[] = [];
  readonly file: number[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(folder: string, pidNow: () => number) {
    this.timer = setInterval(() => {
      const status = `/proc/${String(pidNow())}/status`;
      // While the engine is started again there is none.
      if (existsSync(status)) {
        const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(status, 'utf8'))?.[1];
        if (kilobytes !== undefined) this.memory.push(Math.round(Number(kilobytes) / 1024));
      }
      this.file.push(Math.round(statSync(join(folder, 'data.mdb')).size / MB));
    }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Some of the samples, evenly spread. */
  static sketch(samples: readonly number[]): string {
    const step = Math.max(1, Math.floor(samples.length / 12));
    return samples.filter((_, at) => at % step === 0).join(', ');
  }
}
