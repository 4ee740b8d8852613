import type { CommandStartedEvent, CommandSucceededEvent } from 'mongodb';

import { newId } from '../../src/kernel/ids.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { Desk, LEDGER_SCHEMAS, told } from './ledger-desk.js';
import { Readers } from './ledger-readers.js';

let database: TestDatabase;
let desk: Desk;
/** What went to and fro: commands, and documents that they brought. */
let moved = 0;
beforeAll(async () => {
  database = await startDatabase(LEDGER_SCHEMAS, { monitorCommands: true });
  desk = new Desk(database.connection);
  database.connection
    .getClient()
    .on('commandStarted', (_: CommandStartedEvent) => (moved += 1))
    .on('commandSucceeded', ({ reply }: CommandSucceededEvent) => (moved += documentsIn(reply)));
});
afterAll(() => database.stop());

function documentsIn(reply: unknown): number {
  const { cursor } = reply as { cursor?: { firstBatch?: unknown[]; nextBatch?: unknown[] } };
  return (cursor?.firstBatch ?? cursor?.nextBatch ?? []).length;
}

const spend = (amount_minor: number) =>
  ({ type: 'DebitMoney', ...told, postings: [{ envelope_id: 0, amount_minor }] }) as const;
const earn = (amount_minor: number) =>
  ({ type: 'DepositMoney', ...told, envelope_id: 0, amount_minor }) as const;
const chosen = (type: 'UndoTransaction' | 'RedoTransaction', transaction_id: string) =>
  ({ type, ...told, transaction_id }) as const;

async function transfer(from: string, to_account_id: string, amount_minor: number): Promise<string> {
  const sent_id = newId('tx');
  const ids = { from_envelope_id: 0, to_envelope_id: 0, sent_id, received_id: newId('tx') };
  await desk.record(from, { type: 'TransferMoney', ...told, to_account_id, amount_minor, ...ids });
  return sent_id;
}

async function openingOf(account_id: string): Promise<string> {
  const opening = await database.db.collection('transactions').findOne({ account_id, seq: 1 });
  return String(opening?._id);
}

/** A transfer that is undone and redone, again and again. */
async function transferBackAndForth(times: number): Promise<void> {
  const [from, to] = [await desk.open('From', 100), await desk.open('To')];
  await transfer(from, to, 10);
  for (let time = 0; time < times; time += 1) {
    await desk.record(from, { type: time % 2 === 0 ? 'UndoLast' : 'RedoLast', ...told });
  }
}

/** All that stood is undone, the account being overdrawn in between, and then posted anew. */
async function backToTheOpening(times: number): Promise<void> {
  const id = await desk.open('Taken back');
  const back_to = await openingOf(id);
  for (let time = 0; time < times; time += 1) {
    const { rows } = await desk.record(id, earn(100));
    for (const command of [spend(80), earn(100)]) await desk.record(id, command);
    await desk.record(id, chosen('UndoTransaction', rows[0]?.id ?? ''));
    await desk.record(id, { type: 'UndoBackTo', ...told, back_to });
  }
}

/** A batch is undone and redone, the account being overdrawn in between. */
async function batchBackAndForth(times: number): Promise<void> {
  const id = await desk.open('Batched', 50);
  const batch_id = newId('bat');
  await desk.record(id, { type: 'RecordBatch', batch_id, commands: [spend(50), earn(50), earn(1)] });
  await desk.record(id, spend(50));
  for (let time = 0; time < times; time += 1) {
    await desk.recordAcross({ type: time % 2 === 0 ? 'UndoBatch' : 'RedoBatch', ...told, batch_id });
  }
}

/** What overdraws an account in between is asked of another one. */
async function fromTheOtherSide(times: number): Promise<void> {
  const [asked, other] = [await desk.open('Asked', 1_000), await desk.open('Other')];
  const first = await transfer(asked, other, 100);
  const back = await transfer(other, asked, 80);
  const last = await transfer(asked, other, 100);
  await desk.record(asked, chosen('UndoTransaction', first));
  await desk.record(other, earn(5));
  const received = await database.db
    .collection('transactions')
    .findOne({ transfer_id: back, account_id: asked });
  const back_to = await openingOf(asked);
  for (let time = 0; time < times; time += 1) {
    await desk.record(asked, { type: 'UndoBackTo', ...told, back_to });
    for (const id of [first, String(received?._id), last])
      await desk.record(asked, chosen('RedoTransaction', id));
    await desk.record(asked, chosen('UndoTransaction', first));
  }
}

describe('what an audit asks of the database', () => {
  it.each<[what: string, make: (times: number) => Promise<void>]>([
    ['a transfer that was undone and redone so often', transferBackAndForth],
    ['undos of everything', backToTheOpening],
    ['undos and redos of a batch', batchBackAndForth],
    ['undos that were asked of another account', fromTheOtherSide],
  ])('grows no faster than the log, with %s', async (_, make) => {
    const costs: number[] = [];
    for (const times of [20, 60]) {
      await make(times);
      moved = 0;
      expect(await new Readers(database.connection).audit()).toEqual([]);
      costs.push(moved);
      for (const name of ['transactions', 'accounts', 'register', 'totals']) {
        await database.db.collection(name).deleteMany({});
      }
    }
    const [few = 0, many = 0] = costs;
    expect(many).toBeLessThanOrEqual(3 * few);
  });
});
