import { openAccount } from '../kit/ledger.js';
import { filled, MISSING, operationsOf, type Ids, type Walked } from '../kit/operations.js';
import { schemaFaults, type Schema } from '../kit/schema-check.js';
import { startService, uniqueName, type Answer, type SignedUp, type TestService } from '../kit/service.js';

interface Response {
  readonly content?: Readonly<
    Record<string, { readonly schema: Schema; readonly examples?: Readonly<Record<string, unknown>> }>
  >;
  readonly headers?: Readonly<Record<string, unknown>>;
}

let service: TestService;
let owner: SignedUp;
let operations: Walked[];
let schemas: Record<string, Schema>;
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
  ({ operations, schemas } = await operationsOf(service));
  // Events have fields of their own beside those that all have.
  schemas['EventView'] = { ...schemas['EventView'], additionalProperties: true };
});
afterAll(() => service.stop());

/** Headers that say something of an answer. */
const TELLING = ['etag', 'location', 'idempotency-hit', 'retry-after', 'www-authenticate'];

/** What the description of an operation does not say of an answer. */
function untold({ operation }: Walked, { status, headers, body }: Answer<unknown>): string[] {
  const { responses } = operation as unknown as { responses: Readonly<Record<string, Response>> };
  const told = responses[String(status)];
  if (!told) return [`status ${status}`];
  const named = new Set(Object.keys(told.headers ?? {}).map((name) => name.toLowerCase()));
  const silent = TELLING.filter((name) => headers.has(name) && !named.has(name)).map(
    (name) => `header ${name}`,
  );
  if (headers.get('content-type') === null) return silent;
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  const media = told.content?.[type];
  if (!media) return [...silent, `type ${type}`];
  if (type.startsWith('text/')) return silent;
  const { code } = body as { code?: string };
  const codes =
    status < 400 || Object.hasOwn(media.examples ?? {}, String(code)) ? [] : [`code ${String(code)}`];
  return [...silent, ...codes, ...schemaFaults(body, media.schema, schemas)];
}

/** Asks one operation, and holds the answer against its description. */
async function ask(name: string, ids: Ids, more: object = {}, query = ''): Promise<Answer> {
  const operation = operations.find((each) => each.name === name);
  if (!operation) throw new Error(`No such operation: ${name}`);
  const answer = await service.api(operation.method, `${filled(operation.path, ids)}${query}`, {
    token: owner.token,
    ...more,
  });
  expect([name, query, answer.status, untold(operation, answer)]).toEqual([name, query, answer.status, []]);
  return answer;
}

/** What each route is asked for, in this order, so that all of it succeeds. */
type Step = readonly [name: string, body?: object | undefined, query?: string];

const IN_ACCOUNT = '/accounts/{account_id}';
const MONEY: readonly Step[] = [
  [`POST ${IN_ACCOUNT}/deposits`, { amount: 5 }],
  [`POST ${IN_ACCOUNT}/debits`, { postings: [{ envelope_id: 0, amount: 1 }] }],
  [`POST ${IN_ACCOUNT}/withdrawals`, { envelope_id: 0, amount: 1 }],
  [`POST ${IN_ACCOUNT}/moves`, { from_id: 0, to_id: 1, amount: 1 }],
  [`POST ${IN_ACCOUNT}/paydays`, { payer_id: 1, description: 'May' }],
  [`POST ${IN_ACCOUNT}/adjustments`, { balance: 500 }],
  [`POST ${IN_ACCOUNT}/transfers`, { to_account_id: ':other', amount: 1 }],
  [`POST ${IN_ACCOUNT}/undo`, {}],
  [`POST ${IN_ACCOUNT}/redo`, {}],
  [`POST ${IN_ACCOUNT}/undo`, {}, '?whole_batch=true'],
  [`POST ${IN_ACCOUNT}/redo`, {}, '?whole_batch=true'],
  [`POST ${IN_ACCOUNT}/undo`, { back_to: ':tx' }],
  [`POST ${IN_ACCOUNT}/transactions/{tx_id}/undo`, {}],
  [`POST ${IN_ACCOUNT}/transactions/{tx_id}/redo`, {}],
  [`POST ${IN_ACCOUNT}/batch`, { commands: [{ command: 'deposit', amount: 1 }, { command: 'payday', payer: 'May', amount: 2 }] }], // prettier-ignore
  ['POST /batches/{batch_id}/undo', {}],
  ['POST /batches/{batch_id}/redo', {}],
];
const OTHERS: readonly Step[] = [
  ['GET /users/exists/{username}'],
  ['GET /users/me'],
  ['PATCH /users/me', { full_name: 'Rosa' }],
  ['GET /accounts'],
  [`GET ${IN_ACCOUNT}`, undefined, '?as_of=2026-01-31&include_archived=true'],
  [`PATCH ${IN_ACCOUNT}`, { can_go_negative: true, credit_limit: 5 }],
  [`POST ${IN_ACCOUNT}/envelopes`, { names: ['Rent', 'Fun'] }],
  [`GET ${IN_ACCOUNT}/envelopes`],
  [`PATCH ${IN_ACCOUNT}/envelopes/{envelope_id}`, { name: 'Meals' }],
  [`POST ${IN_ACCOUNT}/payers`, { payer: 'Work', amount: 7, split: [{ envelope_id: 0, amount: 1 }] }],
  [`GET ${IN_ACCOUNT}/payers`],
  [`PATCH ${IN_ACCOUNT}/payers/{payer_id}`, { amount: 9 }],
  [`GET ${IN_ACCOUNT}/transactions`],
  [`GET ${IN_ACCOUNT}/transactions`, undefined, '?order_by=effective_on&kind=payday&q=a&page_size=1'],
  [`GET ${IN_ACCOUNT}/transactions/{tx_id}`],
  [`PATCH ${IN_ACCOUNT}/transactions/{tx_id}`, { notes: 'n', tags: ['a'] }],
  [`GET ${IN_ACCOUNT}/envelopes/{envelope_id}/transactions`],
  [`GET ${IN_ACCOUNT}/events`],
  [`GET ${IN_ACCOUNT}/verify`],
  ['GET /health/live'],
  ['GET /health/ready'],
  ['GET /metrics'],
  // What they empty, archive and close is another account.
  [`DELETE ${IN_ACCOUNT}/payers/{payer_id}`],
  [`DELETE ${IN_ACCOUNT}/envelopes/{envelope_id}`],
  [`POST ${IN_ACCOUNT}/envelopes/{envelope_id}/restore`],
  [`POST ${IN_ACCOUNT}/close`],
  [`POST ${IN_ACCOUNT}/reopen`],
];

const succeeded = new Set<string>();

/** Takes steps one by one, each with an idempotency key, twice, and with a wrong `If-Match`, where it takes them. */
async function take(steps: readonly Step[], ids: Ids, other: string): Promise<void> {
  for (const [name, body, query = ''] of steps) {
    const text = JSON.stringify(body ?? {})
      .replaceAll(':other', other)
      .replaceAll(':tx', ids['tx_id'] ?? '');
    const sent = body === undefined ? {} : { body: text };
    const parameters = operations.find((each) => each.name === name)?.operation.parameters;
    if (parameters?.some((parameter) => parameter.name === 'dry_run')) {
      const rehearsed = await ask(name, ids, sent, `${query === '' ? '?' : `${query}&`}dry_run=true`);
      expect([name, rehearsed.status]).toEqual([name, 200]);
    }
    if (!name.startsWith('GET')) {
      expect((await ask(name, ids, { ...sent, headers: { 'if-match': '"9999"' } }, query)).status).toBe(412);
    }
    const keyed = { ...sent, headers: { 'idempotency-key': uniqueName('key') } };
    expect([name, (await ask(name, ids, keyed, query)).status < 300]).toEqual([name, true]);
    await ask(name, ids, keyed, query);
    succeeded.add(name);
  }
}

describe('what the service answers', () => {
  it('is described: every status, header, code and body, of what succeeds', async () => {
    const account = await openAccount(service, owner, { name: 'Told', opening_balance: 100 }, ['Food']);
    const other = await openAccount(service, owner, { name: 'Other' }, ['Old']);
    for (const each of [account, other]) await each.done('POST', '/payers', { payer: 'Acme', amount: 10 });
    const batch = await account.done<{ batch_id: string; transactions: { id: string }[] }>('POST', '/batch', {
      commands: [{ command: 'deposit', amount: 3 }],
    });
    const { batch_id } = batch;
    const ids = {
      ...{ account_id: account.id, tx_id: batch.transactions[0]?.id ?? '', batch_id },
      ...{ envelope_id: '1', payer_id: '1', username: 'nobody' },
    };
    await take(MONEY, ids, other.id);
    await take(OTHERS.slice(0, -5), ids, other.id);
    const emptied = await openAccount(service, owner, { name: 'Emptied' }, ['Old']);
    await emptied.done('POST', '/payers', { payer: 'Acme', amount: 10 });
    await take(OTHERS.slice(-5), { ...ids, account_id: emptied.id }, other.id);
    const key = { 'idempotency-key': uniqueName('key') };
    for (const name of ['Opened', 'Opened']) {
      expect((await ask('POST /accounts', ids, { body: { name }, headers: key })).status).toBe(201);
    }
  });

  it('is described of users and their tokens', async () => {
    const [username, password] = [uniqueName(), 'correct horse battery'];
    const body = { username, email: `${username}@example.org`, password };
    expect((await ask('POST /users/signup', {}, { body })).status).toBe(201);
    const form = { grant_type: 'password', username, password };
    const { body: pair } = await ask('POST /token', {}, { form });
    const { refresh_token } = pair;
    expect((await ask('POST /token/refresh', {}, { body: { refresh_token } })).status).toBe(200);
    expect((await ask('POST /token/refresh', {}, { body: { refresh_token } })).status).toBe(401);
    expect((await ask('POST /token/revoke', {}, { body: { refresh_token } })).status).toBe(204);
    expect((await ask('POST /token', {}, { form: { ...form, password: 'x' } })).status).toBe(401);
    const change = { current_password: password, new_password: `${password} 2` };
    const again = await ask('POST /token', {}, { form });
    const fresh = { body: change, token: String(again.body['access_token']) };
    expect((await ask('POST /users/me/password', {}, fresh)).status).toBe(204);
    expect((await ask('POST /users/me/password', {}, fresh)).status).toBe(403);
  });

  it('is described without a token, of what is missing and of what is wrong', async () => {
    const ids = { ...MISSING, username: 'nobody' };
    for (const { name, method, operation, path } of operations) {
      if (operation.security.length > 0) expect((await ask(name, ids, { token: 'wrong' })).status).toBe(401);
      if (path.includes('_id}'))
        expect((await ask(name, ids, method === 'GET' ? {} : { body: {} })).status).toBe(404);
      expect((await ask(name, ids, {}, '?nonsense=1')).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('was asked of every operation', () => {
    const asked = ['POST /accounts', 'POST /users/signup', 'POST /token', 'POST /token/refresh', 'POST /token/revoke', 'POST /users/me/password']; // prettier-ignore
    expect(
      operations.map(({ name }) => name).filter((name) => !succeeded.has(name) && !asked.includes(name)),
    ).toEqual([]);
  });
});
