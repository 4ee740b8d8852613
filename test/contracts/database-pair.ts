import type { Connection } from 'mongoose';

import { DataCopy, type CopyScope } from '../../src/copy/data-copy.js';
import type { Side } from '../../src/copy/sides.js';
import { driverDb } from '../../src/database/tenant-scope.js';
import type { AccountRecord } from '../../src/event-store/account-record.js';
import { EventLog } from '../../src/event-store/event-log.js';
import { HouseholdSchema } from '../../src/identity/household.schema.js';
import { MembershipSchema } from '../../src/identity/membership.schema.js';
import { SessionSchema } from '../../src/identity/session.schema.js';
import { UserSchema } from '../../src/identity/user.schema.js';
import { usernamesIn } from '../../src/identity/usernames.js';
import { accountOf, type AccountDocument } from '../../src/ledger/projections/account-document.js';
import { LedgerAudit } from '../../src/ledger/projections/ledger-audit.js';
import { ledgerReadModels } from '../../src/ledger/projections/ledger-read-models.js';
import { differencesOf } from '../faults/copying.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { Desk, LEDGER_SCHEMAS, told } from './ledger-desk.js';

const SCHEMAS = [...LEDGER_SCHEMAS, UserSchema, HouseholdSchema, MembershipSchema, SessionSchema];
/** A copy of everything. */
export const ALL: CopyScope = { household_id: null, conditions: new Map() };
/** What the copy keeps for itself in its target. */
const ITS_OWN = new Set(['copies']);

/** Makes the service's collections, as its start does. */
export async function provide({ connection }: TestDatabase): Promise<void> {
  for (const schema of SCHEMAS) {
    const name = schema.get('collection') ?? '';
    const model = connection.models[name] ?? connection.model(name, schema);
    await model.createCollection();
    await model.ensureIndexes();
  }
}

const sideOf = (connection: Connection): Side => ({
  client: connection.getClient(),
  db: driverDb(connection),
});

/** What a copy tells and finds. */
interface Told {
  resumed: boolean;
  events: readonly number[];
  readonly broken: string[];
  differences: string[];
}

/** A database with the service's collections, somebody's data and a desk to record at; and one to copy it to. */
export class DatabasePair {
  desk: Desk;

  private constructor(
    readonly source: TestDatabase,
    readonly target: TestDatabase,
  ) {
    this.desk = new Desk(source.connection);
  }

  static async start(): Promise<DatabasePair> {
    const [source, target] = await Promise.all([startDatabase([]), startDatabase([])]);
    return new DatabasePair(source, target);
  }

  /** Leaves one user in the source, and nothing in the target. */
  async clear(): Promise<void> {
    await Promise.all([this.source, this.target].map(({ connection }) => connection.dropDatabase()));
    await provide(this.source);
    this.desk = new Desk(this.source.connection);
    await this.signUp(1);
  }

  async stop(): Promise<void> {
    await Promise.all([this.source.stop(), this.target.stop()]);
  }

  /** Somebody with a household, a membership and a log-in, as a sign-up makes them. */
  async signUp(number: number, database = this.source): Promise<void> {
    const [user_id, household_id, created_at] = [`usr_${number}`, `hh_${number}`, new Date(number)];
    const username = number === 1 ? 'rosa' : `user ${number}`;
    const key = { username, username_key: username, email: `${number}@e.org`, email_key: `${number}@e.org` };
    await database.db.collection<{ _id: string }>('users').insertOne({
      ...{ _id: user_id, ...key, full_name: null, password_hash: 'x', personal_household_id: household_id },
      ...{ version: 1, password_version: 1, created_at },
    });
    const household = { _id: household_id, household_id, currency: 'USD', time_zone: 'UTC', created_at };
    await database.db.collection<{ _id: string }>('households').insertOne(household);
    await this.joins(user_id, household_id, 'owner', database);
    const expires_at = new Date(Date.now() + 86_400_000);
    const session = { user_id, secret_hash: 'x', password_version: 1, created_at, expires_at };
    await database.db
      .collection<{ _id: string }>('sessions')
      .insertOne({ _id: `session ${number}`, ...session });
  }

  /** Makes a user a member of a household. */
  async joins(user_id: string, household_id: string, role: string, database = this.source): Promise<void> {
    const membership = {
      _id: `${household_id}:${user_id}`,
      household_id,
      user_id,
      role,
      created_at: new Date(1),
    };
    await database.db.collection<{ _id: string }>('memberships').insertOne(membership);
  }

  /** Deposits into an account of the source. */
  deposit(account_id: string, amount_minor = 5) {
    return this.desk.record(account_id, { type: 'DepositMoney', ...told, envelope_id: 0, amount_minor });
  }

  /** Copies; `meanwhile` happens between the copying and the comparison. */
  async copy(scope = ALL, meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<Told> {
    const [from, to] = [sideOf(this.source.connection), sideOf(this.target.connection)];
    const told: Told = { resumed: false, events: [], broken: [], differences: [] };
    const models = {
      ...ledgerReadModels(usernamesIn(from.db)),
      stateIn: (document: AccountRecord) => accountOf(document as AccountDocument),
    };
    const data = new DataCopy({ ...from, log: new EventLog(this.source.connection) }, to, scope, models, {
      resumes: () => (told.resumed = true),
      begins: (events, copied) => (told.events = [events, copied]),
      advanced: () => undefined,
      broken: (reason) => told.broken.push(reason),
      copied: async () => void (await meanwhile()),
    });
    told.differences = await data.run();
    return told;
  }

  /** What the two hold otherwise than each other. */
  differences(): Promise<string[]> {
    return differencesOf(this.source.db, this.target.db, ITS_OWN);
  }
}

/** What an audit of a database finds. */
export async function audit({ connection, db }: TestDatabase): Promise<string[]> {
  const found: string[] = [];
  const watcher = {
    begins: () => undefined,
    advanced: () => undefined,
    found: ({ _id }: AccountDocument, finding: string) => found.push(`${_id}: ${finding}`),
  };
  await new LedgerAudit(connection, usernamesIn(db), watcher).run();
  return found;
}
