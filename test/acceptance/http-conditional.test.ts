import {
  openAccount,
  type AccountClient,
  type AccountJson,
  type MoneyJson,
  type PageJson,
} from '../kit/ledger.js';
import { startService, type Answer, type SignedUp, type TestService } from '../kit/service.js';

let service: TestService;
let owner: SignedUp;
let account: AccountClient;
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
  account = await openAccount(service, owner, { name: 'Versioned', opening_balance: 100 }, ['Food']);
});
afterAll(() => service.stop());

const send = (method: string, path: string, body: unknown, match?: string) =>
  service.api(method, `/accounts/${account.id}${path}`, {
    token: owner.token,
    body,
    headers: match === undefined ? {} : { 'if-match': match },
  });
const version = async () => (await account.get()).version;

describe('ETag', () => {
  it('is the version that the answer carries', async () => {
    const opened = await service.api<AccountJson>('POST', '/accounts', {
      token: owner.token,
      body: { name: 'Tagged' },
    });
    expect(opened.headers.get('etag')).toBe('"1"');
    const money = await send('POST', '/deposits', { amount: 1 });
    expect(money.headers.get('etag')).toBe(`"${String(money.body['version'])}"`);
    const read = await send('GET', '', undefined);
    expect(read.headers.get('etag')).toBe(money.headers.get('etag'));
    for (const [method, path, body] of [
      ['PATCH', '', { name: 'Versioned anew' }],
      ['POST', '/envelopes', { name: 'Rent' }],
      ['PATCH', '/envelopes/1', { name: 'Meals' }],
      ['POST', '/payers', { payer: 'Acme', amount: 1 }],
      ['POST', '/undo', {}],
    ] as const) {
      const answer = await send(method, path, body);
      expect([path, answer.headers.get('etag')]).toEqual([path, `"${await version()}"`]);
    }
  });

  it('is the version that a change leaves whose answer has no body, and comes again with it', async () => {
    await account.done('POST', '/envelopes', { name: 'Not for long' });
    await account.done('POST', '/payers', { payer: 'Not for long', amount: 1 });
    const { envelopes } = await account.get();
    const payers = await account.done<PageJson<{ id: number }>>('GET', '/payers?order_by=id&order_dir=desc');
    for (const path of [`/envelopes/${envelopes.at(-1)?.id ?? ''}`, `/payers/${payers.items[0]?.id ?? ''}`]) {
      const before = await version();
      const answers: Answer[] = [];
      for (let time = 0; time < 2; time += 1) {
        answers.push(
          await service.api('DELETE', `/accounts/${account.id}${path}`, {
            ...{ token: owner.token, headers: { 'idempotency-key': `removing ${path}` } },
          }),
        );
        await account.record('/deposits', { amount: 1 });
      }
      const said = answers.map(({ status, headers, body }) => [status, headers.get('etag'), body]);
      expect(said).toEqual(Array(2).fill([204, `"${before + 1}"`, '']));
      expect(answers[1]?.headers.get('idempotency-hit')).toBe('true');
    }
    const path = `/envelopes/${envelopes.at(-1)?.id ?? ''}`;
    expect((await send('DELETE', path, undefined)).headers.get('etag')).toBe(`"${await version()}"`);
  });

  it('is missing where there is no one version', async () => {
    for (const path of ['/transactions', '/envelopes', '/payers']) {
      expect((await send('GET', path, undefined)).headers.get('etag')).toBeNull();
    }
    expect((await send('POST', '/debits', {})).headers.get('etag')).toBeNull();
  });
});

describe('If-Match', () => {
  it.each([
    ['POST', '/deposits', { amount: 1 }],
    ['POST', '/undo', {}],
    ['PATCH', '', { can_go_negative: false }],
    ['POST', '/envelopes', { name: 'One more' }],
    ['PATCH', '/envelopes/1', { name: 'Renamed' }],
    ['DELETE', '/envelopes/1', undefined],
    ['POST', '/payers', { payer: 'Zoo', amount: 1 }],
  ])('that is of an older version refuses %s %s, and writes nothing', async (method, path, body) => {
    const now = await version();
    const answer = await send(method, path, body, `"${now - 1}"`);
    expect(answer).toMatchObject({ status: 412, body: { code: 'version_conflict', version: now } });
    expect(await version()).toBe(now);
  });

  it('lets a change be made on the version that it names', async () => {
    for (const match of [(now: number) => `"${now}"`, () => '*', (now: number) => `"1", "${now}"`]) {
      const now = await version();
      const answer = await send('POST', '/deposits', { amount: 1 }, match(now));
      expect([answer.status, answer.body['version']]).toEqual([201, now + 1]);
      expect((await send('POST', '/deposits', { amount: 1 }, `W/"${now + 1}"`)).status).toBe(412);
    }
  });

  it('lets one of twenty at once be made', async () => {
    const now = await version();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send('POST', '/deposits', { amount: 1 }, `"${now}"`)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...new Array<number>(19).fill(412)]);
    expect(await version()).toBe(now + 1);
  });

  it.each(['7', '"7', '', '"7" "8"', '"7", *'])('that is malformed is 400: %j', async (match) => {
    const answer = await send('POST', '/deposits', { amount: 1 }, match);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'If-Match' }] } });
  });

  it('comes after 404 of the path and 400, before 409', async () => {
    const stale = '"1"';
    expect((await send('POST', '/debits', { envelope_id: 1, amount: -1 }, stale)).status).toBe(400);
    expect((await send('POST', '/debits', { envelope_id: 1, amount: 10_000 }, stale)).status).toBe(412);
    const other = { token: owner.token, body: { amount: 1 }, headers: { 'if-match': '7' } };
    const missing = `${account.id.slice(0, -4)}0000`;
    expect((await service.api('POST', `/accounts/${missing}/deposits`, other)).status).toBe(404);
  });

  it('means nothing for reading', async () => {
    expect((await send('GET', '', undefined, 'nonsense')).status).toBe(200);
  });

  it('is checked against what the answer showed', async () => {
    const { version: now } = await account.record('/deposits', { amount: 2 });
    const { body } = await send('POST', '/undo', {}, `"${now}"`);
    expect((body as unknown as MoneyJson).transaction).toMatchObject({ kind: 'deposit', role: 'undo' });
  });
});
