import { peopleOf } from '../../src/identity/people-of.js';
import { ALL, audit, DatabasePair } from './database-pair.js';
import { Desk, TODAY, told } from './ledger-desk.js';

let pair: DatabasePair;
beforeAll(async () => {
  pair = await DatabasePair.start();
});
beforeEach(() => pair.clear());
afterAll(() => pair.stop());

const rename = (account_id: string, name: string) =>
  pair.desk.record(account_id, { type: 'ChangeAccount', effective_on: TODAY, name });

describe('a copy of all', () => {
  it('holds the same documents under the same indexes, and verifies', async () => {
    const [account, other] = [await pair.desk.open('Household', 1_000), await pair.desk.open('Savings')];
    await pair.desk.record(account, { type: 'AddEnvelopes', effective_on: TODAY, names: ['Food', 'Rent'] });
    await pair.desk.record(account, { type: 'MoveMoney', ...told, from_id: 0, to_id: 1, amount_minor: 300 });
    await pair.desk.record(account, { type: 'UndoLast', ...told });
    await pair.deposit(other);
    await pair.source.db.collection('later_feature').insertOne({ household_id: 'hh_1', note: 'kept too' });
    const told1 = await pair.copy();
    expect(told1).toEqual({ resumed: false, events: [7, 0], broken: [], differences: [] });
    expect(await pair.differences()).toEqual([]);
    expect(await audit(pair.target)).toEqual([]);
  });

  it('is brought up to date, though accounts and users have changed names with each other', async () => {
    const [one, two] = [await pair.desk.open('Household'), await pair.desk.open('Savings')];
    await pair.signUp(2);
    await pair.copy();
    await rename(one, 'Holiday');
    await rename(two, 'Household');
    await rename(one, 'Savings');
    const users = pair.source.db.collection<{ _id: string }>('users');
    const [mine, theirs] = [{ email_key: '1@e.org' }, { email_key: '2@e.org' }];
    await users.updateOne({ _id: 'usr_1' }, { $set: { email_key: 'free', version: 2 } });
    await users.updateOne({ _id: 'usr_2' }, { $set: { ...mine, version: 2 } });
    await users.updateOne({ _id: 'usr_1' }, { $set: theirs });
    await pair.source.db.collection<{ _id: string }>('sessions').deleteOne({ _id: 'session 2' });
    const told1 = await pair.copy();
    expect(told1).toEqual({ resumed: true, events: [5, 2], broken: [], differences: [] });
    expect(await pair.differences()).toEqual([]);
  });

  it('is as its source, though accounts of that do not know of runs of days, or of later ones', async () => {
    const [one, two] = [await pair.desk.open('Household', 1_000), await pair.desk.open('Savings', 1_000)];
    await Promise.all([pair.deposit(one), pair.deposit(two)]);
    const accounts = pair.source.db.collection<{ _id: string }>('accounts');
    await accounts.updateOne({ _id: one }, { $unset: { run: '', run_version: '' } });
    await accounts.updateOne({ _id: two }, { $set: { 'run.first_seq': 2 } });
    expect((await pair.copy()).differences).toEqual([]);
    expect(await audit(pair.target)).toEqual([]);
  });

  it('of a source that is written to meanwhile says so, and the next one makes it good', async () => {
    const account = await pair.desk.open('Household');
    await pair.copy();
    await pair.deposit(account);
    const { differences: left } = await pair.copy(ALL, () => pair.deposit(account));
    expect(left).toEqual([`${account}: it is at event 2 of the 3 that the source has by now`]);
    expect(await audit(pair.target)).toEqual([]);
    const { differences: none } = await pair.copy();
    expect(none).toEqual([]);
    expect(await pair.differences()).toEqual([]);
  });

  it('leaves out what a log does not hold any more, and copies the others', async () => {
    const [broken, sound] = [await pair.desk.open('Household'), await pair.desk.open('Savings')];
    for (let count = 0; count < 3; count += 1) await pair.deposit(broken);
    await pair.deposit(sound);
    await pair.source.db
      .collection('transactions')
      .updateOne({ account_id: broken, seq: 3 }, { $set: { description: 'edited' } });
    const { broken: found, differences: left } = await pair.copy();
    expect(found).toEqual([`${broken}: event 3 is not as it was recorded`]);
    expect(left).toEqual([`${broken}: it is missing`]);
    expect(await pair.target.db.collection('accounts').distinct('name')).toEqual(['Savings']);
  });

  it('goes on at the generation that it began with when the source was rebuilt since', async () => {
    const account = await pair.desk.open('Household');
    await pair.copy();
    await pair.source.db
      .collection<{ _id: string }>('accounts')
      .updateOne({ _id: account }, { $set: { generation: 7 } });
    const { differences: left } = await pair.copy();
    expect(left).toEqual([]);
    expect(await audit(pair.target)).toEqual([]);
  });

  it('gives up the transaction that a killed one has left open', async () => {
    const account = await pair.desk.open('Household');
    await pair.copy();
    await pair.deposit(account);
    const left = pair.target.connection.getClient().startSession();
    left.startTransaction();
    const totals = pair.target.db.collection('totals');
    await totals.updateMany({ account_id: account }, { $inc: { sum_minor: 1 } }, { session: left });
    await pair.target.db.collection('copies').updateOne({}, { $set: { session_id: left.id } });
    const { differences: none } = await pair.copy();
    expect(none).toEqual([]);
    expect(await pair.differences()).toEqual([]);
    await left.endSession();
  });
});

describe('a copy of one household', () => {
  it('has its accounts, all who have to do with it with their own households, and nothing of anybody else', async () => {
    const account = await pair.desk.open('Household');
    await pair.signUp(2);
    await pair.signUp(3);
    await pair.signUp(4);
    await pair.joins('usr_2', 'hh_1', 'editor');
    await pair.joins('usr_3', 'hh_2', 'viewer');
    const theirs = new Desk(pair.source.connection, { household_id: 'hh_2', user_id: 'usr_2' });
    await theirs.open('Not to be seen', 100, 'hh_2');
    const left = new Desk(pair.source.connection, { user_id: 'usr_4', username: 'user 4' });
    await left.record(account, { type: 'DepositMoney', ...told, envelope_id: 0, amount_minor: 5 });
    const conditions = await peopleOf(pair.source.db, 'hh_1', ['usr_1', 'usr_4']);
    if (!conditions) throw new Error('The household is not there');
    const { differences: none, events } = await pair.copy({ household_id: 'hh_1', conditions });
    expect([none, events]).toEqual([[], [2, 0]]);
    const ids = async (name: string) =>
      (await pair.target.db.collection(name).distinct('_id')).map(String).sort();
    expect(await ids('users')).toEqual(['usr_1', 'usr_2', 'usr_4']);
    expect(await ids('sessions')).toEqual(['session 1', 'session 2', 'session 4']);
    expect(await ids('households')).toEqual(['hh_1', 'hh_2', 'hh_4']);
    expect(await ids('memberships')).toEqual([...['hh_1:usr_1', 'hh_1:usr_2', 'hh_2:usr_2', 'hh_4:usr_4']]);
    expect(await ids('accounts')).toEqual([account]);
    expect(await pair.target.db.collection('transactions').distinct('household_id')).toEqual(['hh_1']);
    expect(await audit(pair.target)).toEqual([]);
  });

  it('is told apart from one that is not there', async () => {
    expect(await peopleOf(pair.source.db, 'hh_unknown', [])).toBeNull();
  });
});
