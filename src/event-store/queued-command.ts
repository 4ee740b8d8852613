import { accountKey, type CombinedWorkspace } from './combined-workspace.js';
import type { Appended } from './command.js';
import { AccountAtWork, isDatabaseError } from './conflicts.js';
import { HouseholdWorkspace } from './household-workspace.js';
import { idempotencyId } from './idempotency-record.js';
import type { Decision } from './recording.js';
import { stage, type AnyCommand, type StagedCommand } from './staged-command.js';
import type { Waiting } from './waiting-line.js';

/** How a command fared in one attempt; it counts once the transaction has been committed. */
export type Verdict =
  | { readonly item: QueuedCommand; readonly kind: 'staged'; readonly staged: StagedCommand }
  | { readonly item: QueuedCommand; readonly kind: 'refused'; readonly error: unknown }
  | { readonly item: QueuedCommand; readonly kind: 'postponed'; readonly keys: readonly string[] };

/** A command on its way, and the caller who waits for it. */
export class QueuedCommand implements Waiting {
  readonly accounts: ReadonlySet<string>;
  readonly weight: number;
  /** Since when it waits, in milliseconds as of `performance.now()`. */
  readonly since = performance.now();
  /** The id of its idempotency record, if it comes with a key. */
  readonly record_id: string | undefined;

  constructor(
    readonly command: AnyCommand,
    readonly resolve: (appended: Appended<object, Decision<object, object>>) => void,
    readonly reject: (error: unknown) => void,
    /** Keys of accounts that it was found to need beside those that it declares. */
    further: readonly string[] = [],
  ) {
    const { household_id, actor_id, idempotency } = command;
    this.accounts = new Set([...command.accounts.map((id) => accountKey(household_id, id)), ...further]);
    this.weight = command.weight ?? 1;
    this.record_id = idempotency && idempotencyId(household_id, actor_id, idempotency.key);
  }

  /** The same command, known to need more accounts. */
  needing(keys: readonly string[]): QueuedCommand {
    return new QueuedCommand(this.command, this.resolve, this.reject, [...this.accounts, ...keys]);
  }

  /**
   * Decides on what the commands before left, and leaves its own part to those after; one that is refused leaves
   * nothing.
   * @throws the database's errors, after which the transaction can not go on.
   */
  async decideOn(workspace: CombinedWorkspace): Promise<Verdict> {
    const { household_id, dry_run } = this.command;
    try {
      const decision = await this.command.decide(new HouseholdWorkspace(workspace, household_id));
      const staged = stage(this.command, decision, (id) => workspace.current(household_id, id));
      if (!dry_run) workspace.take(staged);
      return { item: this, kind: 'staged', staged };
    } catch (error) {
      if (error instanceof AccountAtWork) return { item: this, kind: 'postponed', keys: error.keys };
      if (isDatabaseError(error)) throw error;
      return { item: this, kind: 'refused', error };
    }
  }
}
