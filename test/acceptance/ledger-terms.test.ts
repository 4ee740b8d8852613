import { openAccount, type AccountClient, type MoneyJson } from '../kit/ledger.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import { saidIn, send, writingNothing, type Write } from '../kit/terms.js';

/** An account with something to be undone and redone, another one, and a batch. */
interface Place {
  readonly account: AccountClient;
  readonly other: AccountClient;
  readonly spent: string;
  readonly undone: string;
  readonly moved: string;
  readonly batch_id: string;
}

let service: TestService;
let owner: SignedUp;
let made = 0;
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
});
afterAll(() => service.stop());

async function place(): Promise<Place> {
  const name = `Terms ${(made += 1)}`;
  const account = await openAccount(service, owner, { name, opening_balance: 100 }, ['Food', 'Old']);
  const other = await openAccount(service, owner, { name: `Other ${made}` });
  await account.done('DELETE', '/envelopes/2');
  await account.done('POST', '/payers', { payer: 'Acme', amount: 50 });
  const move = await account.record('/moves', { from_id: 0, to_id: 1, amount: 10 });
  const commands = [{ command: 'deposit', amount: 3 }, { command: 'deposit', amount: 4 }]; // prettier-ignore
  const { batch_id } = await account.done<{ batch_id: string }>('POST', '/batch', { commands });
  const { transaction } = await account.record('/debits', { envelope_id: 0, amount: 5 });
  const debit = await account.record('/debits', { envelope_id: 0, amount: 6 });
  await account.record('/undo');
  const [spent, undone, moved] = [transaction, debit.transaction, move.transaction].map(({ id }) => id);
  return { account, other, spent: spent!, undone: undone!, moved: moved!, batch_id };
}

/** Every route that moves money, with a request that succeeds; `several` where it has no one transaction. */
const MONEY: Readonly<Record<string, (place: Place) => Omit<Write, 'method'> & { several?: true }>> = {
  deposit: () => ({ path: '/deposits', body: { amount: 1 } }),
  debit: () => ({ path: '/debits', body: { envelope_id: 1, amount: 1 } }),
  withdrawal: () => ({ path: '/withdrawals', body: { envelope_id: 1, amount: 1 } }),
  move: () => ({ path: '/moves', body: { from_id: 0, to_id: 1, amount: 1 } }),
  payday: () => ({ path: '/paydays', body: { payer_id: 1 } }),
  adjustment: () => ({ path: '/adjustments', body: { balance: 77 } }),
  transfer: ({ other }) => ({ path: '/transfers', body: { to_account_id: other.id, amount: 1 } }),
  undo: () => ({ path: '/undo' }),
  'undo of a batch': ({ batch_id }) => ({ path: `/batches/${batch_id}/undo`, several: true }),
  'undo back to one': ({ moved }) => ({ path: '/undo', body: { back_to: moved }, several: true }),
  'undo of a chosen one': ({ spent }) => ({ path: `/transactions/${spent}/undo` }),
  redo: () => ({ path: '/redo' }),
  'redo of its batch': () => ({ path: '/redo?whole_batch=true', several: true }),
  'redo of a chosen one': ({ undone }) => ({ path: `/transactions/${undone}/redo` }),
  batch: () => ({
    path: '/batch',
    body: { commands: [{ command: 'deposit', amount: 1 }, { command: 'debit', envelope_id: 1, amount: 2 }] }, // prettier-ignore
    several: true,
  }),
};

function writeOf(name: string, at: Place): Write & { readonly several: boolean } {
  const { path, body, several = false } = MONEY[name]!(at);
  const whole = path.startsWith('/batches') ? path : `/accounts/${at.account.id}${path}`;
  return { method: 'POST', path: whole, body, several };
}

const dry = (write: Write): Write => ({
  ...write,
  path: `${write.path}${write.path.includes('?') ? '&' : '?'}dry_run=true`,
});

describe.each(Object.keys(MONEY))('%s', (name) => {
  let at: Place;
  let write: Write & { readonly several: boolean };
  beforeAll(async () => {
    at = await place();
    write = writeOf(name, at);
  });

  it('run dry answers the same with 200 and leaves nothing behind, then is made once under its key', async () => {
    const key = { 'idempotency-key': `key of ${name}` };
    const version = (await at.account.get()).version;
    const tried = await writingNothing(service, () => send(service, owner.token, dry(write), key));
    const told = ['location', 'etag'].map((header) => tried.headers.get(header));
    expect([tried.status, ...told]).toEqual([200, null, null]);
    expect((await at.account.get()).version).toBe(version);
    const first = await send(service, owner.token, write, key);
    expect([first.status, first.headers.get('idempotency-hit')]).toEqual([201, null]);
    expect(saidIn(tried.body)).toEqual(saidIn(first.body));
    const again = await writingNothing(service, () => send(service, owner.token, write, key));
    expect([again.status, again.headers.get('idempotency-hit')]).toEqual([201, 'true']);
    expect(again.body).toEqual(first.body);
    for (const header of ['etag', 'location', 'content-type']) {
      expect([header, again.headers.get(header)]).toEqual([header, first.headers.get(header)]);
    }
    const body = { ...(write.body ?? {}), description: 'Another' };
    const other = await writingNothing(service, () => send(service, owner.token, { ...write, body }, key));
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency_key_reused']);
  });

  it('says where its transaction is, and what version it left', async () => {
    const fresh = await place();
    const own = writeOf(name, fresh);
    const { status, headers, body } = await send(service, owner.token, own);
    const { version } = await fresh.account.get();
    expect([status, headers.get('etag'), body['version']]).toEqual([201, `"${version}"`, version]);
    const { transaction } = body as unknown as Partial<MoneyJson>;
    expect('transactions' in body).toBe(own.several);
    expect(transaction === undefined).toBe(own.several);
    const location = headers.get('location');
    expect(location).toBe(
      transaction ? `/accounts/${fresh.account.id}/transactions/${transaction.id}` : null,
    );
    if (location === null) return;
    expect((await service.api('GET', location, { token: owner.token })).body).toEqual(transaction);
  });

  it('on a version that is no longer there is 412, dry or not', async () => {
    const fresh = await place();
    const own = writeOf(name, fresh);
    const stale = { 'if-match': '"1"' };
    for (const each of [own, dry(own)]) {
      const answer = await writingNothing(service, () => send(service, owner.token, each, stale));
      expect([answer.status, answer.body['code']]).toEqual([412, 'version_conflict']);
    }
  });
});

describe('writes that move no money', () => {
  const writes: [method: string, path: string, body: unknown, status: number][] = [
    ['PATCH', '', { name: 'Kept' }, 200],
    ['POST', '/envelopes', { names: ['A', 'B'] }, 201],
    ['PATCH', '/envelopes/1', { name: 'Meals' }, 200],
    ['POST', '/envelopes/2/restore', undefined, 200],
    ['DELETE', '/envelopes/2', undefined, 204],
    ['POST', '/payers', { payer: 'B', amount: 2 }, 201],
    ['PATCH', '/payers/1', { amount: 3 }, 200],
    ['DELETE', '/payers/1', undefined, 204],
    ['PATCH', '/transactions/{spent}', { notes: 'Kept' }, 200],
    ['POST', '/adjustments', { balance: 99.01 }, 201],
  ];

  it('are made once under their key, too', async () => {
    const { account, spent } = await place();
    for (const [index, [method, path, body, status]] of writes.entries()) {
      const write = { method, path: `/accounts/${account.id}${path.replace('{spent}', spent)}`, body };
      const key = { 'idempotency-key': `plain ${index}` };
      const first = await send(service, owner.token, write, key);
      const again = await writingNothing(service, () => send(service, owner.token, write, key));
      expect([path, first.status, again.status]).toEqual([path, status, status]);
      expect([again.body, again.headers.get('idempotency-hit')]).toEqual([first.body, 'true']);
      expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    }
  });

  it('open an account once, close it once and reopen it once', async () => {
    const write = { method: 'POST', path: '/accounts', body: { name: 'Opened once' } };
    const key = { 'idempotency-key': 'opening' };
    const first = await send(service, owner.token, write, key);
    const again = await send(service, owner.token, write, key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get('location')).toBe(`/accounts/${String(first.body['id'])}`);
    expect(first.headers.get('location')).toBe(again.headers.get('location'));
    for (const way of ['close', 'reopen']) {
      const path = `/accounts/${String(first.body['id'])}/${way}`;
      const change = { method: 'POST', path };
      const once = await send(service, owner.token, change, { 'idempotency-key': way });
      const twice = await send(service, owner.token, change, { 'idempotency-key': way });
      expect([once.status, twice.body, twice.headers.get('idempotency-hit')]).toEqual([
        200,
        once.body,
        'true',
      ]);
    }
  });

  it('come after 404 of the path, whatever version they want', async () => {
    const { account } = await place();
    const missing = `tx_${'0'.repeat(26)}`;
    const paths: [method: string, path: string, body?: unknown][] = [
      ['POST', `/accounts/${account.id}/transactions/${missing}/undo`],
      ['POST', `/accounts/${account.id}/transactions/${missing}/redo`],
      ['PATCH', `/accounts/${account.id}/transactions/${missing}`, { notes: 'a' }],
      ['PATCH', `/accounts/${account.id}/envelopes/77`, { name: 'a' }],
      ['DELETE', `/accounts/${account.id}/payers/77`],
      ['POST', `/batches/bat_${'0'.repeat(26)}/undo`],
    ];
    for (const [method, path, body] of paths) {
      const { status } = await send(service, owner.token, { method, path, body }, { 'if-match': '"1"' });
      expect([path, status]).toEqual([path, 404]);
    }
    const transfer = { to_account_id: `acc_${'0'.repeat(26)}`, amount: 1 };
    const write = { method: 'POST', path: `/accounts/${account.id}/transfers`, body: transfer };
    expect((await send(service, owner.token, write, { 'if-match': '"1"' })).status).toBe(412);
  });
});
