import { privateMemory } from './processes.js';

const SAMPLE_MS = 100;

/** Watches the private memory of processes and remembers the most that each had, in MB; NaN but on Linux. */
export class PeakMemory {
  private readonly peaks = new Map<string, number>();
  private readonly looks: NodeJS.Timeout;

  /** @param pids the processes, by name; one that has ended is told by undefined, and keeps what it had */
  constructor(private readonly pids: Readonly<Record<string, () => number | undefined>>) {
    this.looks = setInterval(() => this.look(), SAMPLE_MS);
    this.look();
  }

  /** Ends the watching; the most of each process. */
  stop(): ReadonlyMap<string, number> {
    clearInterval(this.looks);
    return this.peaks;
  }

  private look(): void {
    for (const [name, pidOf] of Object.entries(this.pids)) {
      const pid = pidOf();
      const now = pid === undefined ? Number.NaN : privateMemory(pid);
      // Not a number once the process is about to be gone.
      if (now > (this.peaks.get(name) ?? 0)) this.peaks.set(name, now);
    }
  }
}
