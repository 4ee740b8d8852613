import type { CommandStartedEvent } from 'mongodb';

import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { Desk, LEDGER_SCHEMAS, told } from './ledger-desk.js';

let database: TestDatabase;
let desk: Desk;
const sent: string[] = [];

beforeAll(async () => {
  database = await startDatabase(LEDGER_SCHEMAS, { monitorCommands: true });
  database.connection
    .getClient()
    .on('commandStarted', ({ commandName }: CommandStartedEvent) => sent.push(commandName));
  desk = new Desk(database.connection);
});
afterAll(() => database.stop());

const deposit: LedgerCommand = { type: 'DepositMoney', ...told, envelope_id: 0, amount_minor: 5 };
const undo: LedgerCommand = { type: 'UndoLast', ...told };

/** The commands that the driver sends for some work. */
async function trips(work: () => Promise<unknown>): Promise<string[]> {
  sent.length = 0;
  await work();
  return sent.filter((name) => name !== 'endSessions');
}

describe('the round trips to the database', () => {
  it('of a posting alone are two, three for an account that this process does not know', async () => {
    const id = await desk.open('a', 1_000);
    expect(await trips(() => desk.record(id, deposit))).toEqual(['bulkWrite', 'commitTransaction']);
    const other = new Desk(database.connection);
    expect(await trips(() => other.record(id, deposit))).toEqual(['find', 'bulkWrite', 'commitTransaction']);
  });

  it('of an undo are three, four for an account that this process does not know', async () => {
    const id = await desk.open('b', 1_000);
    await desk.record(id, deposit);
    await desk.record(id, deposit);
    expect(await trips(() => desk.record(id, undo))).toEqual(['find', 'bulkWrite', 'commitTransaction']);
    const other = new Desk(database.connection);
    expect(await trips(() => other.record(id, undo))).toHaveLength(4);
  });

  it('of a refusal are one look whether it still holds', async () => {
    const id = await desk.open('c', 1_000);
    const tooMuch: LedgerCommand = { type: 'WithdrawCash', ...told, envelope_id: 0, amount_minor: 2_000 };
    const refused = () => desk.record(id, tooMuch).catch((error: unknown) => error);
    expect(await trips(refused)).toEqual(['find']);
  });

  it.each([1, 32])('are at most half of one a posting for 32 clients on %i accounts', async (accounts) => {
    const ids = await Promise.all(
      Array.from({ length: accounts }, (_, index) => desk.open(`crowd ${accounts} ${index}`, 1_000)),
    );
    const client = async (number: number) => {
      for (let turn = 0; turn < 10; turn += 1) await desk.record(ids[number % accounts] ?? '', deposit);
    };
    const all = await trips(() => Promise.all(Array.from({ length: 32 }, (_, number) => client(number))));
    expect(all.length / 320).toBeLessThanOrEqual(0.5);
    const stored = await database.db.collection('register').countDocuments({ account_id: { $in: ids } });
    expect(stored).toBe(accounts + 320);
  });
});
