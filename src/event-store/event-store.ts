import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { ClientSession, Db, MongoClient, TransactionOptions } from 'mongodb';
import type { Connection } from 'mongoose';

import { driverDb, tenantScope } from '../database/tenant-scope.js';
import { Problem } from '../kernel/problem.js';
import { ACCOUNTS, type AccountRecord } from './account-record.js';
import { AccountTurns } from './account-turns.js';
import { appendEvents, type Recording } from './append-events.js';
import { retryConflicts } from './conflicts.js';
import { EVENTS, type Recorder, type StoredEvent } from './stored-event.js';

/** The transaction that a decision reads in; whatever it needs beside the account is read through it. */
export type ReadSession = ClientSession;

/**
 * Decides on an account's document, null when the household has no account with that id. Called within the transaction,
 * and again when that has to be repeated; what it reads, it reads through `session`. It refuses by throwing.
 */
export type Decide<Event, State extends object, Answer extends Recording<Event, State>> = (
  account: (State & AccountRecord) | null,
  session: ReadSession,
) => Promise<Answer>;

/** What was recorded: the decision, and its events as they were stored. */
export interface Appended<Event, Answer> {
  readonly decision: Answer;
  readonly events: readonly StoredEvent<Event>[];
}

/** How many commands may wait or run at once in this process. */
export const MAX_WAITING = 10_000;

/** How long a transaction may go on being repeated. */
const PATIENCE_MS = 10_000;

const TRANSACTION: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
};

/**
 * Appends events to the logs of accounts. One append is one multi-document transaction: the account's document, the
 * events and the read models change together, on the condition that the account still has the version that was decided
 * on. It is acknowledged once a majority has it on disk.
 */
@Injectable()
export class EventStore {
  private readonly turns = new AccountTurns(MAX_WAITING);

  private readonly client: MongoClient;
  private readonly db: Db;

  constructor(@InjectConnection() connection: Connection) {
    this.client = connection.getClient();
    this.db = driverDb(connection);
  }

  /**
   * Decides and records, after everything asked for earlier on this account. When another process appends in between,
   * it is decided anew on what that one left.
   * @throws Problem `service_unavailable` when too much waits, others are always faster, or it cannot be learnt whether
   *   the commit took place; AccountKeyTaken; what `decide` throws; the driver's errors.
   */
  append<Event extends object, State extends object, Answer extends Recording<Event, State>>(
    recorder: Recorder,
    decide: Decide<Event, State, Answer>,
  ): Promise<Appended<Event, Answer>> {
    return this.turns.take(recorder.account_id, () => retryConflicts(() => this.attempt(recorder, decide)));
  }

  private async attempt<Event extends object, State extends object, Answer extends Recording<Event, State>>(
    recorder: Recorder,
    decide: Decide<Event, State, Answer>,
  ): Promise<Appended<Event, Answer>> {
    const deadline = Date.now() + PATIENCE_MS;
    let ready: Appended<Event, Answer> | undefined;
    try {
      return await this.client.withSession((session) =>
        session.withTransaction(async () => {
          ready = undefined;
          if (Date.now() > deadline) throw new Problem('service_unavailable');
          ready = await this.appendWithin(session, recorder, decide);
          return ready;
        }, TRANSACTION),
      );
    } catch (error) {
      // Ready, and yet an error: the commit failed, and perhaps only its answer was lost.
      if (ready === undefined) throw error;
      if (await this.isStored(recorder, ready.events)) return ready;
      throw new Problem('service_unavailable', {
        detail: 'The change could not be confirmed. Look whether it was made before sending it again.',
        cause: error,
      });
    }
  }

  private async appendWithin<
    Event extends object,
    State extends object,
    Answer extends Recording<Event, State>,
  >(
    session: ClientSession,
    recorder: Recorder,
    decide: Decide<Event, State, Answer>,
  ): Promise<Appended<Event, Answer>> {
    const accounts = tenantScope<AccountRecord>(this.db, ACCOUNTS, recorder.household_id);
    const found = await accounts.findOne(session, { _id: recorder.account_id });
    const account = found as (State & AccountRecord) | null;
    const decision = await decide(account, session);
    if (decision.events.length === 0) return { decision, events: [] };
    const events = await appendEvents(this.client, this.db, session, recorder, account, decision);
    return { decision, events };
  }

  private async isStored(recorder: Recorder, events: readonly { readonly _id: string }[]): Promise<boolean> {
    const last = events.at(-1);
    if (!last) return true;
    const log = tenantScope<{ _id: string; household_id: string }>(this.db, EVENTS, recorder.household_id);
    const found = await log.findOne(null, { _id: last._id }, { readConcern: { level: 'majority' } });
    return found !== null;
  }
}
