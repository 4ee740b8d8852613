import { openAccount, storedState, type AccountClient, type AccountJson } from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import { openUsedAccount, type UsedAccount } from './used-account.js';

let service: TestService;
let owner: SignedUp;
let account: AccountClient;
let filled: UsedAccount['filled'];
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
  ({ account, filled } = await openUsedAccount(service, owner));
  await openAccount(service, owner, { name: 'Second', opening_balance: 0 });
});
afterAll(() => service.stop());

const HUGE = 9_999_999_999_999.99;

type Refused = [what: string, code: string, method: string, path: string, body?: unknown];

const OVERDRAWN = 'envelope_overdrawn';
const RULES: Refused[] = [
  ['more than an envelope holds', OVERDRAWN, 'POST', '/debits', { envelope_id: 1, amount: 40.01 }],
  [
    'a posting of several that does not fit',
    OVERDRAWN,
    'POST',
    '/debits',
    {
      postings: [
        { envelope_id: 0, amount: 1 },
        { envelope_id: 1, amount: 41 },
      ],
    },
  ],
  [
    'one envelope named twice, too much in sum',
    OVERDRAWN,
    'POST',
    '/debits',
    {
      postings: [
        { envelope_id: 1, amount: 25 },
        { envelope_id: 1, amount: 25 },
      ],
    },
  ],
  ['more cash than there is', OVERDRAWN, 'POST', '/withdrawals', { envelope_id: 0, amount: 100.01 }],
  ['a move beyond its source', OVERDRAWN, 'POST', '/moves', { from_id: 1, to_id: 0, amount: 41 }],
  [
    'a deposit into an archived envelope',
    'envelope_archived',
    'POST',
    '/deposits',
    { envelope_id: 2, amount: 1 },
  ],
  [
    'a debit from an archived envelope',
    'envelope_archived',
    'POST',
    '/debits',
    { envelope_id: 2, amount: 1 },
  ],
  [
    'a move into an archived envelope',
    'envelope_archived',
    'POST',
    '/moves',
    { from_id: 0, to_id: 2, amount: 1 },
  ],
  [
    'pay into an archived envelope',
    'envelope_archived',
    'POST',
    '/paydays',
    { payer: 'A', amount: 5, split: [{ envelope_id: 2, amount: 1 }] },
  ],
  [
    'a split beyond the pay',
    'split_exceeds_amount',
    'POST',
    '/paydays',
    { payer: 'A', amount: 5, split: [{ envelope_id: 1, amount: 5.01 }] },
  ],
  [
    "a payer's split beyond a smaller pay",
    'split_exceeds_amount',
    'POST',
    '/paydays',
    { payer_id: 1, amount: 9 },
  ],
  [
    "a payer's split beyond its pay",
    'split_exceeds_amount',
    'POST',
    '/payers',
    { payer: 'B', amount: 1, split: [{ envelope_id: 1, amount: 1.01 }] },
  ],
  ['a smaller pay than the split', 'split_exceeds_amount', 'PATCH', '/payers/1', { amount: 9 }],
  ['a balance out of range', 'balance_out_of_range', 'POST', '/deposits', { amount: HUGE }],
  ["another envelope's name", 'name_taken', 'POST', '/envelopes', { name: ' GROCERIES ' }],
  ['one name twice', 'name_taken', 'POST', '/envelopes', { names: ['New', 'new'] }],
  ["a rename to another envelope's name", 'name_taken', 'PATCH', '/envelopes/0', { name: 'groceries' }],
  ["another account's name", 'name_taken', 'PATCH', '', { name: 'second' }],
  ['archiving an envelope that holds money', 'envelope_not_empty', 'DELETE', '/envelopes/1'],
  ['archiving Available', 'available_cannot_be_archived', 'DELETE', '/envelopes/0'],
  ['too many envelopes', 'limit_reached', 'POST', '/envelopes', { names: names(499) }],
  ['undoing the opening', 'opening_cannot_be_undone', 'POST', '/transactions/{opening}/undo'],
  ['undoing twice', 'already_reversed', 'POST', '/transactions/{debit}/undo'],
  ['undoing an undo', 'not_a_money_transaction', 'POST', '/transactions/{undo}/undo'],
];

const MISSING = 'not_found';
const ABSENT: Refused[] = [
  ['an unknown envelope to debit', MISSING, 'POST', '/debits', { envelope_id: 77, amount: 1 }],
  ['an unknown envelope to fill', MISSING, 'POST', '/deposits', { envelope_id: 77, amount: 1 }],
  [
    'an unknown envelope among postings',
    MISSING,
    'POST',
    '/debits',
    { postings: [{ envelope_id: 9, amount: 1 }] },
  ],
  ['an unknown source', MISSING, 'POST', '/moves', { from_id: 77, to_id: 0, amount: 1 }],
  ['an unknown target', MISSING, 'POST', '/moves', { from_id: 0, to_id: 77, amount: 1 }],
  ['an unknown payer to be paid by', MISSING, 'POST', '/paydays', { payer_id: 9 }],
  [
    'an unknown envelope in a split',
    MISSING,
    'POST',
    '/payers',
    { payer: 'B', amount: 1, split: [{ envelope_id: 77, amount: 1 }] },
  ],
  ['an unknown envelope in the path', MISSING, 'PATCH', '/envelopes/77', { name: 'X' }],
  ['an unknown envelope, before an invalid body', MISSING, 'PATCH', '/envelopes/77', { name: 7 }],
  ['no envelope id in the path', MISSING, 'PATCH', '/envelopes/one', { name: 'X' }],
  ['no envelope id in the path of a restore', MISSING, 'POST', '/envelopes/1.5/restore'],
  ['an unknown payer in the path', MISSING, 'PATCH', '/payers/77', { amount: 1 }],
  ['an unknown payer to remove', MISSING, 'DELETE', '/payers/77'],
  ['a malformed transaction id', MISSING, 'POST', '/transactions/tx_1/undo'],
  ['an unknown transaction', MISSING, 'POST', `/transactions/tx_${'0'.repeat(26)}/undo`],
  ['an unknown transaction to read', MISSING, 'GET', `/transactions/tx_${'0'.repeat(26)}`],
];

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `Envelope ${index}`);
}

describe('refused, with nothing written', () => {
  it.each([...RULES, ...ABSENT])('%s: %s', async (...refused) => {
    const [, code, method, path, body] = refused;
    const before = await storedState(service);
    const answer = await account.ask(method, filled(path), body);
    expect(answer.body).toMatchObject({ code, status: code === MISSING ? 404 : 409 });
    expect(answer.status).toBe(code === MISSING ? 404 : 409);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await storedState(service)).toEqual(before);
  });

  it('an account with a taken name, or below 0', async () => {
    const before = await storedState(service);
    const open = (body: object) => service.api('POST', '/accounts', { token: owner.token, body });
    expect(await open({ name: ' household ' })).toMatchObject({ status: 409, body: { code: 'name_taken' } });
    const below = await open({ name: 'Below', opening_balance: -10 });
    expect(below).toMatchObject({ status: 409, body: { code: 'envelope_overdrawn' } });
    const beyond = await open({ name: 'B', opening_balance: -10, can_go_negative: true, credit_limit: 9.99 });
    expect(beyond).toMatchObject({ status: 409, body: { code: 'credit_limit_exceeded' } });
    expect(await storedState(service)).toEqual(before);
  });
});

describe('a refusal says', () => {
  it('which envelopes are short by how much, in major units', async () => {
    const { body } = await account.ask('POST', '/debits', {
      postings: [
        { envelope_id: 1, amount: 40.1 },
        { envelope_id: 0, amount: 100.01 },
      ],
    });
    expect(body).toMatchObject({
      code: 'envelope_overdrawn',
      account_id: account.id,
      instance: `/accounts/${account.id}/debits`,
      envelopes: [
        { id: 1, name: 'Groceries', short_by: 0.1 },
        { id: 0, name: 'Available', short_by: 0.01 },
      ],
    });
  });

  it('which transaction an undo belongs to', async () => {
    const { body } = await account.ask('POST', filled('/transactions/{undo}/undo'));
    expect(body).toMatchObject({ code: 'not_a_money_transaction', root_id: filled('{debit}') });
  });

  it('which payers still pay into an envelope', async () => {
    const other = await openAccount(service, owner, { name: 'Split' }, ['Rent']);
    await other.done('POST', '/payers', { payer: 'A', amount: 1, split: [{ envelope_id: 1, amount: 1 }] });
    const { status, body } = await other.ask('DELETE', '/envelopes/1');
    expect([status, body]).toMatchObject([409, { code: 'envelope_in_split', payer_ids: [1] }]);
  });

  it('that the credit limit is reached, or that something is below 0', async () => {
    const card = await openAccount(service, owner, { name: 'Card', can_go_negative: true, credit_limit: 50 });
    await card.record('/debits', { envelope_id: 0, amount: 50 });
    const beyond = await card.ask('POST', '/debits', { envelope_id: 0, amount: 0.01 });
    expect(beyond).toMatchObject({
      status: 409,
      body: { code: 'credit_limit_exceeded', account_id: card.id },
    });
    const off = await card.ask('PATCH', '', { can_go_negative: false });
    expect(off).toMatchObject({ status: 409, body: { code: 'envelope_overdrawn' } });
    const move = await card.ask('POST', '/moves', { from_id: 0, to_id: 1, amount: 1 });
    expect(move).toMatchObject({ status: 404 });
    const opened = await card.done<AccountJson>('PATCH', '', { credit_limit: null });
    expect(opened).toMatchObject({ can_go_negative: true, credit_limit: null, balance: -50 });
  });

  it('when an undo would overdraw', async () => {
    const other = await openAccount(service, owner, { name: 'Overdrawing' });
    const { transaction } = await other.record('/deposits', { amount: 10 });
    await other.record('/debits', { envelope_id: 0, amount: 4 });
    const refused = await other.ask('POST', `/transactions/${transaction.id}/undo`);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'envelope_overdrawn', envelopes: [{ id: 0, name: 'Available', short_by: 4 }] },
    });
  });
});
