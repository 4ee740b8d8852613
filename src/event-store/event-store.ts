import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { ClientSession } from 'mongodb';
import type { Connection } from 'mongoose';

import { driverDb, tenantScope } from '../database/tenant-scope.js';
import { AccountCache } from './account-cache.js';
import { Combiner } from './combiner.js';
import type { Appended, Command } from './command.js';
import type { Ground } from './commit-attempt.js';
import { IDEMPOTENCY, idempotencyId, type IdempotencyRecord } from './idempotency-record.js';
import { QueuedCommand } from './queued-command.js';
import type { Decision } from './recording.js';
import { StoreCounters } from './store-counters.js';

/** How much is kept of accounts that were used lately, in bytes of BSON. */
const CACHE_BYTES = 16 * 1024 * 1024;

/**
 * Appends events to the logs of accounts. An append is part of one multi-document transaction: the accounts' documents,
 * the events, the read models and the idempotency record change together, on the condition that each account still has
 * the version that was decided on. It is acknowledged once a majority has it on disk. Commands that wait at the same
 * time share a transaction.
 */
@Injectable()
export class EventStore {
  /** What happened so far, for metrics. */
  readonly counters = new StoreCounters();
  private readonly ground: Ground;
  private readonly combiner: Combiner;

  constructor(@InjectConnection() connection: Connection) {
    this.ground = {
      client: connection.getClient(),
      db: driverDb(connection),
      cache: new AccountCache(CACHE_BYTES),
    };
    this.combiner = new Combiner(this.ground, this.counters);
  }

  /** How many commands wait for a transaction to begin. */
  get waiting(): number {
    return this.combiner.waiting;
  }

  /** How many transactions are under way. */
  get underWay(): number {
    return this.combiner.underWay;
  }

  /**
   * Decides and records, after everything asked for earlier on the same accounts. When another process appends in
   * between, it is decided anew on what that one left.
   * @throws Problem `service_unavailable` when too much waits, others are always faster, or it cannot be learnt whether
   *   the commit took place; AccountKeyTaken; IdempotencyKeyUsed; what `decide` throws; the driver's errors.
   */
  append<Event extends object, State extends object, Answer extends Decision<Event, State>>(
    command: Command<Event, State, Answer>,
  ): Promise<Appended<Event, Answer>> {
    return new Promise((resolve, reject) => {
      const done = (appended: Appended<object, Decision<object, object>>) =>
        resolve(appended as Appended<Event, Answer>);
      this.combiner.add(new QueuedCommand(command, done, reject));
    });
  }

  /**
   * What was answered when a user's idempotency key was used in a household; null for one that was not. Only what a
   * majority has counts: an answer that may still be lost is never given again.
   */
  answered(household_id: string, user_id: string, key: string): Promise<IdempotencyRecord | null> {
    const records = tenantScope<IdempotencyRecord>(this.ground.db, IDEMPOTENCY, household_id);
    const _id = idempotencyId(household_id, user_id, key);
    return records.findOne(null, { _id }, { readConcern: 'majority' });
  }

  /**
   * Keeps what is answered to a change that is no event, in the transaction of that change.
   * @throws the driver's error of a duplicate key, when the user's key was used in the household before.
   */
  async keep(session: ClientSession, record: IdempotencyRecord): Promise<void> {
    const records = tenantScope<IdempotencyRecord>(this.ground.db, IDEMPOTENCY, record.household_id);
    await records.insertOne(session, record);
  }
}
