import type { CommandSucceededEvent } from 'mongodb';

import { keysetSlice } from '../../src/http/keyset.js';
import { newId } from '../../src/kernel/ids.js';
import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import type { RegisterQuestion } from '../../src/ledger/projections/register-pages.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { Desk, LEDGER_SCHEMAS } from './ledger-desk.js';
import { Readers } from './ledger-readers.js';

const HOUSEHOLD = 'hh_1';
const DAY = '2026-02-10';
const PAGE = 20;

let database: TestDatabase;
let readers: Readers;
let desk: Desk;
let documents = 0;
beforeAll(async () => {
  database = await startDatabase(LEDGER_SCHEMAS, { monitorCommands: true });
  readers = new Readers(database.connection);
  desk = new Desk(database.connection);
  database.connection.getClient().on('commandSucceeded', ({ reply }: CommandSucceededEvent) => {
    const { cursor } = reply as { cursor?: { firstBatch?: unknown[]; nextBatch?: unknown[] } };
    documents += (cursor?.firstBatch ?? cursor?.nextBatch ?? []).length;
  });
});
afterAll(() => database.stop());

const deposit = (amount_minor: number, effective_on = DAY, envelope_id = 0) => ({
  ...{ type: 'DepositMoney' as const, effective_on, description: '', envelope_id, amount_minor },
});

/** Many deposits of one command; each third one into envelope 1. */
const batch = (count: number, effective_on = DAY): LedgerCommand => ({
  type: 'RecordBatch',
  batch_id: newId('bat'),
  commands: Array.from({ length: count }, (_, index) =>
    deposit(1 + (index % 7), effective_on, index % 3 === 0 ? 1 : 0),
  ),
});

async function openAccount(name: string): Promise<string> {
  const id = await desk.open(name, 10_000);
  await desk.record(id, { type: 'AddEnvelopes', effective_on: '2026-01-01', names: ['Food'] });
  return id;
}

interface Row {
  readonly id: string;
  readonly seq: number;
  readonly effective_on: string;
  readonly balance: number;
}

/** The register by effective date, recounted from the events. */
async function recount(account_id: string, envelope_id?: number): Promise<Row[]> {
  const events = await database.db.collection('transactions').find({ account_id }).toArray();
  const rows = events
    .map(({ _id, seq, effective_on, postings }) => ({
      ...{ id: String(_id), seq: seq as number, effective_on: effective_on as string },
      postings: (postings as { envelope_id: number; amount_minor: number }[]).filter(
        (posting) => envelope_id === undefined || posting.envelope_id === envelope_id,
      ),
    }))
    .filter(({ postings }) => postings.length > 0)
    .sort((a, b) => (a.effective_on === b.effective_on ? a.seq - b.seq : a.effective_on < b.effective_on ? -1 : 1));
  let balance = 0;
  return rows.map(({ postings, ...row }) => {
    balance += postings.reduce((sum, { amount_minor }) => sum + amount_minor, 0);
    return { ...row, balance };
  });
} // prettier-ignore

const sliceAfter = ({ effective_on, seq }: Row, order_dir: 'asc' | 'desc') =>
  keysetSlice({
    ...{ skip: 0, page_size: PAGE - 1, order_dir, after: [effective_on, seq] },
    keys: { effective_on: 'string', seq: 'number' },
  });

/** The page that follows a place of a recount. */
async function pageAfter(id: string, rows: readonly Row[], place: number, dir: 'asc' | 'desc', envelope_id?: number) {
  const question: RegisterQuestion = {
    ...{ order: 'effective_on', dir, from: undefined, to: undefined, envelope_id },
    ...{ of_envelope: envelope_id !== undefined, others: () => ({}) },
    slice: sliceAfter(rows[place] as Row, dir),
  };
  const part = await readers.pages.read(HOUSEHOLD, id, question, 10_001);
  return part.rows.map((row) => [row.id, row.balance_minor]);
} // prettier-ignore

/** Holds pages all over a register, in both directions, of account and envelope, against a recount; what they read at most. */
async function mostRead(id: string, places: number): Promise<number> {
  let most = 0;
  for (const envelope_id of [undefined, 1]) {
    const rows = await recount(id, envelope_id);
    for (let turn = 0; turn < places; turn += 1) {
      const place = Math.floor((turn * (rows.length - 1)) / (places - 1));
      for (const dir of ['asc', 'desc'] as const) {
        documents = 0;
        const page = await pageAfter(id, rows, place, dir, envelope_id);
        most = Math.max(most, documents);
        const next =
          dir === 'asc'
            ? rows.slice(place + 1, place + 1 + PAGE)
            : rows.slice(Math.max(place - PAGE, 0), place).reverse();
        expect(page).toEqual(next.map((row) => [row.id, row.balance]));
      }
    }
  }
  return most;
}

/** Takes what tells of runs out of the account's read models: they were written before there was any. */
async function asBefore(account_id: string): Promise<void> {
  await database.db.collection('register').updateMany({ account_id }, { $unset: { run_seq: '' } });
  await forgetRun(account_id);
}

async function forgetRun(_id: string): Promise<void> {
  const accounts = database.db.collection<{ _id: string }>('accounts');
  await accounts.updateOne({ _id }, { $unset: { run: '', run_version: '' } });
}

/** A desk whose process knows no account yet. */
const anotherDesk = (): Desk => new Desk(database.connection);

describe('a page deep in a day of thousands', () => {
  it('reads a few rows and documents, wherever it is', async () => {
    const id = await openAccount('One day');
    await desk.record(id, deposit(5, '2026-01-20'));
    for (let turn = 0; turn < 4; turn += 1) await desk.record(id, batch(1_000));
    await desk.record(id, deposit(5, '2026-03-20'));
    expect(await mostRead(id, 9)).toBeLessThanOrEqual(200);
    expect(await readers.audit()).toEqual([]);
    const rows = await recount(id);
    for (const dir of ['asc', 'desc'] as const) {
      const { ranges, sort, limit } = sliceAfter(rows[2_000] as Row, dir);
      for (const range of ranges) {
        const filter = { household_id: HOUSEHOLD, account_id: id, generation: 1, ...range };
        const plan = await database.db.collection('register').find(filter).sort(sort).limit(limit).explain('executionStats');
        const { totalKeysExamined, totalDocsExamined } = plan['executionStats'] as Record<string, number>;
        expect(totalKeysExamined).toBeLessThanOrEqual(PAGE + 5);
        expect(totalDocsExamined).toBeLessThanOrEqual(PAGE + 5);
      }
    }
  }); // prettier-ignore

  it('is right, and still cheap, where commands of other days come in between', async () => {
    const id = await openAccount('Interrupted');
    for (let turn = 0; turn < 4; turn += 1) {
      await desk.record(id, batch(600));
      await desk.record(id, deposit(3, '2026-02-09'));
      await desk.record(id, { type: 'RenameEnvelope', effective_on: DAY, envelope_id: 1, name: `Food ${turn}` });
      await desk.record(id, { type: 'UndoLast', effective_on: '2026-02-12', description: '' });
      await desk.record(id, { type: 'UndoLast', effective_on: '2026-02-12', description: '' });
      await desk.record(id, deposit(11, '2026-02-09'));
      await Promise.all([7, 8, 9].map((amount) => desk.record(id, deposit(amount))));
    }
    expect(await mostRead(id, 25)).toBeLessThanOrEqual(500);
    expect(await readers.audit()).toEqual([]);
  }); // prettier-ignore

  it('is right after an undo of the whole batch, which counts for the same day', async () => {
    const id = await openAccount('Undone');
    await desk.record(id, batch(300));
    await desk.record(id, deposit(3, '2026-02-09'));
    await desk.record(id, batch(300));
    await desk.record(id, { type: 'UndoLast', effective_on: '2026-02-12', description: '', whole_batch: true });
    expect(await mostRead(id, 15)).toBeLessThanOrEqual(300);
    expect(await readers.audit()).toEqual([]);
  }); // prettier-ignore

  it('is right with rows from before runs were told, and cheap again after a rebuild', async () => {
    const id = await openAccount('From before');
    await desk.record(id, batch(400));
    await asBefore(id);
    await anotherDesk().record(id, batch(400));
    expect(await mostRead(id, 15)).toBeGreaterThan(300);
    expect(await readers.audit()).toEqual([]);
    expect(await readers.rebuild()).toEqual([]);
    expect(await mostRead(id, 15)).toBeLessThanOrEqual(200);
    expect(await readers.audit()).toEqual([]);
  });

  it('is right where a service that knows of no runs wrote in between', async () => {
    const id = await openAccount('Both');
    await desk.record(id, batch(300));
    const accounts = database.db.collection<{ _id: string }>('accounts');
    const before = await accounts.findOne({ _id: id }, { projection: { run: 1, run_version: 1 } });
    await anotherDesk().record(id, deposit(4, '2026-02-09'));
    // What such a service leaves as it was.
    await accounts.updateOne({ _id: id }, { $set: { ...before } });
    await anotherDesk().record(id, batch(300));
    expect(await mostRead(id, 15)).toBeLessThanOrEqual(300);
    expect(await readers.audit()).toEqual([]);
  });
});

describe('an audit', () => {
  it('names a row, or an account, that tells of more than its run', async () => {
    const id = await openAccount('Forged');
    await desk.record(id, deposit(5, '2026-01-20'));
    await desk.record(id, batch(100));
    const register = database.db.collection<{ _id: string }>('register');
    const last = await register.findOne({ account_id: id }, { sort: { seq: -1 } });
    await register.updateOne({ _id: last?._id ?? '' }, { $set: { run_seq: 3 } });
    const accounts = database.db.collection<{ _id: string }>('accounts');
    await accounts.updateOne({ _id: id }, { $set: { 'run.first_seq': 3 } });
    expect(await readers.audit()).toEqual([
      `${id}: the account's run differs from what its events say`,
      `${id}: the register's row ${String(last?._id)} differs from what the events say`,
    ]);
    expect(await readers.rebuild()).toEqual([]);
    expect(await readers.audit()).toEqual([]);
  });
});
