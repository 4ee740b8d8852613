import type { ClientSession, Db, MongoClient, WithId } from 'mongodb';

import { tenantScope, type TenantScope } from '../database/tenant-scope.js';
import { ACCOUNTS, type AccountRecord } from './account-record.js';
import { changedFields } from './account-update.js';
import { writeDocuments } from './combined-writes.js';
import { TRANSACTION } from './commit-attempt.js';
import type { EventLog } from './event-log.js';
import { PendingDocuments } from './pending-documents.js';
import type { ReadModels } from './read-models.js';
import type { RebuildPace } from './rebuild-pace.js';
import { RebuildWrites } from './rebuild-writes.js';
import type { Projection } from './recording.js';
import type { StoredEvent } from './stored-event.js';

/** How many events are folded at a time: few enough to leave others their turn. */
const CHUNK = 250;
/** How far behind the log the new generation may be when the switch begins; the switch reads the rest. */
const CLOSE = 100;
/** Where a rebuild works. */
export interface RebuildGround {
  readonly client: MongoClient;
  readonly db: Db;
  readonly log: EventLog;
  readonly pace: RebuildPace;
}

/** An account whose read models cannot be made anew, since its log is not one that can be. */
export class LogUnfit extends Error {
  override readonly name = 'LogUnfit';
}

interface Progress<State> {
  readonly state: State | null;
  /** The sequence of the last event that is folded in. */
  readonly seq: number;
  readonly rows: number;
}

/**
 * Makes the read models of one account anew, as the next generation beside the one in force, while others read and
 * write: first from the events that are there, then, in one transaction with the switch, from those that came since.
 */
export class AccountRebuild<Event, State extends object> {
  private progress: Progress<State> = { state: null, seq: 0, rows: 0 };
  private readonly writes: RebuildWrites;

  constructor(
    private readonly ground: RebuildGround,
    private readonly models: ReadModels<Event, State>,
    private readonly account: AccountRecord,
    /** Called with how many events were folded since the last call. */
    private readonly advanced: (events: number) => void,
  ) {
    const { client, db, pace } = ground;
    const { household_id, _id: account_id } = account;
    this.writes = new RebuildWrites(client, db, { household_id, account_id }, pace);
  }

  /**
   * Does it; the generation that was in force is left for `removeOthers`.
   * @throws LogUnfit, leaving the account as it is; the driver's errors.
   */
  async run(): Promise<void> {
    await this.removeOthers(this.account.generation);
    let { version } = this.account;
    try {
      do {
        await this.foldUpTo(version);
        version = (await this.current()).version;
      } while (version > this.progress.seq + CLOSE);
    } finally {
      // Nothing is written any more once somebody tidies up after a failure.
      await this.writes.settle();
    }
    await this.switch();
  }

  /** Removes the read models of all generations but one: what a rebuild that was cut off left, or an old one. */
  async removeOthers(generation: number): Promise<void> {
    const others = [{ $lt: generation }, { $gt: generation }];
    await Promise.all(
      this.models.collections.flatMap((collection) =>
        others.map((other) => this.writes.remove(collection, other)),
      ),
    );
  }

  private get generation(): number {
    return this.account.generation + 1;
  }

  private async foldUpTo(version: number): Promise<void> {
    const parts = this.ground.log.parts(null, this.account, this.progress.seq + 1, version);
    for await (const part of parts) {
      for (let from = 0; from < part.length; from += CHUNK) {
        const events = part.slice(from, from + CHUNK) as unknown as StoredEvent<Event>[];
        const { next, projection } = await this.fold(events);
        await this.writes.take(projection.changes);
        this.progress = next;
        this.advanced(events.length);
      }
    }
    await this.writes.flush();
    if (this.progress.seq < version) throw unfit(this.account, `event ${this.progress.seq + 1} is missing`);
  }

  private async fold(
    events: readonly StoredEvent<Event>[],
  ): Promise<{ next: Progress<State>; projection: Projection }> {
    const { state, seq, rows } = this.progress;
    const gap = events.findIndex((event, index) => event.seq !== seq + 1 + index);
    if (gap >= 0) throw unfit(this.account, `event ${seq + 1 + gap} is missing`);
    const { after, projection } = await this.projected(state, events);
    const next = { state: after, seq: seq + events.length, rows: rows + projection.added_rows };
    return { next, projection };
  }

  private async projected(state: State | null, events: readonly StoredEvent<Event>[]) {
    try {
      return await this.models.project(state, events, this.generation);
    } catch (error) {
      throw unfit(this.account, error instanceof Error ? error.message : String(error), error);
    }
  }

  /** Catches up and puts the new generation in force; tried again, for two minutes, while others are always faster. */
  private async switch(): Promise<void> {
    const folded = this.progress.seq;
    this.progress = await this.ground.client.withSession((session) =>
      session.withTransaction(() => this.catchUp(session), TRANSACTION),
    );
    this.advanced(this.progress.seq - folded);
  }

  /** The account is written first: nobody else can write to it from then on. */
  private async catchUp(session: ClientSession): Promise<Progress<State>> {
    const { client, db, log } = this.ground;
    const { generation } = this;
    const { _id, generation: before } = this.account;
    const accounts = this.accounts();
    await accounts.updateOne(session, { _id, generation: before }, { $set: { generation } });
    const stored = await accounts.findOne(session, { _id, generation });
    if (!stored) throw new Error(`${_id} was rebuilt by another process`);
    const events: StoredEvent<Event>[] = [];
    for await (const event of log.stream(session, this.account, this.progress.seq + 1, stored.version)) {
      events.push(event as unknown as StoredEvent<Event>);
    }
    const { next, projection } = await this.fold(events);
    if (next.seq !== stored.version || !next.state) throw unfit(this.account, 'its last events are missing');
    const owner = { household_id: stored.household_id, account_id: _id };
    const documents = new PendingDocuments();
    documents.take(projection.changes.map((change) => ({ owner, change })));
    await writeDocuments(client, db, documents.all(), session);
    const state = { ...stored, ...this.models.stored(next.state), register_rows: next.rows };
    const changed = changedFields(stored, state);
    if (Object.keys(changed).length > 0) await accounts.updateOne(session, { _id }, { $set: changed });
    return next;
  }

  private async current(): Promise<WithId<AccountRecord>> {
    const account = await this.accounts().findOne(null, { _id: this.account._id });
    if (!account) throw new Error(`${this.account._id} is gone`);
    return account;
  }

  private accounts(): TenantScope<AccountRecord> {
    return tenantScope<AccountRecord>(this.ground.db, ACCOUNTS, this.account.household_id);
  }
}

const unfit = ({ _id }: AccountRecord, reason: string, cause?: unknown): LogUnfit =>
  new LogUnfit(`${_id}: ${reason}`, { cause });
