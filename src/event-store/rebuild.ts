import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { MongoServerError, type Collection } from 'mongodb';

import { everyTenant } from '../database/tenant-scope.js';
import { ACCOUNTS, type AccountRecord } from './account-record.js';
import type { ReadModels } from './read-models.js';
import { AccountRebuild, LogUnfit, type RebuildGround } from './rebuild-account.js';

/** The collection that remembers how far a rebuild has come. */
export const REBUILDS = 'rebuilds';

interface RebuildRecord {
  readonly _id: string;
  /** The process that is at it. */
  readonly owner: string;
  /** When it last said so. */
  readonly touched_at: Date;
  /** The account that was done last; they are done in the order of their ids. */
  readonly after: string;
}

/** Another process rebuilds at this moment. */
export class RebuildUnderWay extends Error {
  override readonly name = 'RebuildUnderWay';
}

/** What a rebuild tells of itself. */
export interface RebuildWatcher {
  /** Accounts and events that there are to be done, as they stood at the beginning; and whether it goes on from before. */
  begins(accounts: number, events: number, resumed: boolean): void;
  advanced(events: number): void;
  /** An account stays as it is. */
  unfit(account_id: string, reason: string): void;
}

const RECORD = 'read models';
/** A process that has not said for that long that it is at it, is not. */
const STALE_MS = 15_000;
const TOUCH_MS = 3_000;
/** How long those who have read an account may still look into the generation that was in force then. */
const GRACE_MS = 2_000;
const DUPLICATE_KEY = 11_000;

/**
 * Makes the read models of every account anew, account by account, while others read and write. One that was cut off is
 * gone on with, from the account that it was at.
 */
export class Rebuild<Event, State extends object> {
  private readonly owner = randomUUID();
  private readonly outdated: { readonly remove: () => Promise<void>; readonly not_before: number }[] = [];
  private touched = 0;

  constructor(
    private readonly ground: RebuildGround,
    private readonly models: ReadModels<Event, State>,
    private readonly watcher: RebuildWatcher,
  ) {}

  /**
   * How many accounts could not be rebuilt.
   * @throws RebuildUnderWay; the driver's errors.
   */
  async run(): Promise<number> {
    let after = await this.take();
    const [accounts, events] = await this.total(after);
    this.watcher.begins(accounts, events, after !== '');
    let failed = 0;
    for (let account = await this.next(after); account; account = await this.next(after)) {
      if (!(await this.rebuild(account))) failed += 1;
      after = account._id;
      await this.touch(after);
      await this.removeOutdated(false);
    }
    await this.removeOutdated(true);
    await this.records.deleteOne({ _id: RECORD, owner: this.owner });
    return failed;
  }

  private async rebuild(account: AccountRecord): Promise<boolean> {
    const rebuild = new AccountRebuild(this.ground, this.models, account, (events) => {
      this.watcher.advanced(events);
      // Said while a large account is under way; should it fail, the next write of the record does, too.
      if (performance.now() - this.touched > TOUCH_MS) void this.touch().catch(() => undefined);
    });
    try {
      await rebuild.run();
    } catch (error) {
      if (!(error instanceof LogUnfit)) throw error;
      this.watcher.unfit(account._id, error.message);
      await rebuild.removeOthers(account.generation);
      return false;
    }
    const remove = () => rebuild.removeOthers(account.generation + 1);
    this.outdated.push({ remove, not_before: performance.now() + GRACE_MS });
    return true;
  }

  private async removeOutdated(all: boolean): Promise<void> {
    for (let [first] = this.outdated; first; [first] = this.outdated) {
      const wait = first.not_before - performance.now();
      if (wait > 0 && !all) return;
      if (wait > 0) await pause(wait);
      await first.remove();
      this.outdated.shift();
    }
  }

  private async total(after: string): Promise<[accounts: number, events: number]> {
    const accounts = everyTenant<AccountRecord>(this.ground.db, ACCOUNTS).find(
      { _id: { $gt: after } },
      { projection: { version: 1 } },
    );
    let [count, events] = [0, 0];
    for await (const { version } of accounts) {
      count += 1;
      events += version;
    }
    return [count, events];
  }

  private next(after: string): Promise<AccountRecord | null> {
    return everyTenant<AccountRecord>(this.ground.db, ACCOUNTS).findOne(
      { _id: { $gt: after } },
      { sort: { _id: 1 } },
    );
  }

  /** Becomes the one process that rebuilds; gives the account after which it goes on. */
  private async take(): Promise<string> {
    const stale = new Date(Date.now() - STALE_MS);
    const own = { $set: { owner: this.owner, touched_at: new Date() }, $setOnInsert: { after: '' } };
    try {
      const filter = { _id: RECORD, touched_at: { $lt: stale } };
      const record = await this.records.findOneAndUpdate(filter, own, {
        upsert: true,
        returnDocument: 'after',
      });
      return record?.after ?? '';
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
      throw new RebuildUnderWay('Another process rebuilds, or did so some seconds ago', { cause: error });
    }
  }

  private async touch(after?: string): Promise<void> {
    this.touched = performance.now();
    const change = { touched_at: new Date(), ...(after !== undefined && { after }) };
    const { matchedCount } = await this.records.updateOne(
      { _id: RECORD, owner: this.owner },
      { $set: change },
    );
    if (matchedCount === 0) throw new RebuildUnderWay('Another process has taken over');
  }

  private get records(): Collection<RebuildRecord> {
    return this.ground.db.collection<RebuildRecord>(REBUILDS);
  }
}
