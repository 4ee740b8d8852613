import { MongoClient, type Document } from 'mongodb';

import { openAccount, type AccountClient, type AccountJson, type PageJson } from '../kit/ledger.js';
import { pagesByCursor } from '../kit/pages.js';
import { startService, type Answer, type SignedUp, type TestService } from '../kit/service.js';

let service: TestService;
let owner: SignedUp;
let account: AccountClient;
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
  const names = ['b', 'A', 'c', 'D', 'e'].map((name) => `Envelope ${name}`);
  account = await openAccount(service, owner, { name: 'Paged', opening_balance: 50 }, names);
  for (const amount of [5, 7, 5, 3, 5, 7]) await account.record('/deposits', { envelope_id: 1, amount });
  for (const amount of [3, 1, 3]) await account.done('POST', '/payers', { payer: `Payer ${amount}`, amount });
});
afterAll(() => service.stop());

type Item = Record<string, unknown>;
type Listed = PageJson<Item>;

const list = (path: string, who = owner) =>
  service.api<Listed & Record<string, unknown>>('GET', path, { token: who.token });

const follow = (path: string, between?: () => Promise<unknown>) =>
  pagesByCursor<Item>(service, owner, path, between);
const idsIn = (pages: readonly Listed[]) => pages.flatMap(({ items }) => items.map(({ id }) => id));

function expectWrong(answer: Answer): void {
  expect(answer).toMatchObject({
    status: 400,
    body: { code: 'invalid_request', errors: [{ field: 'cursor', message: expect.any(String) as unknown }] },
  });
}

describe('a cursor', () => {
  it.each([
    ['/transactions?page_size=3', 7],
    ['/transactions?page_size=3&order_dir=asc', 7],
    ['/transactions?page_size=2&min_amount=5&q=', 6],
    ['/transactions?page_size=7', 7],
    ['/transactions?page_size=1&kind=deposit', 6],
    ['/envelopes?page_size=2', 6],
    ['/envelopes?page_size=2&order_by=name', 6],
    ['/envelopes?page_size=2&order_by=name&order_dir=desc', 6],
    ['/envelopes?page_size=2&order_by=balance', 6],
    ['/envelopes?page_size=1&order_by=balance&order_dir=desc', 6],
    ['/envelopes?page_size=2&q=envelope', 5],
    ['/payers?page_size=2&order_by=amount', 3],
    ['/payers?page_size=1&order_by=payer&order_dir=desc', 3],
  ])('leads through %s, each item once, as one long page has them', async (query, count) => {
    const path = `/accounts/${account.id}${query}`;
    const pages = await follow(path);
    const whole = (await list(path.replace(/page_size=\d+/, 'page_size=200'))).body;
    expect(idsIn(pages)).toEqual(whole.items.map(({ id }) => id));
    expect(idsIn(pages)).toHaveLength(count);
    expect(pages.map(({ page }) => page)).toEqual(pages.map((_, index) => index + 1));
    for (const page of pages) expect([page.total, page.total_is_exact]).toEqual([count, true]);
    expect(whole.next_cursor).toBeNull();
  });

  it('leads to what the page of the same number holds', async () => {
    const path = `/accounts/${account.id}/transactions?page_size=3`;
    const pages = await follow(path);
    for (const page of pages) expect((await list(`${path}&page=${page.page}`)).body).toEqual(page);
  });

  it('repeats and leaves out nothing when items come in between', async () => {
    const live = await openAccount(service, owner, { name: 'Live' });
    for (let i = 0; i < 9; i += 1) await live.record('/deposits', { amount: 1 });
    const path = `/accounts/${live.id}/transactions`;
    const before = idsIn([(await list(`${path}?page_size=200`)).body]);
    const pages = await follow(`${path}?page_size=3`, () => live.record('/deposits', { amount: 1 }));
    expect(idsIn(pages)).toEqual(before);
    expect(pages.map(({ total }) => total)).toEqual([10, 11, 12, 13]);
  });

  it.each([
    '',
    'abc',
    '%00',
    'W10',
    'e30',
    'x'.repeat(5_000),
    Buffer.from('["mark",2,7]').toString('base64url'),
    Buffer.from('{"$gt":""}').toString('base64url'),
  ])('that is none of ours is refused: %s', async (cursor) => {
    expectWrong(await list(`/accounts/${account.id}/transactions?cursor=${cursor}`));
    expectWrong(await list(`/accounts?cursor=${cursor}`));
  });

  it('is good for its own list, order and filters alone', async () => {
    const path = `/accounts/${account.id}/transactions?page_size=2`;
    const cursor = String((await list(path)).body.next_cursor);
    expect((await list(`${path}&cursor=${cursor}`)).status).toBe(200);
    expect((await list(`${path.replace('size=2', 'size=5')}&cursor=${cursor}`)).status).toBe(200);
    const other = await openAccount(service, owner, { name: 'Another' });
    for (const foreign of [
      `${path}&order_dir=asc`,
      `${path}&kind=deposit`,
      `${path}&q=rent`,
      `${path}&min_amount=1`,
      `/accounts/${account.id}/envelopes?page_size=2`,
      `/accounts/${other.id}/transactions?page_size=2`,
      '/accounts?page_size=2',
    ]) {
      expectWrong(await list(`${foreign}&cursor=${cursor}`));
    }
  });

  it('that somebody has rewritten is refused, or leads somewhere else in the same list', async () => {
    const path = `/accounts/${account.id}/transactions?page_size=2`;
    const cursor = String((await list(path)).body.next_cursor);
    const [mark, page, seq] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const rewritten = (...parts: unknown[]) =>
      list(`${path}&cursor=${Buffer.from(JSON.stringify(parts)).toString('base64url')}`);
    for (const value of [{ $gt: 0 }, [1], '1', null, true]) expectWrong(await rewritten(mark, page, value));
    expectWrong(await rewritten(mark, page));
    expectWrong(await rewritten(mark, page, seq, seq));
    for (const number of [{ $gt: 0 }, -5, 0, 1, 2.5]) expectWrong(await rewritten(mark, number, seq));
    expect((await rewritten(mark, page, 2 ** 60)).body.items).toHaveLength(2);
    expect((await rewritten(mark, page, -1)).body.items).toEqual([]);
  });

  it('stands in place of a page', async () => {
    const path = `/accounts/${account.id}/transactions?page_size=2`;
    const cursor = String((await list(path)).body.next_cursor);
    expectWrong(await list(`${path}&page=2&cursor=${cursor}`));
  });

  it("comes after the path: an account that isn't there is 404", async () => {
    const missing = account.id.slice(0, -4) + '0000';
    expect((await list(`/accounts/${missing}/transactions?cursor=abc`)).status).toBe(404);
  });
});

describe('a long list', () => {
  const MANY = 10_050;
  let rich: SignedUp;
  beforeAll(async () => {
    rich = await service.signUp();
    const { id } = await openAccount(service, rich, { name: 'First' });
    const client = await MongoClient.connect(service.database);
    const accounts = client.db().collection<Document & { _id: string }>('accounts');
    const first = await accounts.findOne({ _id: id });
    // An id may end in digits, as those of the copies do.
    const start = `${id.slice(0, -6)}${id.at(-6) === 'z' ? 'y' : 'z'}`;
    const copies = Array.from({ length: MANY }, (_, index) => {
      const number = String(index).padStart(5, '0');
      return { ...first, _id: `${start}${number}`, name: `N ${number}`, name_key: `n ${number}` };
    });
    await accounts.insertMany(copies);
    await client.close();
  });
  const page = (query: string) => list(`/accounts?page_size=200&${query}`, rich);

  it('has an exact total without a filter', async () => {
    expect((await page('')).body).toMatchObject({ total: MANY + 1, total_is_exact: true });
  });

  it('is counted up to 10,000 with one', async () => {
    const filtered = (await page('currency=USD')).body;
    expect(filtered).toMatchObject({ total: 10_000, total_is_exact: false });
    expect((await page('q=n%20000')).body).toMatchObject({ total: 100, total_is_exact: true });
    expect((await page('q=n%200')).body).toMatchObject({ total: 10_000, total_is_exact: true });
  });

  it.each(['', 'currency=USD&'])('?%s is reached by page numbers down to item 10,000', async (filter) => {
    const last = await page(`${filter}page=50`);
    expect(last.body.items).toHaveLength(200);
    for (const number of [51, 1_000, 1_000_000_000]) {
      const beyond = await page(`${filter}page=${number}`);
      expect([beyond.status, beyond.body['code']]).toEqual([400, 'use_cursor']);
    }
    const rest = await page(`${filter}cursor=${String(last.body.next_cursor)}`);
    expect(rest.body).toMatchObject({ page: 51, next_cursor: null });
    expect(rest.body.items).toHaveLength(MANY + 1 - 10_000);
  });

  it('ends where it ends, by cursor', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer: Answer<PageJson<AccountJson>> = await service.api(
        'GET',
        `/accounts?page_size=200${cursor && `&cursor=${cursor}`}`,
        { token: rich.token },
      );
      seen.push(...answer.body.items.map(({ name }) => name));
      cursor = answer.body.next_cursor;
    }
    expect(seen).toHaveLength(MANY + 1);
    expect(new Set(seen).size).toBe(MANY + 1);
  });
});
