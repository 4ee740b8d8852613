import type { Connection } from 'mongoose';

import { DataCopy, type CopyScope } from '../../src/copy/data-copy.js';
import { CopyRefused, type Side } from '../../src/copy/sides.js';
import { driverDb } from '../../src/database/tenant-scope.js';
import type { AccountRecord } from '../../src/event-store/account-record.js';
import { EventLog } from '../../src/event-store/event-log.js';
import { HouseholdSchema } from '../../src/identity/household.schema.js';
import { MembershipSchema } from '../../src/identity/membership.schema.js';
import { peopleOf } from '../../src/identity/people-of.js';
import { SessionSchema } from '../../src/identity/session.schema.js';
import { UserSchema } from '../../src/identity/user.schema.js';
import { usernamesIn } from '../../src/identity/usernames.js';
import { accountOf, type AccountDocument } from '../../src/ledger/projections/account-document.js';
import { LedgerAudit } from '../../src/ledger/projections/ledger-audit.js';
import { ledgerReadModels } from '../../src/ledger/projections/ledger-read-models.js';
import { differencesOf } from '../faults/copying.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { Desk, LEDGER_SCHEMAS, TODAY, told } from './ledger-desk.js';

const SCHEMAS = [...LEDGER_SCHEMAS, UserSchema, HouseholdSchema, MembershipSchema, SessionSchema];
const ALL: CopyScope = { household_id: null, conditions: new Map() };
const ITS_OWN = new Set(['copies']);

let source: TestDatabase;
let target: TestDatabase;
let desk: Desk;
beforeAll(async () => {
  [source, target] = await Promise.all([startDatabase([]), startDatabase([])]);
});
beforeEach(async () => {
  await Promise.all([source, target].map(({ connection }) => connection.dropDatabase()));
  await provide(source);
  desk = new Desk(source.connection);
  await signUp(1);
});
afterAll(async () => {
  await Promise.all([source.stop(), target.stop()]);
});

/** Makes the service's collections, as its start does. */
async function provide({ connection }: TestDatabase): Promise<void> {
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

/** Somebody with a household, a membership and a log-in, as a sign-up makes them. */
async function signUp(number: number, database = source): Promise<void> {
  const [user_id, household_id, created_at] = [`usr_${number}`, `hh_${number}`, new Date(number)];
  const username = number === 1 ? 'rosa' : `user ${number}`;
  const key = { username, username_key: username, email: `${number}@e.org`, email_key: `${number}@e.org` };
  await database.db.collection<{ _id: string }>('users').insertOne({
    ...{ _id: user_id, ...key, full_name: null, password_hash: 'x', personal_household_id: household_id },
    ...{ version: 1, password_version: 1, created_at },
  });
  const household = { _id: household_id, household_id, currency: 'USD', time_zone: 'UTC', created_at };
  await database.db.collection<{ _id: string }>('households').insertOne(household);
  await joins(user_id, household_id, 'owner', database);
  const expires_at = new Date(Date.now() + 86_400_000);
  const session = { user_id, secret_hash: 'x', password_version: 1, created_at, expires_at };
  await database.db
    .collection<{ _id: string }>('sessions')
    .insertOne({ _id: `session ${number}`, ...session });
}

async function joins(user_id: string, household_id: string, role: string, database = source): Promise<void> {
  const membership = {
    _id: `${household_id}:${user_id}`,
    household_id,
    user_id,
    role,
    created_at: new Date(1),
  };
  await database.db.collection<{ _id: string }>('memberships').insertOne(membership);
}

/** What a copy tells and finds. */
interface Told {
  resumed: boolean;
  events: readonly number[];
  readonly broken: string[];
  differences: string[];
}

/** Copies; `meanwhile` happens between the copying and the comparison. */
async function copy(scope = ALL, meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<Told> {
  const [from, to] = [sideOf(source.connection), sideOf(target.connection)];
  const told: Told = { resumed: false, events: [], broken: [], differences: [] };
  const models = {
    ...ledgerReadModels(usernamesIn(from.db)),
    stateIn: (document: AccountRecord) => accountOf(document as AccountDocument),
  };
  const data = new DataCopy({ ...from, log: new EventLog(source.connection) }, to, scope, models, {
    resumes: () => (told.resumed = true),
    begins: (events, copied) => (told.events = [events, copied]),
    advanced: () => undefined,
    broken: (reason) => told.broken.push(reason),
    copied: async () => void (await meanwhile()),
  });
  told.differences = await data.run();
  return told;
}

const differences = () => differencesOf(source.db, target.db, ITS_OWN);

async function audit({ connection, db }: TestDatabase): Promise<string[]> {
  const found: string[] = [];
  const watcher = {
    begins: () => undefined,
    advanced: () => undefined,
    found: ({ _id }: AccountDocument, finding: string) => found.push(`${_id}: ${finding}`),
  };
  await new LedgerAudit(connection, usernamesIn(db), watcher).run();
  return found;
}

const deposit = (account_id: string, amount_minor = 5) =>
  desk.record(account_id, { type: 'DepositMoney', ...told, envelope_id: 0, amount_minor });
const rename = (account_id: string, name: string) =>
  desk.record(account_id, { type: 'ChangeAccount', effective_on: TODAY, name });

describe('a copy of all', () => {
  it('holds the same documents under the same indexes, and verifies', async () => {
    const [account, other] = [await desk.open('Household', 1_000), await desk.open('Savings')];
    await desk.record(account, { type: 'AddEnvelopes', effective_on: TODAY, names: ['Food', 'Rent'] });
    await desk.record(account, { type: 'MoveMoney', ...told, from_id: 0, to_id: 1, amount_minor: 300 });
    await desk.record(account, { type: 'UndoLast', ...told });
    await deposit(other);
    await source.db.collection('later_feature').insertOne({ household_id: 'hh_1', note: 'kept too' });
    const told1 = await copy();
    expect(told1).toEqual({ resumed: false, events: [7, 0], broken: [], differences: [] });
    expect(await differences()).toEqual([]);
    expect(await audit(target)).toEqual([]);
  });

  it('is brought up to date, though accounts and users have changed names with each other', async () => {
    const [one, two] = [await desk.open('Household'), await desk.open('Savings')];
    await signUp(2);
    await copy();
    await rename(one, 'Holiday');
    await rename(two, 'Household');
    await rename(one, 'Savings');
    const users = source.db.collection<{ _id: string }>('users');
    const [mine, theirs] = [{ email_key: '1@e.org' }, { email_key: '2@e.org' }];
    await users.updateOne({ _id: 'usr_1' }, { $set: { email_key: 'free', version: 2 } });
    await users.updateOne({ _id: 'usr_2' }, { $set: { ...mine, version: 2 } });
    await users.updateOne({ _id: 'usr_1' }, { $set: theirs });
    await source.db.collection<{ _id: string }>('sessions').deleteOne({ _id: 'session 2' });
    const told1 = await copy();
    expect(told1).toEqual({ resumed: true, events: [5, 2], broken: [], differences: [] });
    expect(await differences()).toEqual([]);
  });

  it('is as its source, though accounts of that do not know of runs of days, or of later ones', async () => {
    const [one, two] = [await desk.open('Household', 1_000), await desk.open('Savings', 1_000)];
    await Promise.all([deposit(one), deposit(two)]);
    const accounts = source.db.collection<{ _id: string }>('accounts');
    await accounts.updateOne({ _id: one }, { $unset: { run: '', run_version: '' } });
    await accounts.updateOne({ _id: two }, { $set: { 'run.first_seq': 2 } });
    expect((await copy()).differences).toEqual([]);
    expect(await audit(target)).toEqual([]);
  });

  it('of a source that is written to meanwhile says so, and the next one makes it good', async () => {
    const account = await desk.open('Household');
    await copy();
    await deposit(account);
    const { differences: left } = await copy(ALL, () => deposit(account));
    expect(left).toEqual([`${account}: it is at event 2 of the 3 that the source has by now`]);
    expect(await audit(target)).toEqual([]);
    const { differences: none } = await copy();
    expect(none).toEqual([]);
    expect(await differences()).toEqual([]);
  });

  it('leaves out what a log does not hold any more, and copies the others', async () => {
    const [broken, sound] = [await desk.open('Household'), await desk.open('Savings')];
    for (let count = 0; count < 3; count += 1) await deposit(broken);
    await deposit(sound);
    await source.db
      .collection('transactions')
      .updateOne({ account_id: broken, seq: 3 }, { $set: { description: 'edited' } });
    const { broken: found, differences: left } = await copy();
    expect(found).toEqual([`${broken}: event 3 is not as it was recorded`]);
    expect(left).toEqual([`${broken}: it is missing`]);
    expect(await target.db.collection('accounts').distinct('name')).toEqual(['Savings']);
  });

  it('goes on at the generation that it began with when the source was rebuilt since', async () => {
    const account = await desk.open('Household');
    await copy();
    await source.db
      .collection<{ _id: string }>('accounts')
      .updateOne({ _id: account }, { $set: { generation: 7 } });
    const { differences: left } = await copy();
    expect(left).toEqual([]);
    expect(await audit(target)).toEqual([]);
  });

  it('gives up the transaction that a killed one has left open', async () => {
    const account = await desk.open('Household');
    await copy();
    await deposit(account);
    const left = sideOf(target.connection).client.startSession();
    left.startTransaction();
    const totals = target.db.collection('totals');
    await totals.updateMany({ account_id: account }, { $inc: { sum_minor: 1 } }, { session: left });
    await target.db.collection('copies').updateOne({}, { $set: { session_id: left.id } });
    const { differences: none } = await copy();
    expect(none).toEqual([]);
    expect(await differences()).toEqual([]);
    await left.endSession();
  });
});

describe('a copy of one household', () => {
  it('has its accounts, all who have to do with it with their own households, and nothing of anybody else', async () => {
    const account = await desk.open('Household');
    await signUp(2);
    await signUp(3);
    await signUp(4);
    await joins('usr_2', 'hh_1', 'editor');
    await joins('usr_3', 'hh_2', 'viewer');
    const theirs = new Desk(source.connection, { household_id: 'hh_2', user_id: 'usr_2' });
    await theirs.open('Not to be seen', 100, 'hh_2');
    const left = new Desk(source.connection, { user_id: 'usr_4', username: 'user 4' });
    await left.record(account, { type: 'DepositMoney', ...told, envelope_id: 0, amount_minor: 5 });
    const conditions = await peopleOf(source.db, 'hh_1', ['usr_1', 'usr_4']);
    if (!conditions) throw new Error('The household is not there');
    const { differences: none, events } = await copy({ household_id: 'hh_1', conditions });
    expect([none, events]).toEqual([[], [2, 0]]);
    const ids = async (name: string) => (await target.db.collection(name).distinct('_id')).map(String).sort();
    expect(await ids('users')).toEqual(['usr_1', 'usr_2', 'usr_4']);
    expect(await ids('sessions')).toEqual(['session 1', 'session 2', 'session 4']);
    expect(await ids('households')).toEqual(['hh_1', 'hh_2', 'hh_4']);
    expect(await ids('memberships')).toEqual([...['hh_1:usr_1', 'hh_1:usr_2', 'hh_2:usr_2', 'hh_4:usr_4']]);
    expect(await ids('accounts')).toEqual([account]);
    expect(await target.db.collection('transactions').distinct('household_id')).toEqual(['hh_1']);
    expect(await audit(target)).toEqual([]);
  });

  it('is told apart from one that is not there', async () => {
    expect(await peopleOf(source.db, 'hh_unknown', [])).toBeNull();
  });
});

describe('a target', () => {
  const refusal = async (): Promise<string> => {
    try {
      await copy();
    } catch (error) {
      if (error instanceof CopyRefused) return error.message;
      throw error;
    }
    return 'copied';
  };

  it('that holds other data is refused, and stays as it is', async () => {
    await signUp(8, target);
    const before = await target.db.collection('users').find().toArray();
    expect(await refusal()).toMatch(/^the target is not empty/);
    expect(await target.db.collection('users').find().toArray()).toEqual(before);
    expect(await target.db.collection('copies').countDocuments()).toBe(0);
  });

  it('that is a copy of another source, or of another part, is refused', async () => {
    await copy();
    await source.db
      .collection<{ _id: string }>('users')
      .updateOne({ _id: 'usr_1' }, { $set: { version: 2 } });
    await signUp(0);
    expect(await refusal()).toMatch(/copy of something else/);
  });

  it('that somebody has written to since is refused', async () => {
    const account = await desk.open('Household');
    await copy();
    const there = new Desk(target.connection);
    await there.record(account, { type: 'DepositMoney', ...told, envelope_id: 0, amount_minor: 1 });
    await deposit(account, 2);
    expect(await refusal()).toBe(
      `the target has been written to since it was copied: its ${account} is not as the source has it`,
    );
  });

  it('where somebody has signed up since is refused', async () => {
    await copy();
    await signUp(9, target);
    expect(await refusal()).toMatch(/written to since it was copied: its usr_9/);
  });

  it('of a source that says two things at once is refused, and not half made', async () => {
    await provide(target);
    await source.db.collection('users').dropIndex('email_key_1');
    await signUp(2);
    await source.db
      .collection<{ _id: string }>('users')
      .updateOne({ _id: 'usr_2' }, { $set: { email_key: '1@e.org' } });
    expect(await refusal()).toMatch(/^the source's users were written to meanwhile; call this again/);
    await source.db
      .collection<{ _id: string }>('users')
      .updateOne({ _id: 'usr_2' }, { $set: { email_key: 'own' } });
    expect(await refusal()).toBe('copied');
  });

  it('of a source without anybody is refused', async () => {
    await source.db.collection('users').deleteMany({});
    expect(await refusal()).toMatch(/nothing to copy/);
  });
});
