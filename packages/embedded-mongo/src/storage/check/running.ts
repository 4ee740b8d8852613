import { EngineError } from '../../errors.js';
import { checkInProcess } from './process.js';
import type { FolderReport } from './report.js';

/** The checks of a folder that are under way; none survives the store. */
export class RunningChecks {
  private readonly running = new Set<Promise<FolderReport>>();
  private closing = false;

  constructor(private readonly folder: string) {}

  /**
   * Checks what is on disk in a process of its own, all of it or one collection by its namespace; `checkInterrupt` may
   * throw to give it up.
   * @param held - keeps the pages of this and all later states for the other process, which LMDB does not list as a
   *   reader here; released at the end.
   */
  run(
    ns: string | undefined,
    checkInterrupt: () => void,
    held: { readonly release: () => void },
  ): Promise<FolderReport> {
    const check = checkInProcess(this.folder, ns, () => {
      this.checkGoingOn();
      checkInterrupt();
    }).finally(() => {
      this.running.delete(check);
      held.release();
    });
    this.running.add(check);
    return check;
  }

  /** Throws ShutdownInProgress once all are given up. */
  checkGoingOn(): void {
    if (this.closing) throw new EngineError('ShutdownInProgress', 'The server is shutting down.');
  }

  /** Has all of them given up from now on. */
  giveUp(): void {
    this.closing = true;
  }

  /** Resolves when all have ended. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.running);
  }
}
