import type { Collection, Document } from 'mongodb';

import { sealEvents } from '../../src/event-store/stored-event.js';
import { newId } from '../../src/kernel/ids.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { Desk, LEDGER_SCHEMAS, told } from './ledger-desk.js';
import { Readers } from './ledger-readers.js';

type Stored = Document & { readonly _id: string };

let database: TestDatabase;
let readers: Readers;
let desk: Desk;
let events: Collection<Stored>;
let accounts: Collection<Stored>;
beforeAll(async () => {
  database = await startDatabase(LEDGER_SCHEMAS);
  readers = new Readers(database.connection);
  desk = new Desk(database.connection);
  events = database.db.collection<Stored>('transactions');
  accounts = database.db.collection<Stored>('accounts');
});
// An audit looks at every account there is.
beforeEach(async () => {
  for (const name of ['transactions', 'accounts', 'register', 'totals']) {
    await database.db.collection(name).deleteMany({});
  }
});
afterAll(() => database.stop());

/** The log of an account as a forger leaves it: sealed anew, so that its chain of hashes is sound. */
async function forge(account_id: string, change: (log: Stored[]) => Document[]): Promise<void> {
  const account = await accounts.findOne({ _id: account_id });
  const log = await events.find({ account_id }).sort({ seq: 1 }).toArray();
  const [first] = log;
  if (!account || !first) throw new Error('No such account');
  const recorder = { household_id: String(account['household_id']), account_id, actor_id: 'usr_1' };
  let head = { version: 0, head_hash: null as string | null };
  const sealed = change(log).flatMap((event): Stored[] => {
    const recorded_at = (event['recorded_at'] ?? new Date(0)) as Date;
    const [one] = sealEvents(head, { ...recorder, recorded_at }, [event]);
    if (!one) throw new Error('Nothing was sealed');
    head = { version: one.seq, head_hash: one.hash };
    return [{ ...event, ...one }];
  });
  await events.deleteMany({ account_id });
  await events.insertMany(sealed);
  await accounts.updateOne({ _id: account_id }, { $set: head });
}

const debit = (amount_minor: number, balance_minor: number): Document => ({
  ...{ type: 'MoneyDebited', schema_version: 1, effective_on: told.effective_on, description: '' },
  ...{ postings: [{ envelope_id: 0, amount_minor: -amount_minor }], balance_minor },
});

/** A transfer of 30 between two accounts that hold 100 and 0, undone, redone and undone once more. */
async function transferred(): Promise<{ from: string; to: string }> {
  const from = await desk.open('From', 100);
  const to = await desk.open('To');
  const ids = { sent_id: newId('tx'), received_id: newId('tx') };
  const envelopes = { from_envelope_id: 0, to_envelope_id: 0 };
  const transfer = { type: 'TransferMoney', ...told, to_account_id: to, amount_minor: 30 } as const;
  await desk.record(from, { ...transfer, ...envelopes, ...ids });
  for (const type of ['UndoLast', 'RedoLast', 'UndoLast'] as const) await desk.record(to, { type, ...told });
  return { from, to };
}

describe('the audit of what may be below 0', () => {
  it('names the event after which an envelope is', async () => {
    const id = await desk.open('Watched', 100);
    await forge(id, (log) => [...log, debit(150, -50)]);
    expect(await readers.audit()).toEqual([`${id}: after event 2: Not enough money in "Available".`]);
  });

  it('names one in the middle of a log', async () => {
    const id = await desk.open('Watched', 100);
    const back = { ...debit(-150, 100), type: 'MoneyDeposited' };
    await forge(id, (log) => [...log, debit(150, -50), back]);
    const [finding, ...others] = await readers.audit();
    expect(finding).toContain('after event 2: Not enough money in "Available".');
    expect(others).toEqual([]);
  });

  it('names an account beyond its credit limit', async () => {
    const id = await desk.open('Watched', 100);
    const change = { type: 'AccountChanged', schema_version: 1, effective_on: told.effective_on };
    const limited = { ...change, postings: [], can_go_negative: true, credit_limit_minor: 50 };
    await forge(id, (log) => [...log, { ...limited, balance_minor: 100 }, debit(151, -51)]);
    const [finding] = await readers.audit();
    expect(finding).toContain('after event 3: The account would be overdrawn beyond its credit limit.');
  });

  it('judges an undo of several at its end', async () => {
    const id = await desk.open('Watched', 50);
    const batch_id = newId('bat');
    const spend = { type: 'DebitMoney', ...told, postings: [{ envelope_id: 0, amount_minor: 50 }] } as const;
    const earn = { type: 'DepositMoney', ...told, envelope_id: 0, amount_minor: 50 } as const;
    await desk.record(id, { type: 'RecordBatch', batch_id, commands: [spend, earn] });
    await desk.record(id, spend);
    await desk.recordAcross({ type: 'UndoBatch', ...told, batch_id });
    const log = await events.find({ account_id: id }).sort({ seq: 1 }).toArray();
    expect(log.map(({ balance_minor }) => balance_minor as number)).toEqual([50, 0, 50, 0, -50, 0]);
    expect(await readers.audit()).toEqual([]);
  });
});

describe('the audit of transfers', () => {
  it('finds nothing wrong with one that was undone, redone and undone', async () => {
    await transferred();
    expect(await readers.audit()).toEqual([]);
  });

  it('names a side whose other side is gone', async () => {
    const { from, to } = await transferred();
    await forge(to, (log) => log.slice(0, 1));
    const found = await readers.audit();
    expect(found).toContain(`${from}: event 2, one side of a transfer: the other side is missing`);
    for (const seq of [3, 4, 5]) {
      expect(found).toContain(
        `${from}: event ${seq} reverses one side of a transfer, and the other side is not reversed`,
      );
    }
  });

  it('names sides that do not agree, in either account', async () => {
    const { from, to } = await transferred();
    const half = (event: Document, index: number): Document =>
      index === 0
        ? event
        : {
            ...event,
            postings: [{ envelope_id: 0, amount_minor: index % 2 === 1 ? 15 : -15 }],
            balance_minor: index % 2 === 1 ? 15 : 0,
          };
    await forge(to, (log) => log.map(half));
    const found = await readers.audit();
    expect(found).toContain(`${from}: event 2, one side of a transfer: the amounts do not agree`);
    expect(found).toContain(`${to}: event 2, one side of a transfer: the amounts do not agree`);
  });

  it('names a side that counts for another day', async () => {
    const { from, to } = await transferred();
    await forge(to, (log) => log.map((event) => ({ ...event, effective_on: '2026-03-14' })));
    const found = await readers.audit();
    expect(found).toContain(
      `${from}: event 2, one side of a transfer: the other side counts for another day`,
    );
    expect(found).toContain(`${to}: event 2, one side of a transfer: the other side counts for another day`);
  });

  it('names a reversal that the other side does not share', async () => {
    const { from, to } = await transferred();
    await forge(to, (log) => log.slice(0, 4));
    const found = await readers.audit();
    expect(found).toContain(
      `${from}: event 5 reverses one side of a transfer, and the other side is not reversed`,
    );
    expect(found.filter((finding) => finding.startsWith(`${from}: event`))).toHaveLength(1);
  });
});
