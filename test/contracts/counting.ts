import type { Db } from 'mongodb';

import type { AccountRecord } from '../../src/event-store/account-record.js';
import type { Command, IdempotencyTerms, Workspace } from '../../src/event-store/command.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import type { Decision, DocumentChange, Recording } from '../../src/event-store/recording.js';
import { IdempotencySchema } from '../../src/event-store/idempotency-record.js';
import { EVENTS, EventSchema, type StoredEvent } from '../../src/event-store/stored-event.js';
import { newId } from '../../src/kernel/ids.js';
import { AccountSchema } from '../../src/ledger/projections/account-document.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';

/** The store knows nothing of envelopes: these events count. */
export interface Counted {
  readonly type: 'Counted';
  readonly by: number;
  readonly _id?: string;
}

/** The state of an account that counts: its total, and a list that makes it as large as a test wants. */
export interface Count {
  readonly total: number;
  readonly items: readonly { readonly id: number; readonly held: number }[];
  readonly name_key?: string;
  readonly state?: string;
}

export type CountDocument = Count & AccountRecord;
export type CountDecision = Decision<Counted, Count>;
export type CountCommand = Command<Counted, Count, CountDecision>;

export const ROWS = 'rows';
export const SUMS = 'sums';

/** The household and the user of these tests. */
export const HOUSEHOLD = 'hh_1';
export const USER = 'usr_1';

export const by = (amount: number): Counted => ({ type: 'Counted', by: amount });

/** Counts on: with one row of a read model an event, and one sum an account. */
export function counting(
  account_id: string,
  before: CountDocument | null,
  events: readonly Counted[],
  more: Partial<Count> = {},
): Recording<Counted, Count> {
  const total = events.reduce((sum, event) => sum + event.by, before?.total ?? 0);
  const { items = [], name_key, state } = before ?? {};
  const kept = { ...(name_key !== undefined && { name_key }), ...(state !== undefined && { state }) };
  return {
    account_id,
    events,
    state: { items, ...kept, ...more, total },
    project: (stored, generation) => ({ changes: changesOf(stored, generation), added_rows: stored.length }),
  };
}

function changesOf(stored: readonly StoredEvent<Counted>[], generation: number): DocumentChange[] {
  return stored.flatMap((event): DocumentChange[] => {
    const _id = `${event._id}/${generation}`;
    return [
      { collection: ROWS, _id, insert: { ...event, _id, generation, seen: false } },
      { collection: SUMS, _id: event.account_id, inc: { sum: event.by, 'by.day': event.by }, on_insert: {} },
    ];
  });
}

/** A command that adds to one account, opening it if need be. */
export function adding(
  account_id: string,
  amounts: readonly number[],
  more: Partial<CountCommand> = {},
): CountCommand {
  return {
    household_id: HOUSEHOLD,
    actor_id: USER,
    recorded_at: new Date('2026-01-31T09:30:00.123Z'),
    accounts: [account_id],
    decide: async (workspace) => ({
      recordings: [counting(account_id, await workspace.account(account_id), amounts.map(by))],
    }),
    ...more,
  };
}

/** A command that moves an amount from one account to another, and refuses to overdraw. `declared` are known before. */
export function moving(
  from: string,
  to: string,
  amount: number,
  declared: readonly string[] = [from, to],
): CountCommand {
  return adding(from, [], {
    accounts: declared,
    decide: async (workspace: Workspace<Count>) => {
      const source = await workspace.account(from);
      const target = await workspace.account(to);
      if (!source || source.total < amount) throw new Error('overdrawn');
      return {
        recordings: [counting(from, source, [by(-amount)]), counting(to, target, [by(amount)])],
      };
    },
  });
}

/** Terms of an idempotency key, answered with what the first account was left with. */
export const keyed = (key: string): IdempotencyTerms<CountDecision> => ({
  key,
  fingerprint: 'f',
  answer: ({ recordings }) => ({
    status: 201,
    body: JSON.stringify({ total: recordings[0]?.state.total }),
    headers: {},
  }),
});

/** Appends a command of this domain. */
export const append = (store: EventStore, command: CountCommand) =>
  store.append<Counted, Count, CountDecision>(command);

/** Reads what is stored of accounts, and checks it against itself. */
export class CountLedger {
  constructor(private readonly db: Db) {}

  account(_id: string) {
    return this.db.collection<CountDocument>('accounts').findOne({ _id });
  }

  log(account_id: string) {
    return this.db.collection<StoredEvent<Counted>>(EVENTS).find({ account_id }).sort({ seq: 1 }).toArray();
  }

  rows(account_id: string): Promise<number> {
    return this.db.collection(ROWS).countDocuments({ account_id });
  }

  async sum(account_id: string): Promise<number> {
    const found = await this.db.collection<{ _id: string; sum: number }>(SUMS).findOne({ _id: account_id });
    return found?.sum ?? 0;
  }

  /** All of an account, for saying that nothing has changed. */
  async everything(account_id: string) {
    return {
      log: await this.log(account_id),
      account: await this.account(account_id),
      rows: await this.rows(account_id),
      sum: await this.sum(account_id),
    };
  }

  /** What an account's log adds up to, once its document, rows, sum and chain have been found to agree with it. */
  async checked(account_id: string): Promise<number> {
    const { log, account, rows, sum } = await this.everything(account_id);
    const total = log.reduce((whole, event) => whole + event.by, 0);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(log.map(({ prev_hash }) => prev_hash)).toEqual([
      null,
      ...log.slice(0, -1).map(({ hash }) => hash),
    ]);
    expect(account).toMatchObject({
      total,
      version: log.length,
      head_hash: log.at(-1)?.hash,
      register_rows: log.length,
    });
    expect({ rows, sum }).toEqual({ rows: log.length, sum: total });
    return total;
  }
}

/** New ids of accounts. */
export const newAccounts = (count: number): string[] => Array.from({ length: count }, () => newId('acc'));

/** A database with what the counting ledger writes to. */
export async function startCounting(): Promise<TestDatabase> {
  const database = await startDatabase([EventSchema, AccountSchema, IdempotencySchema]);
  for (const name of [ROWS, SUMS]) await database.db.createCollection(name);
  return database;
}

/** A command that reads the account and then refuses. */
export const refusing = (id: string): CountCommand =>
  adding(id, [], {
    decide: async (workspace) => {
      await workspace.account(id);
      throw new Error('refused');
    },
  });

/** The id of one new account. */
export const one = (): string => newAccounts(1)[0] ?? '';

/** How each of several works ended. */
export const statuses = async (work: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(work)).map(({ status }) => status);
