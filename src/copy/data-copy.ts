import { ACCOUNTS } from '../event-store/account-record.js';
import type { EventLog } from '../event-store/event-log.js';
import { REBUILDS } from '../event-store/rebuild.js';
import { EVENTS } from '../event-store/stored-event.js';
import { AccountsCopy, type AccountsWatcher } from './accounts-copy.js';
import type { CopyModels } from './account-copy.js';
import { copyDocuments } from './documents-copy.js';
import { COPIED_ACCOUNTS, COPIES, ownedBy, type Side } from './sides.js';
import { copyStructure } from './structure.js';
import { claimTarget } from './target.js';

/** What is copied: everything, or one household with what belongs to it. */
export interface CopyScope {
  /** Null for all. */
  readonly household_id: string | null;
  /** By collection: which documents go with the household, other than those that carry its id. */
  readonly conditions: ReadonlyMap<string, object>;
}

/** What a copy tells of itself. */
export interface CopyWatcher extends AccountsWatcher {
  /** An earlier copy was cut off, or the source has changed since. */
  resumes(): void;
}

/**
 * Copies a database, or one household of it, into an empty one. Logs are recorded again, event by event, and everything
 * that follows from them with them; all other documents are taken as they are. Cut off anywhere, it goes on where it was
 * when it is called again; called again later, it brings the target up to date, as long as nobody else writes to that.
 */
export class DataCopy<Event, State extends object> {
  private readonly accounts: AccountsCopy<Event, State>;
  private readonly derived: ReadonlySet<string>;

  constructor(
    private readonly source: Side & { readonly log: EventLog },
    private readonly target: Side,
    private readonly scope: CopyScope,
    models: CopyModels<Event, State>,
    private readonly watcher: CopyWatcher,
  ) {
    this.accounts = new AccountsCopy(source, target, scope.household_id, models, watcher);
    this.derived = new Set([ACCOUNTS, EVENTS, REBUILDS, COPIES, COPIED_ACCOUNTS, ...models.collections]);
  }

  /** @throws CopyRefused; the driver's errors. */
  async run(): Promise<void> {
    const { household_id } = this.scope;
    if (await claimTarget(this.source, this.target, household_id)) this.watcher.resumes();
    const collections = await copyStructure(this.source, this.target);
    for (const collection of collections.filter((name) => !this.derived.has(name))) {
      const condition = this.scope.conditions.get(collection) ?? ownedBy(household_id);
      await copyDocuments(this.source, this.target, collection, condition);
    }
    await this.accounts.run();
  }

  /** The accounts that are not the same on both sides, each with the reason. */
  differences(): Promise<string[]> {
    return this.accounts.differences();
  }
}
