import type { AccountClient } from '../kit/ledger.js';
import { pagesByCursor } from '../kit/pages.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';
import {
  byEffectiveDate,
  changeOf,
  DAYS,
  runningBalances,
  varyingHistory,
  type Recorded,
} from './recorded-history.js';

let service: TestService;
let owner: SignedUp;
let account: AccountClient;
let recorded: readonly Recorded[];
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
  ({ account, recorded } = await varyingHistory(service, owner));
});
afterAll(() => service.stop());

const DIRS = ['asc', 'desc'] as const;
type Order = 'recorded' | 'effective_on';

/** What a list shows of a transaction that depends on the order and on whose list it is. */
type Line = readonly [id: string, amount: number, balance: number];

/** What a list must show: sorted, added up and filtered the plain way from what the answers said. */
function wanted(
  order: Order,
  dir: 'asc' | 'desc',
  keeps: (one: Recorded) => boolean,
  envelope_id?: number,
): Line[] {
  const ordered = order === 'recorded' ? recorded : byEffectiveDate(recorded);
  const balances = runningBalances(ordered, envelope_id);
  const lines = ordered
    .filter(keeps)
    .map((one): Line => [one.id, changeOf(one, envelope_id) / 100, balances.get(one.id) ?? NaN]);
  return dir === 'asc' ? lines : lines.reverse();
}

const postsTo = (id: number) => (one: Recorded) => one.postings.some(({ envelope_id }) => envelope_id === id);
const within =
  (from: string, to: string) =>
  ({ effective_on }: Recorded) =>
    effective_on >= from && effective_on <= to;
const all = () => true;

/** Reads a list by cursor in pages of each size, and once more by page numbers, and holds each to what it must show. */
async function expectLines(path: string, lines: readonly Line[]): Promise<void> {
  const lineOf = ({ id, amount, balance }: Recorded): Line => [id, amount, balance];
  for (const size of [1, 4, 200]) {
    const pages = await pagesByCursor<Recorded>(service, owner, `${path}&page_size=${size}`);
    expect([path, size, pages.flatMap(({ items }) => items.map(lineOf))]).toEqual([path, size, lines]);
    for (const { total, total_is_exact } of pages)
      expect([total, total_is_exact]).toEqual([lines.length, true]);
    for (const page of size === 4 ? pages : []) {
      const numbered = await service.api('GET', `${path}&page_size=${size}&page=${page.page}`, owner);
      expect(numbered.body).toEqual(page);
    }
  }
}

const FILTERS: readonly (readonly [query: string, keeps: (one: Recorded) => boolean, least: number])[] = [
  ['from=2026-01-31', within('2026-01-31', '9999-12-31'), 10],
  ['to=2026-01-31', within('0001-01-01', '2026-01-31'), 7],
  ['from=2026-01-31&to=2026-02-27', within('2026-01-31', '2026-02-27'), 5],
  ['from=2026-02-01&to=2026-02-01', within('2026-02-01', '2026-02-01'), 3],
  ['from=2199-06-30', within('2199-06-30', '9999-12-31'), 4],
  ['to=2026-01-09', within('0001-01-01', '2026-01-09'), 2],
  ['from=2027-01-01&to=2027-12-31', () => false, 0],
  ['from=2026-02-01&to=2026-01-31', () => false, 0],
]; // prettier-ignore

describe('a history that the tests go by', () => {
  it('goes back and forth over days, with every role and most kinds', () => {
    expect(recorded.map(({ seq }) => seq)).toEqual([...recorded.map(({ seq }) => seq)].sort((a, b) => a - b));
    expect(byEffectiveDate(recorded)).not.toEqual(recorded);
    expect(new Set(recorded.map(({ effective_on }) => effective_on))).toEqual(new Set(DAYS));
    expect(new Set(recorded.map(({ role }) => role))).toEqual(new Set(['root', 'undo', 'redo']));
    expect(new Set(recorded.map(({ kind }) => kind)).size).toBe(8);
  });
});

describe('the register', () => {
  const of = (query: string) => `/accounts/${account.id}/transactions?${query}`;

  it.each(FILTERS)('?%s is by effective date, in either direction', async (query, keeps, least) => {
    const lines = wanted('effective_on', 'desc', keeps);
    expect(lines.length).toBeGreaterThanOrEqual(least);
    await expectLines(of(query), lines);
    for (const dir of DIRS) {
      await expectLines(of(`${query}&order_dir=${dir}`), wanted('effective_on', dir, keeps));
      // Asked for, the order of recording has the balances of recording, with days too.
      await expectLines(of(`${query}&order_by=recorded&order_dir=${dir}`), wanted('recorded', dir, keeps));
    }
  });

  it.each<[string, (one: Recorded) => boolean]>([
    ['', all],
    ['envelope_id=1', postsTo(1)],
    ['kind=move', ({ kind }) => kind === 'move'],
    ['role=undo', ({ role }) => role === 'undo'],
    ['min_amount=50', (one) => Math.abs(changeOf(one)) >= 5_000],
    [
      'envelope_id=2&kind=debit&to=2199-06-30',
      (one) => postsTo(2)(one) && one.kind === 'debit' && one.effective_on <= '2199-06-30',
    ],
    [
      'envelope_id=1&from=2026-02-01&to=2026-02-28',
      (one) => postsTo(1)(one) && within('2026-02-01', '2026-02-28')(one),
    ],
  ])('?%s in both orders and directions leaves rows out, not what they add up to', async (query, keeps) => {
    for (const order of ['recorded', 'effective_on'] as const) {
      for (const dir of DIRS) {
        const lines = wanted(order, dir, keeps);
        expect(lines.length).toBeGreaterThan(0);
        await expectLines(of(`${query}&order_by=${order}&order_dir=${dir}`), lines);
      }
    }
  });

  it('is as recorded, newest first, without a day', async () => {
    await expectLines(of(''), wanted('recorded', 'desc', all));
  });
});

describe("an envelope's history", () => {
  const of = (envelope: number, query: string) =>
    `/accounts/${account.id}/envelopes/${envelope}/transactions?${query}`;

  it.each([0, 1, 2, 3])(
    "%d has the envelope's amounts and balances, in both orders and directions",
    async (id) => {
      await expectLines(of(id, ''), wanted('recorded', 'desc', postsTo(id), id));
      for (const order of ['recorded', 'effective_on'] as const) {
        for (const dir of DIRS) {
          const lines = wanted(order, dir, postsTo(id), id);
          await expectLines(of(id, `order_by=${order}&order_dir=${dir}`), lines);
        }
      }
    },
  );

  it.each(FILTERS)('?%s is by effective date', async (query, inDays) => {
    const keeps = (one: Recorded) => postsTo(2)(one) && inDays(one);
    await expectLines(of(2, query), wanted('effective_on', 'desc', keeps, 2));
    await expectLines(of(2, `${query}&order_dir=asc`), wanted('effective_on', 'asc', keeps, 2));
    const debits = (one: Recorded) => keeps(one) && one.kind === 'debit';
    await expectLines(of(2, `${query}&kind=debit`), wanted('effective_on', 'desc', debits, 2));
  });

  it('ends where the envelope stands', async () => {
    const { envelopes } = await account.get();
    for (const { id, balance } of envelopes) {
      expect([id, wanted('recorded', 'desc', postsTo(id), id)[0]?.[2] ?? 0]).toEqual([id, balance]);
    }
  });
});
