import type { Verdict } from './queued-command.js';

/** What happened since the process began, as numbers that only grow; for metrics. */
export class StoreCounters {
  /** Transactions that were committed, and the commands that they recorded together. */
  commits = 0;
  commands = 0;
  /** Commands that were refused, by their rule or by an idempotency key that had been used. */
  refusals = 0;
  /** Attempts that failed, whatever became of their commands. */
  failed_attempts = 0;
  private readonly listeners: ((commands: number) => void)[] = [];

  /** Calls `listener` after each commit with how many commands it recorded. */
  onCommit(listener: (commands: number) => void): void {
    this.listeners.push(listener);
  }

  /** Notes an attempt that went well. */
  committed(verdicts: readonly Verdict[]): void {
    this.refusals += verdicts.filter(({ kind }) => kind === 'refused').length;
    const recorded = verdicts.filter(hasRecorded).length;
    if (recorded === 0) return;
    this.commits += 1;
    this.commands += recorded;
    for (const listener of this.listeners) listener(recorded);
  }

  /** Notes an attempt that failed. */
  failed(): void {
    this.failed_attempts += 1;
  }
}

/** A dry run records nothing, nor does what asks for what is so already. */
const hasRecorded = (verdict: Verdict): boolean =>
  verdict.kind === 'staged' && !verdict.item.command.dry_run && verdict.staged.events.length > 0;
