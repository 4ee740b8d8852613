import { openAccount, type AccountClient } from '../kit/ledger.js';
import { startCommandBeside } from '../kit/operator-command.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';

/** The largest amount there is, in each number of decimals that a currency may have. */
const MOST = [
  ['JPY', 999_999_999_999_999],
  ['USD', 9_999_999_999_999.99],
  ['BHD', 999_999_999_999.999],
] as const;
/** How many times the largest amount may be moved before an account has moved as much as is counted exactly. */
const TIMES = 9;

let service: TestService;
let owner: SignedUp;
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
});
afterAll(() => service.stop());

const post = (account: AccountClient, route: string, amount: number, effective_on: string) =>
  account.ask('POST', route, { envelope_id: 0, amount, effective_on });

/** An account that has moved the largest amount nine times: in on the first of January, out on the first of March. */
async function exhausted(currency: string, most: number): Promise<AccountClient> {
  const body = { name: `Huge ${currency} ${Math.random()}`, currency, effective_on: '2026-01-01' };
  const account = await openAccount(service, owner, body);
  for (let time = 0; time < TIMES; time += 1) {
    const [route, day] = time % 2 === 0 ? ['/deposits', '2026-01-01'] : ['/debits', '2026-03-01'];
    expect((await post(account, route, most, day)).status).toBe(201);
  }
  return account;
}

const balanceOn = async (account: AccountClient, day: string): Promise<unknown> => {
  const { status, body } = await account.ask('GET', `?as_of=${day}`);
  return status === 200 ? body['balance'] : body['code'];
};

describe.each(MOST)('the largest amounts of %s', (currency, most) => {
  it('are kept to the last digit, whatever is asked', async () => {
    const body = { name: `Large ${currency}`, currency, effective_on: '2026-01-01' };
    const account = await openAccount(service, owner, body);
    for (const [route, day] of [
      ['/deposits', '2026-01-10'],
      ['/debits', '2026-02-10'],
      ['/deposits', '2026-02-20'],
    ] as const) {
      expect((await post(account, route, most, day)).status).toBe(201);
    }
    const days = ['2026-01-09', '2026-01-10', '2026-02-10', '2026-02-20'];
    expect(await Promise.all(days.map((day) => balanceOn(account, day)))).toEqual([0, most, 0, most]);
    const byDay = await account.register('&order_by=effective_on&order_dir=asc');
    expect(byDay.map(({ amount, balance }) => [amount, balance])).toEqual([
      ...[[0, 0], [most, most], [-most, 0], [most, most]], // prettier-ignore
    ]);
    expect((await account.get()).balance).toBe(most);
  });

  it('are refused once sums of them would not be exact, their undo and a transfer too', async () => {
    const account = await exhausted(currency, most);
    const other = { name: `Other ${currency}`, currency };
    const { id: to_account_id } = await openAccount(service, owner, other);
    const before = await account.get();
    const codes = await codesOf(account, [
      ['/deposits', { envelope_id: 0, amount: most }],
      ['/debits', { envelope_id: 0, amount: most }],
      ['/withdrawals', { envelope_id: 0, amount: most }],
      ['/transfers', { to_account_id, amount: most }],
      ['/adjustments', { balance: 0 }],
      ['/adjustments', { balance: 0, effective_on: '2026-01-31' }],
      ['/undo', {}],
    ]);
    expect(codes).toEqual([
      ...['balance_out_of_range', 'limit_reached', 'limit_reached', 'limit_reached', 'limit_reached'],
      ...['balance_out_of_range', 'limit_reached'],
    ]);
    expect((await account.ask('POST', '/undo')).body['limit']).toBe(Number.MAX_SAFE_INTEGER);
    expect(await account.get()).toEqual(before);
  });

  it('are not shown rounded where balances by effective dates are larger', async () => {
    const account = await exhausted(currency, most);
    const shown = await Promise.all(
      ['2025-12-31', '2026-01-31', '2026-03-01'].map((day) => balanceOn(account, day)),
    );
    expect(shown).toEqual([0, 'balance_out_of_range', most]);
    const byDay = await account.ask('GET', '/transactions?order_by=effective_on');
    expect([byDay.status, byDay.body['code']]).toEqual([409, 'balance_out_of_range']);
    expect(await account.register('&order_by=recorded')).toHaveLength(TIMES + 1);
  });
});

it('leaves totals that ledger:verify finds to be exact', async () => {
  const { code, stdout } = await startCommandBeside(service, 'ledger-verify').ended;
  expect([code, stdout]).toEqual([0, expect.stringContaining('All is well')]);
});

async function codesOf(
  account: AccountClient,
  asked: readonly (readonly [route: string, body: object])[],
): Promise<unknown[]> {
  const codes: unknown[] = [];
  for (const [route, body] of asked) codes.push((await account.ask('POST', route, body)).body['code']);
  return codes;
}
