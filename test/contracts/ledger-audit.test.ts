import type { Collection, Document } from 'mongodb';

import { newId } from '../../src/kernel/ids.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { forgeLog, type Stored } from './forged-log.js';
import { Desk, LEDGER_SCHEMAS, told } from './ledger-desk.js';
import { Readers } from './ledger-readers.js';

let database: TestDatabase;
let readers: Readers;
let desk: Desk;
let events: Collection<Stored>;
beforeAll(async () => {
  database = await startDatabase(LEDGER_SCHEMAS);
  readers = new Readers(database.connection);
  desk = new Desk(database.connection);
  events = database.db.collection<Stored>('transactions');
});
// An audit looks at every account there is.
beforeEach(async () => {
  for (const name of ['transactions', 'accounts', 'register', 'totals']) {
    await database.db.collection(name).deleteMany({});
  }
});
afterAll(() => database.stop());

/** Leaves the log of an account as a forger does. */
const forge = (account_id: string, change: (log: Stored[]) => Document[]): Promise<void> =>
  forgeLog(database.db, account_id, change);

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

/** A log with another event in a place of its own; the balances of those after it follow. */
const withEvent = (log: readonly Stored[], at: number, event: Document, amount: number): Document[] => [
  ...log.slice(0, at),
  event,
  ...log.slice(at).map((later) => ({ ...later, balance_minor: Number(later['balance_minor']) + amount })),
];

/** A log without an event; the balances of those after it follow. */
function withoutEvent(log: readonly Stored[], at: number): Document[] {
  const postings = (log[at]?.['postings'] ?? []) as { amount_minor: number }[];
  const amount = postings.reduce((sum, { amount_minor }) => sum + amount_minor, 0);
  const later = log.slice(at + 1);
  return [
    ...log.slice(0, at),
    ...later.map((event) => ({ ...event, balance_minor: Number(event['balance_minor']) - amount })),
  ];
}

const balancesOf = async (account_id: string): Promise<number[]> =>
  (await events.find({ account_id }).sort({ seq: 1 }).toArray()).map((event) =>
    Number(event['balance_minor']),
  );

describe('the audit of reversals that look like one command', () => {
  const spend = (amount_minor: number) =>
    ({ type: 'DebitMoney', ...told, postings: [{ envelope_id: 0, amount_minor }] }) as const;
  const earn = (amount_minor: number) =>
    ({ type: 'DepositMoney', ...told, envelope_id: 0, amount_minor }) as const;

  /** All that stood is undone at once; in between, the account is overdrawn. */
  async function backToOpening(): Promise<string> {
    const id = await desk.open('Taken back');
    const { rows } = await desk.record(id, earn(100));
    for (const command of [spend(80), earn(100)]) await desk.record(id, command);
    await desk.record(id, { type: 'UndoTransaction', ...told, transaction_id: rows[0]?.id ?? '' });
    const opening = await events.findOne({ account_id: id, seq: 1 });
    await desk.record(id, { type: 'UndoBackTo', ...told, back_to: opening?._id ?? '' });
    expect(await balancesOf(id)).toEqual([0, 100, 20, 120, 20, -80, 0]);
    return id;
  }

  /** A batch is undone, and redone, which overdraws the account in between. */
  async function batchAndBack(): Promise<string> {
    const id = await desk.open('Batched', 50);
    const batch_id = newId('bat');
    await desk.record(id, { type: 'RecordBatch', batch_id, commands: [spend(50), earn(50), earn(1)] });
    await desk.record(id, spend(50));
    for (const type of ['UndoBatch', 'RedoBatch'] as const)
      await desk.recordAcross({ type, ...told, batch_id });
    expect(await balancesOf(id)).toEqual([50, 0, 50, 51, 1, 0, -50, 0, -50, 0, 1]);
    return id;
  }

  /** Of two accounts, transfers between which are undone in one, the other is overdrawn in between. */
  async function transfersBack(): Promise<{ asked: string; other: string }> {
    const [asked, other] = [await desk.open('Asked', 1_000), await desk.open('Other')];
    const transfer = (from: string, to_account_id: string, amount_minor: number) =>
      desk.record(from, {
        ...{ type: 'TransferMoney', ...told, to_account_id, amount_minor },
        ...{ from_envelope_id: 0, to_envelope_id: 0, sent_id: newId('tx'), received_id: newId('tx') },
      });
    const { rows } = await transfer(asked, other, 100);
    await transfer(other, asked, 80);
    await transfer(asked, other, 100);
    const first = rows.find(({ account_id }) => account_id === asked);
    await desk.record(asked, { type: 'UndoTransaction', ...told, transaction_id: first?.id ?? '' });
    await desk.record(other, earn(5));
    const opening = await events.findOne({ account_id: asked, seq: 1 });
    await desk.record(asked, { type: 'UndoBackTo', ...told, back_to: opening?._id ?? '' });
    expect(await balancesOf(other)).toEqual([0, 100, 20, 120, 20, 25, -75, 5]);
    return { asked, other };
  }

  it('finds nothing wrong with what a command does', async () => {
    await backToOpening();
    await batchAndBack();
    await transfersBack();
    expect(await readers.audit()).toEqual([]);
  });

  it('names what is overdrawn where a later transaction was left standing', async () => {
    const id = await backToOpening();
    await forge(id, (log) => withEvent(log, 5, { ...debit(-10, 30), type: 'MoneyDeposited' }, 10));
    expect(await readers.audit()).toEqual([`${id}: after event 7: Not enough money in "Available".`]);
  });

  it.each([
    ['undone', 5, 6],
    ['redone', 10, 9],
  ])('names what is overdrawn where not all of a batch is %s', async (_, left_out, overdrawn) => {
    const id = await batchAndBack();
    await forge(id, (log) => withoutEvent(log, left_out));
    const [finding, ...others] = await readers.audit();
    expect(finding).toContain(`: after event ${overdrawn}: Not enough money in "Available".`);
    expect(others).toEqual([]);
  });

  it('names the other side that is overdrawn where the side asked left a transaction standing', async () => {
    const { asked, other } = await transfersBack();
    await forge(asked, (log) => withEvent(log, 5, { ...debit(-10, 990), type: 'MoneyDeposited' }, 10));
    expect(await readers.audit()).toContain(`${other}: after event 7: Not enough money in "Available".`);
  });
});

describe('the audit of reversals', () => {
  /** A deposit of 10 that was undone, redone and undone, and one of 7 that stands. */
  async function undone(): Promise<string> {
    const id = await desk.open('Watched', 100);
    const earn = { type: 'DepositMoney', ...told, envelope_id: 0 } as const;
    const { rows } = await desk.record(id, { ...earn, amount_minor: 10 });
    await desk.record(id, { ...earn, amount_minor: 7 });
    const transaction_id = rows[0]?.id ?? '';
    for (const type of ['UndoTransaction', 'RedoTransaction', 'UndoTransaction'] as const) {
      await desk.record(id, { type, ...told, transaction_id });
    }
    return id;
  }

  /** What is found of a log whose last event, the second undo, is made another. */
  async function found(change: Document): Promise<string[]> {
    const id = await undone();
    await forge(id, (log) => log.map((event) => (event['seq'] === 6 ? { ...event, ...change } : event)));
    return (await readers.audit()).map((finding) => finding.replace(`${id}: `, ''));
  }

  it('finds nothing wrong with one that was undone, redone and undone', async () => {
    expect(await found({})).toEqual([]);
  });

  const taken = (amount_minor: number): Document => ({
    postings: [{ envelope_id: 0, amount_minor }],
    balance_minor: 117 + amount_minor,
  });
  it.each<[what: string, change: Document, words: string]>([
    ['takes more than it may', taken(-11), 'its postings are not the opposite of what it reverses'],
    ['gives what it should take', taken(10), 'its postings are not the opposite of what it reverses'],
    ['counts for another day', { effective_on: '2026-03-14' }, 'it counts for another day'],
    ['reverses the opening', { reverses_seq: 1 }, 'it does not reverse the last of its chain'],
    [
      'reverses a stranger',
      { reverses_seq: 3, reverses_id: 'tx_x' },
      'it does not reverse the last of its chain',
    ],
    ['is a redo of what stands', { role: 'redo' }, 'it does not reverse the last of its chain'],
    ['is about the opening', { root_seq: 1 }, 'what it is about cannot be reversed'],
    ['is about a reversal', { root_seq: 5 }, 'what it is about cannot be reversed'],
    ['is about another', { root_seq: 3 }, 'it tells of another transaction than the one that it is about'],
    [
      'tells another kind',
      { kind: 'payday' },
      'it tells of another transaction than the one that it is about',
    ],
    ['joins a batch', { batch_id: 'bat_x' }, 'it tells of another transaction than the one that it is about'],
  ])('names one that %s', async (_, change, words) => {
    expect(await found(change)).toContain(`event 6, a reversal: ${words}`);
  });

  /** What is found of an undone payday whose undo tells that payer. */
  async function foundOfPay(payer: string | null): Promise<string[]> {
    const id = await desk.open('Paid');
    const pay = { type: 'ReceiveOtherPay', ...told, payer: 'Acme', amount_minor: 5, split: [] } as const;
    await desk.record(id, pay);
    await desk.record(id, { type: 'UndoLast', ...told });
    await forge(id, ([opening, payday, undo]) => {
      const { payer: recorded, ...rest } = (undo ?? {}) as Document;
      expect(recorded).toBe('Acme');
      return [opening, payday, payer === null ? rest : { ...rest, payer }] as Document[];
    });
    return (await readers.audit()).map((finding) => finding.replace(`${id}: `, ''));
  }

  it('names the undo of a payday that tells of another payer', async () => {
    expect(await foundOfPay('Zoo')).toContain(
      'event 3, a reversal: it tells of another transaction than the one that it is about',
    );
  });

  it('takes the undo of a payday as it was recorded before undos told the payer', async () => {
    const found = await foundOfPay(null);
    expect(found).toEqual([
      expect.stringMatching(/^the register's row .* differs from what the events say$/),
    ]);
  });
});

describe('the audit of what events post', () => {
  it.each<[type: string, amounts: number[]]>([
    ['MoneyDeposited', [-5]],
    ['PayReceived', [5, -1]],
    ['MoneyDebited', [5]],
    ['CashWithdrawn', [5]],
    ['MoneyMoved', [-5, 6]],
    ['BalanceAdjusted', [5, 5]],
    ['EnvelopeRenamed', [5]],
    ['TransactionReversed', []],
  ])('names a %s of %j', async (type, amounts) => {
    const id = await desk.open('Watched', 100);
    await desk.record(id, { type: 'AddEnvelopes', effective_on: told.effective_on, names: ['Food'] });
    const postings = amounts.map((amount_minor, envelope_id) => ({ envelope_id, amount_minor }));
    const balance_minor = amounts.reduce((sum, amount) => sum + amount, 100);
    await forge(id, (log) => [
      ...log,
      { ...debit(0, balance_minor), type, postings, envelope_id: 1, name: 'Food' },
    ]);
    const [finding] = await readers.audit();
    expect(finding).toContain(`event 3 is no ${type} by its postings`);
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
