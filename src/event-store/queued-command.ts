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
  | { readonly item: QueuedCommand; readonly kind: 'postponed' };

/** A command on its way, and the caller who waits for it. */
export class QueuedCommand implements Waiting {
  /** Keys of the accounts that it declares, and of those that it turned out to need: the next attempt begins with all. */
  readonly accounts: Set<string>;
  readonly weight: number;
  /** Since when it waits, in milliseconds as of `performance.now()`. */
  readonly since = performance.now();
  /** The id of its idempotency record, if it comes with a key that counts: a dry run's does not. */
  readonly record_id: string | undefined;

  constructor(
    readonly command: AnyCommand,
    readonly resolve: (appended: Appended<object, Decision<object, object>>) => void,
    readonly reject: (error: unknown) => void,
  ) {
    const { household_id, actor_id, idempotency, dry_run } = command;
    this.accounts = new Set(command.accounts.map((id) => accountKey(household_id, id)));
    this.weight = command.weight ?? 1;
    this.record_id = dry_run
      ? undefined
      : idempotency && idempotencyId(household_id, actor_id, idempotency.key);
  }

  /**
   * Decides on what the commands before left, and leaves its own part to those after; one that is refused leaves
   * nothing.
   * @throws the database's errors, after which the transaction can not go on.
   */
  async decideOn(workspace: CombinedWorkspace): Promise<Verdict> {
    const { household_id, dry_run } = this.command;
    try {
      const note = (id: string) => this.accounts.add(accountKey(household_id, id));
      const decision = await this.command.decide(new HouseholdWorkspace(workspace, household_id, note));
      const staged = stage(this.command, decision, (id) => workspace.current(household_id, id));
      if (!dry_run) workspace.take(staged);
      return { item: this, kind: 'staged', staged };
    } catch (error) {
      if (error instanceof AccountAtWork) return { item: this, kind: 'postponed' };
      if (isDatabaseError(error)) throw error;
      return { item: this, kind: 'refused', error };
    }
  }
}
