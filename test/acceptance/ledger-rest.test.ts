import { openAccount, type AccountClient, type AccountJson, type PageJson } from '../kit/ledger.js';
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

const open = (opening_balance = 0, envelopes: readonly string[] = [], more = {}) =>
  openAccount(service, owner, { name: `Rest ${(made += 1)}`, opening_balance, ...more }, envelopes);

const refusal = async (account: AccountClient, method: string, path: string, body?: unknown) => {
  const answer = await writingNothing(service, () => account.ask(method, path, body));
  return { status: answer.status, ...answer.body };
};

describe('closing an account', () => {
  it('needs empty envelopes, and says which are not', async () => {
    const account = await open(10, ['Food', 'Rent']);
    await account.record('/moves', { from_id: 0, to_id: 2, amount: 4 });
    expect(await refusal(account, 'POST', '/close')).toMatchObject({
      status: 409,
      code: 'account_not_empty',
      envelope_ids: [0, 2],
    });
    expect(await refusal(account, 'POST', '/close', { force: true })).toMatchObject({ status: 400 });
  });

  it('answers the account, and once more the same without an event', async () => {
    const account = await open();
    const closed = await account.ask<AccountJson>('POST', '/close');
    expect([closed.status, closed.body['state'], closed.body.version]).toEqual([200, 'closed', 2]);
    expect(closed.headers.get('etag')).toBe('"2"');
    expect((await account.ask('POST', '/close')).body).toEqual(closed.body);
    const reopened = await account.done<AccountJson>('POST', '/reopen');
    expect(reopened).toMatchObject({ state: 'open', version: 3 });
    expect(await account.done('POST', '/reopen')).toEqual(reopened);
  });

  it('lets it be looked at, annotated and reopened, and nothing else', async () => {
    const account = await open(10, ['Food']);
    await account.done('POST', '/payers', { payer: 'Acme', amount: 1 });
    const { transaction } = await account.record('/debits', { envelope_id: 0, amount: 10 });
    const { id: other } = await open(5);
    const { batch_id } = await account.done<{ batch_id: string }>('POST', '/batch', {
      commands: [
        { command: 'deposit', amount: 1 },
        { command: 'debit', envelope_id: 0, amount: 1 },
      ],
    });
    await account.done('POST', '/close');
    const refused: [method: string, path: string, body?: unknown][] = [
      ['PATCH', '', { name: 'Renamed' }],
      ['POST', '/envelopes', { name: 'More' }],
      ['PATCH', '/envelopes/1', { name: 'Meals' }],
      ['DELETE', '/envelopes/1'],
      ['POST', '/envelopes/1/restore'],
      ['POST', '/payers', { payer: 'B', amount: 1 }],
      ['PATCH', '/payers/1', { amount: 2 }],
      ['DELETE', '/payers/1'],
      ['POST', '/deposits', { amount: 1 }],
      ['POST', '/debits', { envelope_id: 0, amount: 1 }],
      ['POST', '/withdrawals', { envelope_id: 0, amount: 1 }],
      ['POST', '/moves', { from_id: 0, to_id: 1, amount: 1 }],
      ['POST', '/paydays', { payer_id: 1 }],
      ['POST', '/adjustments', { balance: 5 }],
      ['POST', '/transfers', { to_account_id: other, amount: 1 }],
      ['POST', '/batch', { commands: [{ command: 'deposit', amount: 1 }] }],
      ['POST', '/undo'],
      ['POST', '/redo'],
      ['POST', '/undo', { back_to: transaction.id }],
      ['POST', `/transactions/${transaction.id}/undo`],
      ['POST', `/transactions/${transaction.id}/redo`],
    ];
    for (const [method, path, body] of refused) {
      expect([path, await refusal(account, method, path, body)]).toMatchObject([
        path,
        { status: 409, code: 'account_closed', account_id: account.id },
      ]);
    }
    const batch = await service.api('POST', `/batches/${batch_id}/undo`, { token: owner.token });
    expect(batch).toMatchObject({ status: 409, body: { code: 'account_closed', account_id: account.id } });
    const noted = await account.done('PATCH', `/transactions/${transaction.id}`, { notes: 'The end' });
    expect(noted).toMatchObject({ notes: 'The end' });
    expect(await account.get()).toMatchObject({ state: 'closed', balance: 0 });
  });

  it('frees its name; reopening it then needs another one to let it go', async () => {
    const account = await open(0, [], { name: 'Shared name' });
    await account.done('POST', '/close');
    const heir = await open(0, [], { name: 'shared NAME' });
    expect(await refusal(account, 'POST', '/reopen')).toMatchObject({ status: 409, code: 'name_taken' });
    await heir.done('PATCH', '', { name: 'Another name' });
    expect(await account.done('POST', '/reopen')).toMatchObject({ state: 'open' });
  });

  it('is what the list of accounts can be filtered by', async () => {
    const [kept, closed] = [await open(), await open()];
    await closed.done('POST', '/close');
    const ids = async (state: string) => {
      const path = `/accounts?page_size=200&state=${state}`;
      const { body } = await service.api<PageJson<AccountJson>>('GET', path, { token: owner.token });
      return body.items.map(({ id }) => id);
    };
    expect(await ids('closed')).toContain(closed.id);
    expect(await ids('closed')).not.toContain(kept.id);
    expect(await ids('open')).toContain(kept.id);
  });
});

describe('annotating', () => {
  it('changes what is told and nothing else, and answers the row with the version', async () => {
    const account = await open(10);
    const { transaction } = await account.record('/debits', { envelope_id: 0, amount: 4 });
    const path = `/transactions/${transaction.id}`;
    const answer = await account.ask('PATCH', path, {
      description: ' Market ',
      notes: 'Line one, line two',
      tags: ['food', ' Food ', 'receipt'],
    });
    const row = {
      ...transaction,
      description: 'Market',
      notes: 'Line one, line two',
      tags: ['food', 'receipt'],
    };
    expect([answer.status, answer.body]).toEqual([200, { ...row, version: 3 }]);
    expect(answer.headers.get('etag')).toBe('"3"');
    expect(await account.done('GET', path)).toEqual(row);
    expect((await account.register('&q=line'))[0]?.id).toBe(transaction.id);
    const same = await account.ask('PATCH', path, { description: 'Market' });
    expect(same.body).toEqual({ ...row, version: 3 });
    expect(await account.done('PATCH', path, { notes: '', tags: [] })).toMatchObject({
      ...{ description: 'Market', notes: '', tags: [], version: 4 },
    });
    expect((await account.record('/undo')).transaction).toMatchObject({ role: 'undo', notes: '', tags: [] });
  });

  it('is refused for what does not stand, for a reversal, and for what is too long', async () => {
    const account = await open(10);
    const { transaction } = await account.record('/debits', { envelope_id: 0, amount: 4 });
    const path = `/transactions/${transaction.id}`;
    const wrong: [body: object, field: string][] = [
      [{ notes: 'x'.repeat(2_001) }, 'notes'],
      [{ description: 'x'.repeat(501) }, 'description'],
      [{ tags: ['x'.repeat(51)] }, 'tags'],
      [{ tags: Array.from({ length: 21 }, (_, index) => `t${index}`) }, 'tags'],
      [{ tags: [' '] }, 'tags'],
      [{ tags: 'food' }, 'tags'],
      [{ amount: 4 }, 'amount'],
    ];
    for (const [body, field] of wrong) {
      expect(await refusal(account, 'PATCH', path, body)).toMatchObject({ status: 400, errors: [{ field }] });
    }
    const undone = await account.record('/undo');
    expect(await refusal(account, 'PATCH', path, { notes: 'a' })).toMatchObject({ code: 'already_reversed' });
    const reversal = `/transactions/${undone.transaction.id}`;
    expect(await refusal(account, 'PATCH', reversal, { notes: 'a' })).toMatchObject({
      status: 409,
      code: 'not_a_money_transaction',
      root_id: transaction.id,
    });
    const missing = `/transactions/tx_${'0'.repeat(26)}`;
    expect(await refusal(account, 'PATCH', missing, { notes: 7 })).toMatchObject({ status: 404 });
  });
});

describe('adjusting', () => {
  it("makes a day's balance what it was in truth; later days come on top", async () => {
    const account = await open(100, ['Food'], { effective_on: '2026-01-01' });
    await account.record('/deposits', { amount: 50, effective_on: '2026-02-01' });
    await account.record('/debits', { envelope_id: 0, amount: 30, effective_on: '2026-03-01' });
    const adjusted = await account.record('/adjustments', { balance: 145.5, effective_on: '2026-02-15' });
    expect(adjusted).toMatchObject({ balance: 115.5, transaction: { kind: 'adjustment', amount: -4.5 } });
    const second = await account.record('/adjustments', {
      balance: 150,
      envelope_id: 1,
      effective_on: '2026-02-15',
    });
    expect(second).toMatchObject({ envelopes: [{ id: 1, balance: 4.5 }], transaction: { amount: 4.5 } });
    expect((await account.record('/undo')).transaction).toMatchObject({ kind: 'adjustment', amount: -4.5 });
  });

  it('is refused where there is nothing to do, and where an envelope would fall below 0', async () => {
    const account = await open(100, ['Food']);
    const wrong: [body: object, said: Record<string, unknown>][] = [
      [{ balance: 100 }, { status: 409, code: 'nothing_to_adjust' }],
      [
        { balance: 99, envelope_id: 1 },
        { status: 409, code: 'envelope_overdrawn' },
      ],
      [{ balance: 99, envelope_id: 9 }, { status: 404 }],
      [{ balance: 99.999 }, { status: 400, errors: [{ field: 'balance' }] }],
      [{ balance: '99' }, { status: 400, errors: [{ field: 'balance' }] }],
      [{}, { status: 400, errors: [{ field: 'balance' }] }],
    ];
    for (const [body, said] of wrong) {
      expect(await refusal(account, 'POST', '/adjustments', body)).toMatchObject(said);
    }
    expect(await account.record('/adjustments', { balance: 0 })).toMatchObject({ balance: 0 });
    await account.done('PATCH', '', { can_go_negative: true });
    expect(await account.record('/adjustments', { balance: -7.25 })).toMatchObject({ balance: -7.25 });
  });
});
