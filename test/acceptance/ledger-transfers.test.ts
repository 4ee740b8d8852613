import { openAccount, type AccountClient, type MoneyJson } from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import { writingNothing } from '../kit/terms.js';

let service: TestService;
let owner: SignedUp;
let made = 0;
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
});
afterAll(() => service.stop());

const open = (body: Record<string, unknown>, envelopes: readonly string[] = []) =>
  openAccount(service, owner, { name: `Transfer ${(made += 1)}`, ...body }, envelopes);

const refusal = async (account: AccountClient, body: unknown, path = '/transfers') => {
  const answer = await writingNothing(service, () => account.ask('POST', path, body));
  return { status: answer.status, ...answer.body };
};

describe('a transfer', () => {
  it('is one transaction in each account, and each names the other', async () => {
    const [from, to] = [await open({ opening_balance: 100 }, ['Out']), await open({}, ['In'])];
    await from.record('/moves', { from_id: 0, to_id: 1, amount: 60 });
    const sent = await from.record('/transfers', {
      to_account_id: to.id,
      amount: 45.5,
      from_envelope_id: 1,
      to_envelope_id: 1,
      description: 'Rainy day',
      effective_on: '2026-01-31',
    });
    const [received] = await to.register();
    expect(sent).toMatchObject({
      balance: 54.5,
      version: 4,
      envelopes: [{ id: 1, name: 'Out', balance: 14.5 }],
      transaction: {
        kind: 'transfer_out',
        amount: -45.5,
        currency: 'USD',
        transfer: { account_id: to.id, transaction_id: received?.id },
      },
    });
    expect(received).toMatchObject({
      kind: 'transfer_in',
      amount: 45.5,
      description: 'Rainy day',
      effective_on: '2026-01-31',
      transfer: { account_id: from.id, transaction_id: sent.transaction.id },
    });
    expect(await to.balances()).toEqual({ Available: 0, In: 45.5, balance: 45.5 });
  });

  it('between two currencies has both amounts', async () => {
    const [from, to] = [await open({ opening_balance: 100 }), await open({ currency: 'JPY' })];
    const body = { to_account_id: to.id, amount: 10, to_amount: 1_570 };
    await from.record('/transfers', body);
    expect([(await from.get()).balance, (await to.get()).balance]).toEqual([90, 1_570]);
    expect((await to.register())[0]).toMatchObject({ amount: 1_570, currency: 'JPY' });
    const wrong: [body: object, message: RegExp][] = [
      [{ ...body, to_amount: 1_570.5 }, /whole number/],
      [{ to_account_id: to.id, amount: 10 }, /must be given in JPY/],
      [{ to_account_id: (await open({})).id, amount: 10, to_amount: 10 }, /must be left out/],
    ];
    for (const [each, message] of wrong) {
      expect(await refusal(from, each)).toMatchObject({
        status: 400,
        errors: [{ field: 'to_amount', message: expect.stringMatching(message) }],
      });
    }
  });

  it('stands or falls on both sides, asked of either', async () => {
    const [from, to] = [await open({ opening_balance: 100 }), await open({})];
    await from.record('/transfers', { to_account_id: to.id, amount: 40 });
    const undone = await to.record('/undo');
    expect(undone).toMatchObject({
      balance: 0,
      transaction: { kind: 'transfer_in', role: 'undo', amount: -40 },
    });
    expect(await from.balances()).toEqual({ Available: 100, balance: 100 });
    const [mirrored] = await from.register();
    expect(mirrored).toMatchObject({ kind: 'transfer_out', role: 'undo', amount: 40 });
    const redone = await from.record('/redo');
    expect(redone).toMatchObject({ balance: 60, transaction: { kind: 'transfer_out', role: 'redo' } });
    expect((await to.get()).balance).toBe(40);
  });

  it('is not undone where the other side would be overdrawn or is closed', async () => {
    const [from, to] = [await open({ opening_balance: 100 }), await open({}, ['Spent'])];
    const { transaction } = await from.record('/transfers', { to_account_id: to.id, amount: 40 });
    await to.record('/debits', { envelope_id: 0, amount: 15 });
    const path = `/transactions/${transaction.id}/undo`;
    expect(await refusal(from, {}, path)).toMatchObject({
      status: 409,
      code: 'envelope_overdrawn',
      account_id: to.id,
      currency: 'USD',
      envelopes: [{ id: 0, name: 'Available', short_by: 15 }],
    });
    await to.record('/debits', { envelope_id: 0, amount: 25 });
    await to.done('POST', '/close');
    for (const each of [path, '/undo']) {
      expect(await refusal(from, {}, each)).toMatchObject({
        status: 409,
        code: 'account_closed',
        account_id: to.id,
      });
    }
  });

  it('is refused by the rules of both accounts', async () => {
    const [from, to] = [await open({ opening_balance: 10 }, ['Old']), await open({}, ['Old'])];
    for (const account of [from, to]) await account.done('DELETE', '/envelopes/1');
    const closed = await open({});
    await closed.done('POST', '/close');
    const body = { to_account_id: to.id, amount: 1 };
    const wrong: [body: object, said: Record<string, unknown>][] = [
      [
        { ...body, amount: 10.01 },
        { status: 409, code: 'envelope_overdrawn', account_id: from.id },
      ],
      [
        { ...body, from_envelope_id: 1 },
        { status: 409, code: 'envelope_archived', account_id: from.id },
      ],
      [
        { ...body, to_envelope_id: 1 },
        { status: 409, code: 'envelope_archived', account_id: to.id },
      ],
      [
        { ...body, from_envelope_id: 2 },
        { status: 404, code: 'not_found' },
      ],
      [
        { ...body, to_envelope_id: 2 },
        { status: 404, code: 'not_found' },
      ],
      [
        { ...body, to_account_id: closed.id },
        { status: 409, code: 'account_closed', account_id: closed.id },
      ],
      [
        { ...body, to_account_id: from.id },
        { status: 400, errors: [{ field: 'to_account_id' }] },
      ],
      [
        { ...body, to_account_id: 7 },
        { status: 400, errors: [{ field: 'to_account_id' }] },
      ],
    ];
    for (const [each, said] of wrong) expect(await refusal(from, each)).toMatchObject(said);
  });

  it("into another household's account is 404 in the same words as into none", async () => {
    const from = await open({ opening_balance: 10 });
    const stranger = await service.signUp();
    const foreign = await openAccount(service, stranger, { name: 'Foreign', currency: 'EUR' });
    const answers: unknown[] = [];
    for (const to_account_id of [foreign.id, `acc_${'0'.repeat(26)}`, 'nonsense', '']) {
      for (const more of [{}, { to_amount: 1.5 }]) {
        answers.push(await refusal(from, { to_account_id, amount: 1, ...more }));
      }
    }
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 404, code: 'not_found', detail: 'There is no such account.' });
    expect(await refusal(from, { to_account_id: foreign.id, amount: 0 })).toMatchObject({ status: 400 });
  });

  it('is made once by each of forty at once, back and forth', async () => {
    const [from, to] = [await open({ opening_balance: 100 }), await open({ opening_balance: 100 })];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const [source, target] = index % 2 === 0 ? [from, to] : [to, from];
        return source.ask<MoneyJson>('POST', '/transfers', { to_account_id: target.id, amount: 3 });
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(new Array(40).fill(201));
    expect([(await from.get()).balance, (await to.get()).balance]).toEqual([100, 100]);
    expect(await from.register()).toHaveLength(41);
  });
});
