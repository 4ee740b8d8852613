import { AccountClient, openAccount, storedState, type AccountJson } from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import { openUsedAccount, type UsedAccount } from './used-account.js';

let service: TestService;
let stranger: SignedUp;
let account: AccountClient;
let filled: UsedAccount['filled'];
let foreign: AccountClient;
beforeAll(async () => {
  service = await startService();
  ({ account, filled } = await openUsedAccount(service, await service.signUp()));
  stranger = await service.signUp();
  foreign = await openAccount(service, stranger, { name: 'Household', opening_balance: 1 }, ['Groceries']);
});
afterAll(() => service.stop());

describe("another household's account", () => {
  const asStranger = () => new AccountClient(service, stranger, account.id);
  const requests: [method: string, path: string, body?: unknown][] = [
    ['GET', ''],
    ['PATCH', '', { name: 'Mine' }],
    ['PATCH', '', { nonsense: true }],
    ['GET', '/envelopes'],
    ['POST', '/envelopes', { name: 'X' }],
    ['PATCH', '/envelopes/0', { name: 'X' }],
    ['DELETE', '/envelopes/1'],
    ['POST', '/envelopes/2/restore'],
    ['GET', '/payers'],
    ['POST', '/payers', { payer: 'X', amount: 1 }],
    ['PATCH', '/payers/1', { amount: 1 }],
    ['DELETE', '/payers/1'],
    ['POST', '/deposits', { amount: 1 }],
    ['POST', '/deposits', { amount: 'invalid' }],
    ['POST', '/debits', { envelope_id: 0, amount: 1 }],
    ['POST', '/withdrawals', { envelope_id: 0, amount: 1 }],
    ['POST', '/moves', { from_id: 0, to_id: 1, amount: 1 }],
    ['POST', '/paydays', { payer_id: 1 }],
    ['POST', '/undo'],
    ['POST', '/transactions/{debit}/undo'],
    ['GET', '/transactions'],
    ['GET', '/transactions?nonsense=1'],
    ['GET', '/transactions/{debit}'],
  ];

  it.each(requests)('%s %s is missing in the same words as one that never was', async (...request) => {
    const [method, path, body] = request;
    const before = await storedState(service);
    const theirs = await asStranger().ask(method, filled(path), body);
    const never = new AccountClient(service, stranger, `acc_${'0'.repeat(26)}`);
    const nobodys = await never.ask(method, filled(path), body);
    expect([theirs.status, nobodys.status]).toEqual([404, 404]);
    const { instance: _theirs, ...theirWords } = theirs.body;
    const { instance: _nobodys, ...words } = nobodys.body;
    expect(theirWords).toEqual(words);
    expect(await storedState(service)).toEqual(before);
  });

  it('is in no list, and its transactions are in no other account', async () => {
    const list = await service.api<{ items: AccountJson[] }>('GET', '/accounts', { token: stranger.token });
    expect(list.body.items.map(({ id }) => id)).toEqual([foreign.id]);
    const elsewhere = await foreign.ask('POST', filled('/transactions/{debit}/undo'));
    expect(elsewhere).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

it('asks for a token before anything else', async () => {
  const answers = await Promise.all([
    service.api('GET', `/accounts/${account.id}`),
    service.api('POST', '/accounts', { body: { nonsense: true } }),
    service.api('POST', '/accounts/none/deposits', { body: {} }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
});
