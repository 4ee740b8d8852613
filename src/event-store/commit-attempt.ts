import type { ClientSession, Db, MongoClient, TransactionOptions } from 'mongodb';

import { findOwned, type OwnedKey } from '../database/tenant-scope.js';
import type { AccountCache } from './account-cache.js';
import { standOf } from './account-record.js';
import { accountKey, CombinedWorkspace, ownedKeyOf } from './combined-workspace.js';
import { changeOfAccount, writeAll } from './combined-writes.js';
import { confirmCommit } from './confirm-commit.js';
import { IDEMPOTENCY } from './idempotency-record.js';
import type { QueuedCommand, Verdict } from './queued-command.js';
import { EVENTS } from './stored-event.js';

/** How every transaction of the store is done. */
export const TRANSACTION: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
};

/** Once a transaction has so many events, what is left goes in the next one: nobody knows before what an undo comes to. */
const ENOUGH_EVENTS = 2_000;

/** Where attempts are made. */
export interface Ground {
  readonly client: MongoClient;
  readonly db: Db;
  readonly cache: AccountCache;
}

/** One attempt to decide and record commands together, in one transaction of a session. */
export class CommitAttempt {
  /** How the accounts stood when it was decided on them, by key; null for one that was not there. */
  readonly stands = new Map<string, string | null>();

  constructor(
    private readonly ground: Ground,
    private readonly session: ClientSession,
    private readonly items: readonly QueuedCommand[],
    private readonly reserve: (keys: readonly string[]) => boolean,
  ) {}

  /**
   * How each command fared, all that is to be recorded being durable.
   * @throws what stood in the way, nothing having been written; CommitUnknown.
   */
  async run(): Promise<Verdict[]> {
    const { session } = this;
    const { client, db, cache } = this.ground;
    const workspace = new CombinedWorkspace(db, session, cache, this.reserve);
    try {
      session.startTransaction(TRANSACTION);
      const verdicts = await this.decide(workspace);
      await workspace.verify();
      if (!workspace.isEmpty) {
        await writeAll(client, db, workspace);
        await confirmCommit(session, () => this.isStored(workspace));
      }
      this.remember(workspace);
      return verdicts;
    } finally {
      for (const { household_id, _id, base } of workspace.accounts()) {
        this.stands.set(accountKey(household_id, _id), base && standOf(base));
      }
      if (session.inTransaction()) await session.abortTransaction();
    }
  }

  private async decide(workspace: CombinedWorkspace): Promise<Verdict[]> {
    const keys = new Set(this.items.flatMap(({ accounts }) => [...accounts]));
    await workspace.hold([...keys].map(ownedKeyOf));
    const verdicts: Verdict[] = [];
    for (const item of this.items) {
      const full = workspace.events.length >= ENOUGH_EVENTS;
      verdicts.push(full ? { item, kind: 'postponed' } : await item.decideOn(workspace));
    }
    return verdicts;
  }

  private remember(workspace: CombinedWorkspace): void {
    const { cache } = this.ground;
    for (const held of workspace.accounts()) {
      const key = accountKey(held.household_id, held._id);
      const { base, current } = held;
      if (current && (current !== base || !held.cached)) cache.set(key, current, changeOfAccount(held));
    }
  }

  /** Whether anything that the transaction writes is there: then all of it is. */
  private async isStored({ events, keys }: CombinedWorkspace): Promise<boolean> {
    const [event] = events;
    const [record] = keys.values();
    const [collection, key]: [string, OwnedKey | undefined] = event ? [EVENTS, event] : [IDEMPOTENCY, record];
    if (!key) throw new Error('A transaction that writes nothing was committed');
    const found = await findOwned(this.ground.db, collection, null, [key], {
      projection: { household_id: 1 },
      readConcern: { level: 'majority' },
    });
    return found.length > 0;
  }
}
