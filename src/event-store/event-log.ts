import { setImmediate as turn } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Db, Filter } from 'mongodb';
import type { Connection } from 'mongoose';

import {
  driverDb,
  tenantScope,
  type MaybeSession,
  type Slice,
  type TenantScope,
} from '../database/tenant-scope.js';
import { ACCOUNTS, type AccountRecord } from './account-record.js';
import { EVENTS, type StoredEvent } from './stored-event.js';
import { ChainCheck, type ChainResult } from './verify-chain.js';

/** The account whose log is meant. */
export type LogOf = Pick<AccountRecord, '_id' | 'household_id'>;

type AnyEvent = StoredEvent<Record<string, unknown>>;

/** How many events come from the database at a time. */
const BATCH = 1_000;
/** How many events are worked on before others get their turn; about two milliseconds. */
const SLICE = 50;

/** Reads the logs of accounts. */
@Injectable()
export class EventLog {
  private readonly db: Db;

  constructor(@InjectConnection() connection: Connection) {
    this.db = driverDb(connection);
  }

  /** A part of the events of an account. */
  part({ household_id, _id: account_id }: LogOf, slice: Slice): Promise<AnyEvent[]> {
    return this.of(household_id).part(null, { account_id }, slice);
  }

  /**
   * The events of an account from one sequence to another, both included, in their order; two thousand at most are in
   * memory at a time.
   */
  async *stream(session: MaybeSession, log: LogOf, from: number, to: number): AsyncGenerator<AnyEvent> {
    let count = 0;
    for await (const events of this.parts(session, log, from, to)) {
      for (const event of events) {
        yield event;
        count += 1;
        if (count % SLICE === 0) await turn();
      }
    }
  }

  /** The same, some hundreds to a thousand at a time, as they come from the database: the next ones are on their way. */
  async *parts(
    session: MaybeSession,
    { household_id, _id: account_id }: LogOf,
    from: number,
    to: number,
  ): AsyncGenerator<AnyEvent[]> {
    const filter = { account_id, seq: { $gte: from, $lte: to } } as Filter<AnyEvent>;
    const cursor = this.of(household_id).find(session, filter, { sort: { seq: 1 }, batchSize: BATCH });
    try {
      while (await cursor.hasNext()) yield cursor.readBufferedDocuments();
    } finally {
      await cursor.close();
    }
  }

  /**
   * Holds an account's log, as far as the account knows of it, against its chain of hashes, in bounded memory and with
   * pauses for others. `seen` gets every event that is as it was recorded.
   */
  async verify(
    account: LogOf & Pick<AccountRecord, 'version' | 'head_hash'>,
    seen: (event: AnyEvent) => void = () => undefined,
    session: MaybeSession = null,
  ): Promise<ChainResult> {
    const check = new ChainCheck(account, (prev_hash) => this.isSealedAfter(account, prev_hash));
    for await (const event of this.stream(session, account, Number.MIN_SAFE_INTEGER, account.version)) {
      const result = await check.take(event);
      if (result) return result;
      seen(event);
    }
    const result = check.end();
    const added = result.first_break ? undefined : await this.unknown(account);
    return added === undefined ? result : { ...result, first_break: { seq: added, reason: 'added' } };
  }

  /** The sequence of an event behind the last one that the account knows of, undefined when there is none. */
  private async unknown({
    household_id,
    _id: account_id,
    version,
  }: LogOf & Pick<AccountRecord, 'version'>): Promise<number | undefined> {
    const beyond = { account_id, seq: { $gt: version } } as Filter<AnyEvent>;
    const next = await this.of(household_id).findOne(null, beyond, { sort: { seq: 1 } });
    if (!next) return undefined;
    // An event that was recorded since came together with the account's new version.
    const accounts = tenantScope<AccountRecord>(this.db, ACCOUNTS, household_id);
    const now = await accounts.findOne(null, { _id: account_id }, { projection: { version: 1 } });
    return now && now.version >= next.seq ? undefined : next.seq;
  }

  /** Whether some event of the account was sealed after the one with that hash. Reads the whole log. */
  private async isSealedAfter(
    { household_id, _id: account_id }: LogOf,
    prev_hash: string | null,
  ): Promise<boolean> {
    const filter = { account_id, prev_hash } as Filter<AnyEvent>;
    return (await this.of(household_id).findOne(null, filter, { projection: { _id: 1 } })) !== null;
  }

  private of(household_id: string): TenantScope<AnyEvent> {
    return tenantScope<AnyEvent>(this.db, EVENTS, household_id);
  }
}
