import type { Document } from 'mongodb';

import { newId } from '../../src/kernel/ids.js';
import { AuditedLedger, debit } from './audited-ledger.js';
import type { Stored } from './forged-log.js';
import { told } from './ledger-desk.js';

let ledger: AuditedLedger;
beforeAll(async () => {
  ledger = await AuditedLedger.start();
});
beforeEach(() => ledger.clear());
afterAll(() => ledger.stop());

describe('the audit of what may be below 0', () => {
  it('names the event after which an envelope is', async () => {
    const id = await ledger.desk.open('Watched', 100);
    await ledger.forge(id, (log) => [...log, debit(150, -50)]);
    expect(await ledger.audit()).toEqual([`${id}: after event 2: Not enough money in "Available".`]);
  });

  it('names one in the middle of a log', async () => {
    const id = await ledger.desk.open('Watched', 100);
    const back = { ...debit(-150, 100), type: 'MoneyDeposited' };
    await ledger.forge(id, (log) => [...log, debit(150, -50), back]);
    const [finding, ...others] = await ledger.audit();
    expect(finding).toContain('after event 2: Not enough money in "Available".');
    expect(others).toEqual([]);
  });

  it('names an account beyond its credit limit', async () => {
    const id = await ledger.desk.open('Watched', 100);
    const change = { type: 'AccountChanged', schema_version: 1, effective_on: told.effective_on };
    const limited = { ...change, postings: [], can_go_negative: true, credit_limit_minor: 50 };
    await ledger.forge(id, (log) => [...log, { ...limited, balance_minor: 100 }, debit(151, -51)]);
    const [finding] = await ledger.audit();
    expect(finding).toContain('after event 3: The account would be overdrawn beyond its credit limit.');
  });

  it('judges an undo of several at its end', async () => {
    const id = await ledger.desk.open('Watched', 50);
    const batch_id = newId('bat');
    const spend = { type: 'DebitMoney', ...told, postings: [{ envelope_id: 0, amount_minor: 50 }] } as const;
    const earn = { type: 'DepositMoney', ...told, envelope_id: 0, amount_minor: 50 } as const;
    await ledger.desk.record(id, { type: 'RecordBatch', batch_id, commands: [spend, earn] });
    await ledger.desk.record(id, spend);
    await ledger.desk.recordAcross({ type: 'UndoBatch', ...told, batch_id });
    const log = await ledger.events.find({ account_id: id }).sort({ seq: 1 }).toArray();
    expect(log.map(({ balance_minor }) => balance_minor as number)).toEqual([50, 0, 50, 0, -50, 0]);
    expect(await ledger.audit()).toEqual([]);
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
  (await ledger.events.find({ account_id }).sort({ seq: 1 }).toArray()).map((event) =>
    Number(event['balance_minor']),
  );

describe('the audit of reversals that look like one command', () => {
  const spend = (amount_minor: number) =>
    ({ type: 'DebitMoney', ...told, postings: [{ envelope_id: 0, amount_minor }] }) as const;
  const earn = (amount_minor: number) =>
    ({ type: 'DepositMoney', ...told, envelope_id: 0, amount_minor }) as const;

  /** All that stood is undone at once; in between, the account is overdrawn. */
  async function backToOpening(): Promise<string> {
    const id = await ledger.desk.open('Taken back');
    const { rows } = await ledger.desk.record(id, earn(100));
    for (const command of [spend(80), earn(100)]) await ledger.desk.record(id, command);
    await ledger.desk.record(id, { type: 'UndoTransaction', ...told, transaction_id: rows[0]?.id ?? '' });
    const opening = await ledger.events.findOne({ account_id: id, seq: 1 });
    await ledger.desk.record(id, { type: 'UndoBackTo', ...told, back_to: opening?._id ?? '' });
    expect(await balancesOf(id)).toEqual([0, 100, 20, 120, 20, -80, 0]);
    return id;
  }

  /** A batch is undone, and redone, which overdraws the account in between. */
  async function batchAndBack(): Promise<string> {
    const id = await ledger.desk.open('Batched', 50);
    const batch_id = newId('bat');
    await ledger.desk.record(id, { type: 'RecordBatch', batch_id, commands: [spend(50), earn(50), earn(1)] });
    await ledger.desk.record(id, spend(50));
    for (const type of ['UndoBatch', 'RedoBatch'] as const)
      await ledger.desk.recordAcross({ type, ...told, batch_id });
    expect(await balancesOf(id)).toEqual([50, 0, 50, 51, 1, 0, -50, 0, -50, 0, 1]);
    return id;
  }

  /** Of two accounts, transfers between which are undone in one, the other is overdrawn in between. */
  async function transfersBack(): Promise<{ asked: string; other: string }> {
    const [asked, other] = [await ledger.desk.open('Asked', 1_000), await ledger.desk.open('Other')];
    const transfer = (from: string, to_account_id: string, amount_minor: number) =>
      ledger.desk.record(from, {
        ...{ type: 'TransferMoney', ...told, to_account_id, amount_minor },
        ...{ from_envelope_id: 0, to_envelope_id: 0, sent_id: newId('tx'), received_id: newId('tx') },
      });
    const { rows } = await transfer(asked, other, 100);
    await transfer(other, asked, 80);
    await transfer(asked, other, 100);
    const first = rows.find(({ account_id }) => account_id === asked);
    await ledger.desk.record(asked, { type: 'UndoTransaction', ...told, transaction_id: first?.id ?? '' });
    await ledger.desk.record(other, earn(5));
    const opening = await ledger.events.findOne({ account_id: asked, seq: 1 });
    await ledger.desk.record(asked, { type: 'UndoBackTo', ...told, back_to: opening?._id ?? '' });
    expect(await balancesOf(other)).toEqual([0, 100, 20, 120, 20, 25, -75, 5]);
    return { asked, other };
  }

  it('finds nothing wrong with what a command does', async () => {
    await backToOpening();
    await batchAndBack();
    await transfersBack();
    expect(await ledger.audit()).toEqual([]);
  });

  it('names what is overdrawn where a later transaction was left standing', async () => {
    const id = await backToOpening();
    await ledger.forge(id, (log) => withEvent(log, 5, { ...debit(-10, 30), type: 'MoneyDeposited' }, 10));
    expect(await ledger.audit()).toEqual([`${id}: after event 7: Not enough money in "Available".`]);
  });

  it.each([
    ['undone', 5, 6],
    ['redone', 10, 9],
  ])('names what is overdrawn where not all of a batch is %s', async (_, left_out, overdrawn) => {
    const id = await batchAndBack();
    await ledger.forge(id, (log) => withoutEvent(log, left_out));
    const [finding, ...others] = await ledger.audit();
    expect(finding).toContain(`: after event ${overdrawn}: Not enough money in "Available".`);
    expect(others).toEqual([]);
  });

  it('names the other side that is overdrawn where the side asked left a transaction standing', async () => {
    const { asked, other } = await transfersBack();
    await ledger.forge(asked, (log) => withEvent(log, 5, { ...debit(-10, 990), type: 'MoneyDeposited' }, 10));
    expect(await ledger.audit()).toContain(`${other}: after event 7: Not enough money in "Available".`);
  });
});
