import type { Document } from 'mongodb';

import { newId } from '../../src/kernel/ids.js';
import { AuditedLedger, debit } from './audited-ledger.js';
import { told } from './ledger-desk.js';

let ledger: AuditedLedger;
beforeAll(async () => {
  ledger = await AuditedLedger.start();
});
beforeEach(() => ledger.clear());
afterAll(() => ledger.stop());

describe('the audit of reversals', () => {
  /** A deposit of 10 that was undone, redone and undone, and one of 7 that stands. */
  async function undone(): Promise<string> {
    const id = await ledger.desk.open('Watched', 100);
    const earn = { type: 'DepositMoney', ...told, envelope_id: 0 } as const;
    const { rows } = await ledger.desk.record(id, { ...earn, amount_minor: 10 });
    await ledger.desk.record(id, { ...earn, amount_minor: 7 });
    const transaction_id = rows[0]?.id ?? '';
    for (const type of ['UndoTransaction', 'RedoTransaction', 'UndoTransaction'] as const) {
      await ledger.desk.record(id, { type, ...told, transaction_id });
    }
    return id;
  }

  /** What is found of a log whose last event, the second undo, is made another. */
  async function found(change: Document): Promise<string[]> {
    const id = await undone();
    await ledger.forge(id, (log) =>
      log.map((event) => (event['seq'] === 6 ? { ...event, ...change } : event)),
    );
    return (await ledger.audit()).map((finding) => finding.replace(`${id}: `, ''));
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
    const id = await ledger.desk.open('Paid');
    const pay = { type: 'ReceiveOtherPay', ...told, payer: 'Acme', amount_minor: 5, split: [] } as const;
    await ledger.desk.record(id, pay);
    await ledger.desk.record(id, { type: 'UndoLast', ...told });
    await ledger.forge(id, ([opening, payday, undo]) => {
      const { payer: recorded, ...rest } = (undo ?? {}) as Document;
      expect(recorded).toBe('Acme');
      return [opening, payday, payer === null ? rest : { ...rest, payer }] as Document[];
    });
    return (await ledger.audit()).map((finding) => finding.replace(`${id}: `, ''));
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
    const id = await ledger.desk.open('Watched', 100);
    await ledger.desk.record(id, { type: 'AddEnvelopes', effective_on: told.effective_on, names: ['Food'] });
    const postings = amounts.map((amount_minor, envelope_id) => ({ envelope_id, amount_minor }));
    const balance_minor = amounts.reduce((sum, amount) => sum + amount, 100);
    await ledger.forge(id, (log) => [
      ...log,
      { ...debit(0, balance_minor), type, postings, envelope_id: 1, name: 'Food' },
    ]);
    const [finding] = await ledger.audit();
    expect(finding).toContain(`event 3 is no ${type} by its postings`);
  });
});

/** A transfer of 30 between two accounts that hold 100 and 0, undone, redone and undone once more. */
async function transferred(): Promise<{ from: string; to: string }> {
  const from = await ledger.desk.open('From', 100);
  const to = await ledger.desk.open('To');
  const ids = { sent_id: newId('tx'), received_id: newId('tx') };
  const envelopes = { from_envelope_id: 0, to_envelope_id: 0 };
  const transfer = { type: 'TransferMoney', ...told, to_account_id: to, amount_minor: 30 } as const;
  await ledger.desk.record(from, { ...transfer, ...envelopes, ...ids });
  for (const type of ['UndoLast', 'RedoLast', 'UndoLast'] as const)
    await ledger.desk.record(to, { type, ...told });
  return { from, to };
}

describe('the audit of transfers', () => {
  it('finds nothing wrong with one that was undone, redone and undone', async () => {
    await transferred();
    expect(await ledger.audit()).toEqual([]);
  });

  it('names a side whose other side is gone', async () => {
    const { from, to } = await transferred();
    await ledger.forge(to, (log) => log.slice(0, 1));
    const found = await ledger.audit();
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
    await ledger.forge(to, (log) => log.map(half));
    const found = await ledger.audit();
    expect(found).toContain(`${from}: event 2, one side of a transfer: the amounts do not agree`);
    expect(found).toContain(`${to}: event 2, one side of a transfer: the amounts do not agree`);
  });

  it('names a side that counts for another day', async () => {
    const { from, to } = await transferred();
    await ledger.forge(to, (log) => log.map((event) => ({ ...event, effective_on: '2026-03-14' })));
    const found = await ledger.audit();
    expect(found).toContain(
      `${from}: event 2, one side of a transfer: the other side counts for another day`,
    );
    expect(found).toContain(`${to}: event 2, one side of a transfer: the other side counts for another day`);
  });

  it('names a reversal that the other side does not share', async () => {
    const { from, to } = await transferred();
    await ledger.forge(to, (log) => log.slice(0, 4));
    const found = await ledger.audit();
    expect(found).toContain(
      `${from}: event 5 reverses one side of a transfer, and the other side is not reversed`,
    );
    expect(found.filter((finding) => finding.startsWith(`${from}: event`))).toHaveLength(1);
  });
});
