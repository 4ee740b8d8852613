import type { ClientSession } from 'mongodb';

import { ACCOUNTS } from '../event-store/account-record.js';
import type { EventLog } from '../event-store/event-log.js';
import { REBUILDS } from '../event-store/rebuild.js';
import { EVENTS } from '../event-store/stored-event.js';
import { AccountsCopy, type AccountsWatcher } from './accounts-copy.js';
import type { CopyModels } from './account-copy.js';
import { differencesBetween } from './differences.js';
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
  /** All is in the target; what remains is the comparison. */
  copied(): Promise<void>;
}

/**
 * Copies a database, or one household of it, into an empty one. Logs are recorded again, event by event, and everything
 * that follows from them with them; all other documents are taken as they are. Cut off anywhere, it goes on where it was
 * when it is called again; called again later, it brings the target up to date, as long as nobody else writes to that.
 */
export class DataCopy<Event, State extends object> {
  private readonly derived: ReadonlySet<string>;

  constructor(
    private readonly source: Side & { readonly log: EventLog },
    private readonly target: Side,
    private readonly scope: CopyScope,
    private readonly models: CopyModels<Event, State>,
    private readonly watcher: CopyWatcher,
  ) {
    this.derived = new Set([ACCOUNTS, EVENTS, REBUILDS, COPIES, COPIED_ACCOUNTS, ...models.collections]);
  }

  /**
   * Copies, and gives the accounts that are not the same on both sides then, each with the reason.
   * @throws CopyRefused; the driver's errors.
   */
  run(): Promise<string[]> {
    return this.target.client.withSession((session) => this.runIn(session));
  }

  private async runIn(session: ClientSession): Promise<string[]> {
    const { source, scope, watcher } = this;
    const target = { ...this.target, session };
    if (await claimTarget(source, target, scope.household_id)) watcher.resumes();
    const collections = await copyStructure(source, target);
    for (const collection of collections.filter((name) => !this.derived.has(name))) {
      const condition = scope.conditions.get(collection) ?? ownedBy(scope.household_id);
      await copyDocuments(source, target, collection, condition);
    }
    await new AccountsCopy(source, target, scope.household_id, this.models, watcher).run();
    await watcher.copied();
    return differencesBetween(source, target, scope.household_id);
  }
}
