import { AccountClient, openAccount, type AccountJson } from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';

let service: TestService;
let rosa: SignedUp;
beforeAll(async () => {
  service = await startService();
  rosa = await service.signUp();
});
afterAll(() => service.stop());

const today = () => new Date().toISOString().slice(0, 10);
/** The days that it has been since then: two, where midnight has passed. */
const daysSince = (day: string) => expect.stringMatching(new RegExp(`^(${day}|${today()})$`)) as string;

/** 250 to begin with, a payday of 2400, and some spending, as a household has it. */
async function household(name: string): Promise<AccountClient> {
  const account = await openAccount(service, rosa, { name, opening_balance: 250 }, [
    'Groceries',
    'Rent',
    'Car',
  ]);
  await account.done('POST', '/payers', {
    payer: 'Acme Mills',
    amount: 2400,
    split: [
      { envelope_id: 1, amount: 400 },
      { envelope_id: 2, amount: 900 },
    ],
  });
  await account.record('/paydays', { payer_id: 1, description: 'November pay' });
  await account.record('/debits', { envelope_id: 1, amount: 62.4, description: 'Weekly shopping' });
  await account.record('/moves', { from_id: 0, to_id: 3, amount: 150 });
  await account.record('/debits', {
    postings: [
      { envelope_id: 1, amount: 25.1 },
      { envelope_id: 3, amount: 40 },
    ],
  });
  await account.record('/withdrawals', { envelope_id: 0, amount: 50 });
  await account.record('/deposits', { amount: 0.1 });
  return account;
}

describe('the story', () => {
  it('opens an account with everything in Available', async () => {
    const day = today();
    const answer = await service.api<AccountJson>('POST', '/accounts', {
      token: rosa.token,
      body: { name: 'Opening', opening_balance: 100.25 },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/accounts/${answer.body.id}`);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^acc_[0-9a-z]{26}$/),
      name: 'Opening',
      account_type: 'checking',
      currency: 'USD',
      balance: 100.25,
      can_go_negative: false,
      credit_limit: null,
      state: 'open',
      opened_on: daysSince(day),
      version: 1,
      envelopes: [{ id: 0, name: 'Available', balance: 100.25, archived: false }],
    });
    const account = new AccountClient(service, rosa, answer.body.id);
    expect(await account.done('GET', '')).toEqual(answer.body);
    expect(await account.register()).toMatchObject([
      { seq: 1, kind: 'opening', amount: 100.25, balance: 100.25, standing: true },
    ]);
  });

  it('fills, spends and moves', async () => {
    const account = await household('Filled');
    expect(await account.balances()).toEqual({
      Available: 1150.1,
      Groceries: 312.5,
      Rent: 900,
      Car: 110,
      balance: 2472.6,
    });
  });

  it('answers each transaction with the row, the balance, the changed envelopes and the version', async () => {
    const account = await household('Answered');
    const answer = await account.ask('POST', '/debits', {
      envelope_id: 1,
      amount: 12.5,
      description: '  Cafe\u0301 ',
      effective_on: '2026-01-31',
    });
    expect(answer.status).toBe(201);
    const id = expect.stringMatching(/^tx_[0-9a-z]{26}$/);
    const row = (await account.register())[0];
    expect(answer.body).toEqual({
      transaction: {
        id,
        account_id: account.id,
        seq: 12,
        kind: 'debit',
        role: 'root',
        amount: -12.5,
        currency: 'USD',
        postings: [{ envelope_id: 1, amount: -12.5 }],
        description: 'Café',
        notes: '',
        tags: [],
        effective_on: '2026-01-31',
        recorded_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        actor: { id: rosa.id, username: rosa.username },
        balance: 2460.1,
        standing: true,
        root_id: row?.id,
        reverses_id: null,
        reversed_by_id: null,
        batch_id: null,
        payer: null,
        transfer: null,
      },
      balance: 2460.1,
      envelopes: [{ id: 1, name: 'Groceries', balance: 300, archived: false }],
      version: 12,
    });
    expect(row).toEqual(answer.body.transaction);
    expect(await account.done('GET', `/transactions/${row?.id ?? ''}`)).toEqual(row);
  });

  it('shows what a move moved and who paid', async () => {
    const account = await household('Kinds');
    const rows = await account.register();
    expect(rows.map(({ kind }) => kind)).toEqual([
      'deposit',
      'withdrawal',
      'debit',
      'move',
      'debit',
      'payday',
      'opening',
    ]);
    expect(rows[3]).toMatchObject({
      amount: 0,
      moved: 150,
      postings: [
        { envelope_id: 0, amount: -150 },
        { envelope_id: 3, amount: 150 },
      ],
    });
    expect(rows[5]).toMatchObject({
      payer: 'Acme Mills',
      amount: 2400,
      description: 'November pay',
      postings: [
        { envelope_id: 1, amount: 400 },
        { envelope_id: 2, amount: 900 },
        { envelope_id: 0, amount: 1100 },
      ],
    });
  });

  it('takes pay with an amount and a split of its own, and pay from anybody', async () => {
    const account = await household('Pay');
    const more = await account.record('/paydays', {
      payer_id: 1,
      amount: 2500,
      split: [{ envelope_id: 3, amount: 500 }],
    });
    expect(more.envelopes).toMatchObject([
      { name: 'Available', balance: 3150.1 },
      { name: 'Car', balance: 610 },
    ]);
    const other = await account.record('/paydays', { payer: 'Tax office', amount: 120 });
    expect(other.transaction).toMatchObject({
      payer: 'Tax office',
      postings: [{ envelope_id: 0, amount: 120 }],
    });
  });
});

describe('undo', () => {
  it('goes back step by step down to the opening, and never further', async () => {
    const account = await household('Undone');
    const steps: number[] = [];
    const kinds: unknown[] = [];
    for (let index = 0; index < 6; index += 1) {
      const { transaction, balance } = await account.record('/undo');
      steps.push(balance);
      kinds.push(transaction.kind);
      expect(transaction).toMatchObject({ role: 'undo', standing: true, reversed_by_id: null });
    }
    expect(kinds).toEqual(['deposit', 'withdrawal', 'debit', 'move', 'debit', 'payday']);
    expect(steps).toEqual([2472.5, 2522.5, 2587.6, 2587.6, 2650, 250]);
    const refused = await account.ask('POST', '/undo');
    expect([refused.status, refused.body.code]).toEqual([409, 'opening_cannot_be_undone']);
    expect(await account.balances()).toEqual({ Available: 250, Groceries: 0, Rent: 0, Car: 0, balance: 250 });
    const rows = await account.register();
    expect(rows).toHaveLength(13);
    expect(rows.filter(({ role, standing }) => role === 'root' && standing)).toMatchObject([
      { kind: 'opening' },
    ]);
  });

  it('keeps both the transaction and its undo, tied to each other', async () => {
    const account = await openAccount(service, rosa, { name: 'Tied', opening_balance: 10 });
    const spent = await account.record('/debits', { envelope_id: 0, amount: 4, effective_on: '2026-01-05' });
    const undone = await account.record('/undo', { description: 'Booked twice' });
    const [undo, debit] = await account.register();
    expect(undo).toEqual(undone.transaction);
    expect(undo).toMatchObject({
      amount: 4,
      balance: 10,
      effective_on: '2026-01-05',
      description: 'Booked twice',
      root_id: spent.transaction.id,
      reverses_id: spent.transaction.id,
      standing: true,
    });
    expect(debit).toEqual({ ...spent.transaction, standing: false, reversed_by_id: undone.transaction.id });
  });

  it('undoes a chosen one, whatever came after it; the last one is then another', async () => {
    const account = await openAccount(service, rosa, { name: 'Chosen', opening_balance: 100 });
    const first = await account.record('/debits', { envelope_id: 0, amount: 10 });
    await account.record('/debits', { envelope_id: 0, amount: 20 });
    const third = await account.record('/debits', { envelope_id: 0, amount: 30 });
    const chosen = await account.record(`/transactions/${third.transaction.id}/undo`);
    expect([chosen.balance, chosen.transaction.root_id]).toEqual([70, third.transaction.id]);
    expect((await account.record('/undo')).transaction.amount).toBe(20);
    expect((await account.record(`/transactions/${first.transaction.id}/undo`)).balance).toBe(100);
    expect((await account.ask('POST', '/undo')).body.code).toBe('opening_cannot_be_undone');
  });

  it('restores an archived envelope in the same commit, under the next free name', async () => {
    const account = await openAccount(service, rosa, { name: 'Restored', opening_balance: 50 }, ['Gifts']);
    await account.record('/moves', { from_id: 0, to_id: 1, amount: 5 });
    await account.record('/debits', { envelope_id: 1, amount: 5 });
    await account.done('DELETE', '/envelopes/1');
    await account.done('POST', '/envelopes', { name: 'gifts' });
    const { envelopes, version } = await account.record('/undo');
    expect(envelopes).toEqual([{ id: 1, name: 'Gifts (2)', balance: 5, archived: false }]);
    expect(version).toBe(8);
  });
});
