import { openAccount, type AccountClient } from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import { writingNothing } from '../kit/terms.js';
import { openTarget, wrongFields, type Refused } from './invalid-requests.js';

let service: TestService;
let owner: SignedUp;
let account: AccountClient;
let yen: AccountClient;
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
  account = await openTarget(service, owner, 'Target');
  yen = await openAccount(service, owner, { name: 'Yen', opening_balance: 100, currency: 'JPY' });
});
afterAll(() => service.stop());

const LONG = 'x'.repeat(501);

const refused = (ask: () => Promise<Refused>) =>
  writingNothing(service, async () => wrongFields(await ask()));

describe('amounts', () => {
  const wrong: [text: string, of: string][] = [
    ['1e400', 'beyond what a double holds'],
    ['-1e400', 'below what a double holds'],
    ['-0', 'negative zero'],
    ['0', 'nothing'],
    ['-1', 'negative'],
    ['1e-7', 'far too small'],
    ['0.001', 'a decimal too many'],
    ['1.0001', 'two decimals too many'],
    ['10000000000000', 'at the limit'],
    ['1e21', 'beyond the limit'],
    ['"1"', 'text'],
    ['true', 'a flag'],
    ['null', 'null'],
    ['[1]', 'a list'],
    ['{}', 'an object'],
  ];
  it.each(wrong)('%s (%s) are refused everywhere', async (text) => {
    const bodies: [path: string, body: string][] = [
      ['/deposits', `{"amount": ${text}}`],
      ['/debits', `{"envelope_id": 0, "amount": ${text}}`],
      ['/withdrawals', `{"envelope_id": 0, "amount": ${text}}`],
      ['/moves', `{"from_id": 0, "to_id": 1, "amount": ${text}}`],
      ['/paydays', `{"payer_id": 1, "amount": ${text}}`],
    ];
    for (const [path, body] of bodies) {
      const fields = await refused(() => account.ask('POST', path, body));
      expect(fields).toEqual(['amount']);
    }
    const inList = `{"postings": [{"envelope_id": 0, "amount": 1}, {"envelope_id": 1, "amount": ${text}}]}`;
    const fields = await refused(() => account.ask('POST', '/debits', inList));
    expect(fields).toEqual(['postings[1].amount']);
  });

  it('have the decimals of their currency', async () => {
    const fields = await refused(() => yen.ask('POST', '/deposits', { amount: 1.5 }));
    expect(fields).toEqual(['amount']);
    await yen.record('/deposits', { amount: 1 });
    expect(await yen.balances()).toEqual({ Available: 101, balance: 101 });
  });

  it('are exact: 0.1 and 0.2 make 0.3', async () => {
    const exact = await openAccount(service, owner, { name: 'Exact' });
    await exact.record('/deposits', { amount: 0.1 });
    await exact.record('/deposits', { amount: 0.2 });
    expect(await exact.balances()).toEqual({ Available: 0.3, balance: 0.3 });
  });

  it('that are wrong are all named at once', async () => {
    const postings = [
      { envelope_id: 0, amount: 1.005 },
      { envelope_id: 1, amount: 2 },
      { envelope_id: 2, amount: 3.001 },
    ];
    const fields = await refused(() => account.ask('POST', '/debits', { postings }));
    expect(fields).toEqual(['postings[0].amount', 'postings[2].amount']);
  });
});

describe('other fields', () => {
  const wrong: [what: string, method: string, path: string, body: unknown, field: string][] = [
    ['an envelope id with decimals', 'POST', '/deposits', { envelope_id: 0.5, amount: 1 }, 'envelope_id'],
    ['a negative envelope id', 'POST', '/deposits', { envelope_id: -1, amount: 1 }, 'envelope_id'],
    ['an envelope id as text', 'POST', '/deposits', { envelope_id: '0', amount: 1 }, 'envelope_id'],
    ['no envelope id', 'POST', '/debits', { amount: 1 }, 'envelope_id'],
    ['no amount', 'POST', '/deposits', {}, 'amount'],
    [
      'both forms of a debit',
      'POST',
      '/debits',
      { envelope_id: 0, postings: [{ envelope_id: 0, amount: 1 }] },
      'envelope_id',
    ],
    ['an empty list of postings', 'POST', '/debits', { postings: [] }, 'postings'],
    ['a move onto itself', 'POST', '/moves', { from_id: 1, to_id: 1, amount: 1 }, 'to_id'],
    [
      'a day that does not exist',
      'POST',
      '/deposits',
      { amount: 1, effective_on: '2026-02-30' },
      'effective_on',
    ],
    [
      'a day with a time',
      'POST',
      '/deposits',
      { amount: 1, effective_on: '2026-02-03T00:00:00Z' },
      'effective_on',
    ],
    ['a long description', 'POST', '/deposits', { amount: 1, description: LONG }, 'description'],
    ['a control character', 'POST', '/deposits', { amount: 1, description: 'a\u0000b' }, 'description'],
    ['half a surrogate pair', 'POST', '/envelopes', { name: 'a\ud800' }, 'name'],
    ['a blank name', 'POST', '/envelopes', { name: ' \u200b ' }, 'name'],
    ['a long name', 'POST', '/envelopes', { name: 'x'.repeat(101) }, 'name'],
    ['neither name nor names', 'POST', '/envelopes', {}, 'name'],
    ['both name and names', 'POST', '/envelopes', { name: 'A', names: ['B'] }, 'names'],
    ['an empty list of names', 'POST', '/envelopes', { names: [] }, 'names'],
    ['pay from nobody', 'POST', '/paydays', { amount: 1 }, 'payer'],
    ['pay without an amount', 'POST', '/paydays', { payer: 'A' }, 'amount'],
    ['pay from two', 'POST', '/paydays', { payer_id: 1, payer: 'A' }, 'payer'],
    ['a payer without pay', 'POST', '/payers', { payer: 'A' }, 'amount'],
    ['a credit limit without leave to go negative', 'PATCH', '', { credit_limit: 5 }, 'credit_limit'],
    ['a day for an undo', 'POST', '/undo', { effective_on: '2026-01-01' }, 'effective_on'],
    ['a body for a restore', 'POST', '/envelopes/1/restore', { name: 'A' }, 'name'],
  ];
  it.each(wrong)('%s', async (_, method, path, body, field) => {
    const fields = await refused(() => account.ask(method, path, body));
    expect(fields).toContain(field);
  });

  it('of a new account', async () => {
    const bodies: [body: Record<string, unknown>, field: string][] = [
      [{}, 'name'],
      [{ name: { $gt: '' } }, 'name'],
      [{ name: 'A', opening_balance: '1' }, 'opening_balance'],
      [{ name: 'A', opening_balance: 1.005 }, 'opening_balance'],
      [{ name: 'A', currency: 'usd' }, 'currency'],
      [{ name: 'A', currency: 'XXX' }, 'currency'],
      [{ name: 'A', account_type: 'piggy' }, 'account_type'],
      [{ name: 'A', can_go_negative: 'yes' }, 'can_go_negative'],
      [{ name: 'A', credit_limit: 5 }, 'credit_limit'],
      [{ name: 'A', effective_on: 'today' }, 'effective_on'],
      [{ name: 'A', household_id: 'hh_1' }, 'household_id'],
    ];
    for (const [body, field] of bodies) {
      const fields = await refused(() => service.api('POST', '/accounts', { token: owner.token, body }));
      expect(fields).toContain(field);
    }
  });
});

describe('what is said of a list', () => {
  const item = { envelope_id: 0, amount: 1 };
  const wrong: [what: string, path: string, list: unknown, field: string, message: string][] = [
    ['an object', '/debits', {}, 'postings', 'must be a list'],
    ['an item alone', '/debits', item, 'postings', 'must be a list'],
    ['a text', '/debits', 'all', 'postings', 'must be a list'],
    ['null', '/debits', null, 'postings', 'must be a list'],
    ['no item', '/debits', [], 'postings', 'must have 1 to 1000 items'],
    ['too many', '/debits', Array(1_001).fill(item), 'postings', 'must have 1 to 1000 items'],
    ['too many wrong ones', '/debits', Array(1_001).fill({}), 'postings', 'must have 1 to 1000 items'],
    ['a text in it', '/debits', [item, 'all'], 'postings[1]', 'must hold objects'],
    ['a wrong item', '/debits', [{ ...item, amount: '1' }], 'postings[0].amount', 'must be a number'],
    ['a split as an object', '/paydays', {}, 'split', 'must be a list'],
    ['names as an object', '/envelopes', {}, 'names', 'must be a list'],
  ];
  const LIST_OF: Readonly<Record<string, string>> = {
    '/debits': 'postings',
    '/paydays': 'split',
    '/envelopes': 'names',
  };
  it.each(wrong)('%s', async (_, path, list, field, message) => {
    const answer = await account.ask('POST', path, { [LIST_OF[path] ?? '']: list });
    expect(answer.body.errors).toEqual([{ field, message }]);
  });
});

describe('query parameters', () => {
  it.each([
    'colour=green',
    'page=0',
    'page=1.5',
    'page=-1',
    'page_size=0',
    'page_size=201',
    'order_by=balance',
    'order_by=_id',
    'order_dir=up',
    'kind=gift',
    'role=branch',
    'standing=yes',
    'envelope_id=one',
    'envelope_id[$gt]=0',
    'min_amount=-1',
    'min_amount=1e3',
    'max_amount=1.005',
    'kind=debit&kind=deposit',
    'dry_run=true',
    'from=2026-02-30',
  ])('?%s is refused by the register', async (query) => {
    await refused(() => account.ask('GET', `/transactions?${query}`));
  });

  it('that a route does not know are refused', async () => {
    await refused(() => account.ask('POST', '/deposits?dry_run=maybe', { amount: 1 }));
    await refused(() => account.ask('POST', '/deposits?dry_run=true&dry_run=true', { amount: 1 }));
    await refused(() => account.ask('POST', '/envelopes?dry_run=true', { name: 'Dry' }));
    await refused(() => account.ask('GET', '?as_of=today'));
    await refused(() => account.ask('POST', '/undo?whole_batch=yes'));
    await refused(() => account.ask('POST', '/deposits?whole_batch=true', { amount: 1 }));
    await refused(() => account.ask('GET', '?include_archived=1'));
  });

  it('are searched for as they stand', async () => {
    for (const text of ['.*', '^', '(', '[a', '\\', '$where']) {
      const answer = await account.ask('GET', `/transactions?q=${encodeURIComponent(text)}`);
      expect([answer.status, answer.body.total]).toEqual([200, 0]);
    }
  });
});
