import {
  openAccount,
  type AccountClient,
  type AccountJson,
  type EnvelopeJson,
  type PageJson,
  type TransactionJson,
} from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';

let service: TestService;
let owner: SignedUp;
let account: AccountClient;
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
  account = await openAccount(service, owner, { name: 'Listed', opening_balance: 100 }, [
    'Bread',
    'apples',
    'Old',
  ]);
  await account.record('/deposits', { amount: 20, description: 'Bottle returns (10%)' });
  await account.record('/moves', { from_id: 0, to_id: 1, amount: 30 });
  await account.record('/debits', { envelope_id: 1, amount: 5.5, description: 'Bäckerei STRASSE' });
  await account.record('/paydays', { payer: 'Tax office', amount: 7 });
  await account.record('/undo');
  await account.done('DELETE', '/envelopes/3');
});
afterAll(() => service.stop());

const kindsOf = async (query: string) => {
  const page = await account.done<PageJson<TransactionJson>>('GET', `/transactions?${query}`);
  expect(page.total).toBe(page.items.length);
  return page.items.map(({ kind, role }) => (role === 'root' ? kind : `${role} of ${kind}`));
};

describe('the register', () => {
  it.each([
    ['', ['undo of payday', 'payday', 'debit', 'move', 'deposit', 'opening']],
    ['order_dir=asc', ['opening', 'deposit', 'move', 'debit', 'payday', 'undo of payday']],
    ['envelope_id=1', ['debit', 'move']],
    ['envelope_id=77', []],
    ['kind=payday', ['undo of payday', 'payday']],
    ['role=undo', ['undo of payday']],
    ['role=root&standing=true', ['debit', 'move', 'deposit', 'opening']],
    ['standing=false', ['payday']],
    ['min_amount=20', ['move', 'deposit', 'opening']],
    ['min_amount=5.5&max_amount=7', ['undo of payday', 'payday', 'debit']],
    ['max_amount=0', []],
    ['q=tax', ['undo of payday', 'payday']],
    ['q=10%25)', ['deposit']],
    ['q=b%C3%84CKEREI', ['debit']],
    ['q=nothing', []],
    ['kind=debit&q=strasse&envelope_id=1&min_amount=1', ['debit']],
  ])('?%s', async (query, kinds) => {
    expect(await kindsOf(query)).toEqual(kinds);
  });

  it('comes page by page, with an exact total', async () => {
    const first = await account.done<PageJson<TransactionJson>>('GET', '/transactions?page_size=4');
    const { items: _items, ...frame } = first;
    expect(frame).toEqual({
      ...{ page: 1, page_size: 4, total: 6, total_is_exact: true },
      next_cursor: expect.any(String) as unknown,
    });
    const second = await account.done<PageJson<TransactionJson>>('GET', '/transactions?page_size=4&page=2');
    expect([...first.items, ...second.items]).toEqual(await account.register());
    const beyond = await account.done<PageJson<TransactionJson>>('GET', '/transactions?page=3&page_size=4');
    expect([beyond.items, beyond.total]).toEqual([[], 6]);
  });
});

describe('envelopes', () => {
  const namesOf = async (query: string) => {
    const page = await account.done<PageJson<EnvelopeJson>>('GET', `/envelopes?${query}`);
    return page.items.map(({ name }) => name);
  };

  it('are listed by id, the archived ones only when asked for', async () => {
    expect(await namesOf('')).toEqual(['Available', 'Bread', 'apples']);
    expect(await namesOf('include_archived=true')).toEqual(['Available', 'Bread', 'apples', 'Old']);
    expect((await account.done<AccountJson>('GET', '')).envelopes).toHaveLength(3);
    expect((await account.get()).envelopes[3]).toEqual({ id: 3, name: 'Old', balance: 0, archived: true });
  });

  it('are ordered, searched and paged', async () => {
    expect(await namesOf('order_by=name')).toEqual(['apples', 'Available', 'Bread']);
    expect(await namesOf('order_by=balance&order_dir=desc')).toEqual(['Available', 'Bread', 'apples']);
    expect(await namesOf('q=APP')).toEqual(['apples']);
    expect(await namesOf('page=2&page_size=2')).toEqual(['apples']);
  });

  it('are renamed, archived and restored; what already is so stays, without an event', async () => {
    const own = await openAccount(service, owner, { name: 'Changing' }, ['First']);
    expect(await own.done('PATCH', '/envelopes/1', { name: 'Second' })).toEqual({
      ...{ id: 1, name: 'Second', balance: 0, archived: false },
      version: 3,
    });
    expect(await own.done('PATCH', '/envelopes/0', { name: 'To be assigned' })).toMatchObject({ version: 4 });
    expect(await own.ask('DELETE', '/envelopes/1')).toMatchObject({ status: 204, body: '' });
    expect(await own.ask('DELETE', '/envelopes/1')).toMatchObject({ status: 204 });
    const restored = await own.ask('POST', '/envelopes/1/restore');
    expect(restored).toMatchObject({ status: 200, body: { archived: false, version: 6 } });
    expect(await own.ask('POST', '/envelopes/1/restore')).toEqual({
      ...restored,
      headers: expect.anything(),
    });
    expect((await own.get()).version).toBe(6);
  });

  it('are added one by one or together, up to 500 in use', async () => {
    const own = await openAccount(service, owner, { name: 'Full' });
    const one = await own.ask('POST', '/envelopes', { name: 'One' });
    const added = { envelopes: [{ id: 1, name: 'One', balance: 0, archived: false }], version: 2 };
    expect([one.status, one.body]).toEqual([201, added]);
    const names = Array.from({ length: 498 }, (_, index) => `Envelope ${index}`);
    const many = await own.done<{ envelopes: EnvelopeJson[]; version: number }>('POST', '/envelopes', {
      names,
    });
    expect([many.envelopes.length, many.version]).toEqual([498, 500]);
    expect((await own.ask('POST', '/envelopes', { name: 'One more' })).body['code']).toBe('limit_reached');
    await own.record('/deposits', { envelope_id: 499, amount: 1 });
    expect((await own.get()).envelopes[499]).toMatchObject({ balance: 1 });
  });
});

describe('payers', () => {
  it('are added, changed, listed and removed', async () => {
    const own = await openAccount(service, owner, { name: 'Paid' }, ['Rent']);
    const acme = { payer: 'Acme', amount: 10, split: [{ envelope_id: 1, amount: 4 }] };
    const added = await own.ask('POST', '/payers', acme);
    expect([added.status, added.body]).toEqual([201, { id: 1, currency: 'USD', ...acme, version: 3 }]);
    await own.done('POST', '/payers', { payer: 'Zoo', amount: 5 });
    const changed = await own.done('PATCH', '/payers/1', { amount: 12.5, split: [] });
    expect(changed).toEqual({ id: 1, payer: 'Acme', amount: 12.5, currency: 'USD', split: [], version: 5 });
    const list = await own.done<PageJson<{ payer: string }>>('GET', '/payers?order_by=payer&order_dir=desc');
    expect(list).toMatchObject({ total: 2, items: [{ id: 2, payer: 'Zoo', split: [] }, { id: 1 }] });
    expect(await own.ask('DELETE', '/payers/1')).toMatchObject({ status: 204, body: '' });
    expect(await own.ask('DELETE', '/payers/1')).toMatchObject({ status: 404 });
    expect((await own.done<PageJson<unknown>>('GET', '/payers')).total).toBe(1);
  });
});

describe('accounts', () => {
  it('are listed by name without regard to case, filtered and searched', async () => {
    const someone = await service.signUp();
    for (const [name, account_type, currency] of [
      ['zebra', 'cash', 'USD'],
      ['Apple', 'savings', 'EUR'],
      ['mango', 'savings', 'USD'],
    ]) {
      await openAccount(service, someone, { name, account_type, currency });
    }
    const list = async (query: string) => {
      const answer = await service.api<PageJson<AccountJson>>('GET', `/accounts?${query}`, {
        token: someone.token,
      });
      expect(answer.status).toBe(200);
      return [answer.body.total, ...answer.body.items.map(({ name }) => name)];
    };
    expect(await list('')).toEqual([3, 'Apple', 'mango', 'zebra']);
    expect(await list('order_dir=desc&page_size=2')).toEqual([3, 'zebra', 'mango']);
    expect(await list('page=2&page_size=2')).toEqual([3, 'zebra']);
    expect(await list('account_type=savings')).toEqual([2, 'Apple', 'mango']);
    expect(await list('currency=USD&account_type=savings')).toEqual([1, 'mango']);
    expect(await list('q=AN')).toEqual([1, 'mango']);
  });

  it('change, and say nothing new when nothing changes', async () => {
    const own = await openAccount(service, owner, { name: 'Before', opening_balance: 1 });
    const changed = await own.ask('PATCH', '', {
      name: ' After ',
      can_go_negative: true,
      credit_limit: 50.25,
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { name: 'After', can_go_negative: true, credit_limit: 50.25, version: 2 },
    });
    expect((await own.done<AccountJson>('PATCH', '', { name: 'After' })).version).toBe(2);
    expect((await own.done<AccountJson>('PATCH', '', {})).version).toBe(2);
    expect((await own.done<AccountJson>('PATCH', '', { name: 'AFTER' })).version).toBe(3);
    expect(await own.done('PATCH', '', { can_go_negative: false })).toMatchObject({ credit_limit: null });
  });

  it('are opened with the currency, type, day and limit asked for', async () => {
    const own = await openAccount(service, owner, {
      name: 'Card',
      opening_balance: -1.125,
      currency: 'BHD',
      account_type: 'credit_card',
      can_go_negative: true,
      credit_limit: 2,
      effective_on: '2025-12-31',
    });
    expect(await own.get()).toMatchObject({
      ...{ balance: -1.125, currency: 'BHD', account_type: 'credit_card', credit_limit: 2 },
      opened_on: '2025-12-31',
    });
    expect((await own.register())[0]).toMatchObject({ kind: 'opening', effective_on: '2025-12-31' });
  });
});
