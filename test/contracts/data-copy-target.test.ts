import { CopyRefused } from '../../src/copy/sides.js';
import { DatabasePair, provide } from './database-pair.js';
import { Desk, told } from './ledger-desk.js';

let pair: DatabasePair;
beforeAll(async () => {
  pair = await DatabasePair.start();
});
beforeEach(() => pair.clear());
afterAll(() => pair.stop());

describe('a target', () => {
  const refusal = async (): Promise<string> => {
    try {
      await pair.copy();
    } catch (error) {
      if (error instanceof CopyRefused) return error.message;
      throw error;
    }
    return 'copied';
  };

  it('that holds other data is refused, and stays as it is', async () => {
    await pair.signUp(8, pair.target);
    const before = await pair.target.db.collection('users').find().toArray();
    expect(await refusal()).toMatch(/^the target is not empty/);
    expect(await pair.target.db.collection('users').find().toArray()).toEqual(before);
    expect(await pair.target.db.collection('copies').countDocuments()).toBe(0);
  });

  it('that is a copy of another source, or of another part, is refused', async () => {
    await pair.copy();
    await pair.source.db
      .collection<{ _id: string }>('users')
      .updateOne({ _id: 'usr_1' }, { $set: { version: 2 } });
    await pair.signUp(0);
    expect(await refusal()).toMatch(/copy of something else/);
  });

  it('that somebody has written to since is refused', async () => {
    const account = await pair.desk.open('Household');
    await pair.copy();
    const there = new Desk(pair.target.connection);
    await there.record(account, { type: 'DepositMoney', ...told, envelope_id: 0, amount_minor: 1 });
    await pair.deposit(account, 2);
    expect(await refusal()).toBe(
      `the target has been written to since it was copied: its ${account} is not as the source has it`,
    );
  });

  it('where somebody has signed up since is refused', async () => {
    await pair.copy();
    await pair.signUp(9, pair.target);
    expect(await refusal()).toMatch(/written to since it was copied: its usr_9/);
  });

  it('of a source that says two things at once is refused, and not half made', async () => {
    await provide(pair.target);
    await pair.source.db.collection('users').dropIndex('email_key_1');
    await pair.signUp(2);
    await pair.source.db
      .collection<{ _id: string }>('users')
      .updateOne({ _id: 'usr_2' }, { $set: { email_key: '1@e.org' } });
    expect(await refusal()).toMatch(/^the source's users were written to meanwhile; call this again/);
    await pair.source.db
      .collection<{ _id: string }>('users')
      .updateOne({ _id: 'usr_2' }, { $set: { email_key: 'own' } });
    expect(await refusal()).toBe('copied');
  });

  it('of a source without anybody is refused', async () => {
    await pair.source.db.collection('users').deleteMany({});
    expect(await refusal()).toMatch(/nothing to copy/);
  });
});
