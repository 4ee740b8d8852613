import type { Document } from 'mongodb';

import { keysetSlice } from '../../src/http/keyset.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import type { RegisterQuestion } from '../../src/ledger/projections/register-pages.js';
import { Desk, LEDGER_SCHEMAS, told } from './ledger-desk.js';
import { Readers } from './ledger-readers.js';

const HOUSEHOLD = 'hh_1';
const DAYS = ['2025-12-31', '2026-01-01', '2026-01-31', '2026-02-01', '2026-02-28', '2027-06-15'];

let database: TestDatabase;
let readers: Readers;
let desk: Desk;
beforeAll(async () => {
  database = await startDatabase(LEDGER_SCHEMAS);
  readers = new Readers(database.connection);
  desk = new Desk(database.connection);
});
afterAll(() => database.stop());

const randomOf = <Item>(items: readonly Item[]): Item =>
  items[Math.floor(Math.random() * items.length)] as Item;

interface Posting {
  readonly envelope_id: number;
  readonly amount_minor: number;
}
interface Recorded {
  readonly _id: string;
  readonly seq: number;
  readonly effective_on: string;
  readonly postings: readonly Posting[];
}

/** What an account's events say, read as they are stored. */
async function eventsOf(account_id: string): Promise<Recorded[]> {
  const found = await database.db.collection<Document & { _id: string }>('transactions').find({ account_id }).sort({ seq: 1 }).toArray(); // prettier-ignore
  return found as unknown as Recorded[];
}

const sumOf = (events: readonly Recorded[], envelope_id?: number): number =>
  events
    .flatMap(({ postings }) => postings)
    .filter((posting) => envelope_id === undefined || posting.envelope_id === envelope_id)
    .reduce((sum, { amount_minor }) => sum + amount_minor, 0);

/** Something somebody does to an account; refusals are as good as anything else. */
async function act(account_id: string): Promise<void> {
  const told = { effective_on: randomOf(DAYS), description: randomOf(['', 'Bread']) };
  const amount_minor = 1 + Math.floor(Math.random() * 500);
  const from_id = randomOf([0, 1, 2]);
  const to_id = (from_id + 1) % 3;
  const command = randomOf([
    { type: 'DepositMoney', ...told, envelope_id: from_id, amount_minor },
    { type: 'DebitMoney', ...told, postings: [{ envelope_id: from_id, amount_minor }, { envelope_id: to_id, amount_minor: 1 }] },
    { type: 'MoveMoney', ...told, from_id, to_id, amount_minor },
    { type: 'UndoLast', ...told },
    { type: 'RedoLast', ...told },
    { type: 'RenameEnvelope', effective_on: told.effective_on, envelope_id: 1, name: `Food ${Math.random()}` },
  ] as const); // prettier-ignore
  await desk.record(account_id, command).catch((error: unknown) => {
    if (!(error instanceof Error) || error.name !== 'Problem') throw error;
  });
}

async function randomAccount(steps: number): Promise<string> {
  const id = await desk.open(`Random ${Math.random()}`, 10_000);
  await desk.record(id, { type: 'AddEnvelopes', effective_on: '2026-01-01', names: ['Food', 'Rent'] });
  for (let step = 0; step < steps; step += 1) await act(id);
  return id;
}

const question = (asked: Partial<RegisterQuestion> & { limit?: number; skip?: number }): RegisterQuestion => {
  const { order = 'effective_on', dir = 'desc', limit = 21, skip = 0, ...rest } = asked;
  const sign = dir === 'asc' ? 1 : -1;
  const sort = order === 'recorded' ? { seq: sign } : { effective_on: sign, seq: sign };
  return {
    ...{ order, dir, from: undefined, to: undefined, envelope_id: undefined, of_envelope: false },
    ...{ others: () => ({}), slice: { skip, limit, sort: sort as Record<string, 1 | -1>, ranges: [{}] } },
    ...rest,
  }; // prettier-ignore
};

describe('an account as of a day', () => {
  it('is a recount of the events of that day and before', async () => {
    let compared = 0;
    for (let run = 0; run < 4; run += 1) {
      const id = await randomAccount(40);
      const events = await eventsOf(id);
      for (const date of [...DAYS, '2020-01-01', '2026-01-15', '2030-01-01']) {
        const until = events.filter(({ effective_on }) => effective_on <= date);
        const account = await readers.past.require(HOUSEHOLD, id, date);
        expect(account.balance_minor).toBe(sumOf(until));
        for (const envelope of account.envelopes) {
          expect(envelope.balance_minor).toBe(sumOf(until, envelope.id));
          compared += 1;
        }
      }
    }
    expect(compared).toBe(4 * 9 * 3);
  });
});

describe('a register by effective date', () => {
  it('has in either direction, of account and envelope, the balances of a recount, page by page', async () => {
    const id = await randomAccount(60);
    const events = (await eventsOf(id)).filter(({ postings }) => postings.length > 0);
    const inOrder = [...events].sort((a, b) =>
      a.effective_on === b.effective_on ? a.seq - b.seq : a.effective_on < b.effective_on ? -1 : 1,
    );
    for (const envelope_id of [undefined, 1]) {
      const own = inOrder.filter(({ postings }) => envelope_id === undefined || postings.some((one) => one.envelope_id === envelope_id)); // prettier-ignore
      const wanted = own.map((event, index) => [event._id, sumOf(own.slice(0, index + 1), envelope_id)]);
      for (const dir of ['asc', 'desc'] as const) {
        const got: unknown[] = [];
        for (let skip = 0; skip < own.length; skip += 7) {
          const asked = question({
            dir,
            skip,
            limit: 7,
            envelope_id,
            of_envelope: envelope_id !== undefined,
          });
          const part = await readers.pages.read(HOUSEHOLD, id, asked, 10_001);
          expect([part.count, part.exact]).toEqual([own.length, true]);
          got.push(...part.rows.map((row) => [row.id, row.balance_minor]));
        }
        expect(got).toEqual(dir === 'asc' ? wanted : [...wanted].reverse());
      }
    }
  });

  it('has filters that leave rows out, not their amounts', async () => {
    const id = await randomAccount(50);
    // One that is found for certain, whatever the others have come to.
    const found = { ...told, effective_on: '2026-01-31', envelope_id: 0, amount_minor: 7 };
    await desk.record(id, { type: 'DepositMoney', ...found });
    const events = (await eventsOf(id)).filter(({ postings }) => postings.length > 0);
    const others = () => ({ kind: 'deposit' });
    const asked = question({ from: '2026-01-01', to: '2026-02-27', limit: 50, others });
    const { rows, count } = await readers.pages.read(HOUSEHOLD, id, asked, 10_001);
    expect(count).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const before = events.filter(({ effective_on, seq }) => effective_on < row.effective_on || (effective_on === row.effective_on && seq <= row.seq)); // prettier-ignore
      expect(row.balance_minor).toBe(sumOf(before));
      expect(row.effective_on >= '2026-01-01' && row.effective_on <= '2026-02-27').toBe(true);
    }
  });

  it('counts what posts to an envelope on some days without looking at rows', async () => {
    const id = await randomAccount(40);
    const events = await eventsOf(id);
    for (const [from, to] of [['2026-01-01', '2026-01-31'], ['2026-01-02', undefined], [undefined, '2026-02-01']] as const) {
      const own = events.filter(({ postings, effective_on }) => postings.some((one) => one.envelope_id === 1) && effective_on >= (from ?? '') && effective_on <= (to ?? '9')); // prettier-ignore
      const part = await readers.pages.read(HOUSEHOLD, id, question({ envelope_id: 1, from, to }), 2);
      expect([part.count, part.exact]).toEqual([own.length, true]);
    } // prettier-ignore
  });
});

describe('a page costs the same in a long register', () => {
  const fields = { household_id: HOUSEHOLD, account_id: 'acc_long', generation: 1 };
  const rows = Array.from({ length: 3_000 }, (_, index) => ({
    ...{ _id: `1/tx_${index}`, ...fields, seq: index + 1, role: 'root', standing: true },
    effective_on: `2026-0${1 + Math.floor(index / 1_000)}-${String(10 + (index % 18))}`,
    postings: [{ envelope_id: index % 4 }, { envelope_id: 4 + (index % 3) }],
  }));
  beforeAll(async () => {
    await database.db.collection<Document & { _id: string }>('register').insertMany(rows);
  });

  const days = { effective_on: { $gte: '2026-01-05', $lte: '2026-02-20' } };
  it.each([
    ['recorded', {}, 'recorded', null],
    ['recorded, from the middle', {}, 'recorded', [1_500]],
    ['effective', {}, 'effective_on', null],
    ['effective with days', days, 'effective_on', null],
    ['effective with days, from the middle', days, 'effective_on', ['2026-02-15', 1_500]],
    ['of an envelope', { 'postings.envelope_id': 2 }, 'recorded', null],
    ['of an envelope with days', { 'postings.envelope_id': 2, ...days }, 'effective_on', null],
    ['of an envelope with days, from the middle', { 'postings.envelope_id': 2, ...days }, 'effective_on', ['2026-02-15', 1_500]],
  ] as const)('%s, at both ends', async (_name, condition, order, after) => {
    const keys = order === 'recorded' ? { seq: 'number' as const } : { effective_on: 'string' as const, seq: 'number' as const };
    for (const order_dir of ['asc', 'desc'] as const) {
      const { ranges, sort, limit } = keysetSlice({ skip: 0, page_size: 20, keys, order_dir, after });
      let found = 0;
      for (const range of ranges) {
        const filter = { $and: [{ ...condition, ...fields }, range] };
        const plan = await database.db.collection('register').find(filter).sort(sort).limit(limit).explain('executionStats');
        const { totalKeysExamined, totalDocsExamined, nReturned = 0 } = plan['executionStats'] as Record<string, number>;
        found += nReturned;
        expect(totalKeysExamined).toBeLessThanOrEqual(25);
        expect(totalDocsExamined).toBeLessThanOrEqual(25);
      }
      expect(found).toBeGreaterThanOrEqual(21);
    }
  }); // prettier-ignore
});

describe('a rebuild', () => {
  const models = async (account_id: string): Promise<unknown> => {
    const account = await database.db
      .collection<Document & { _id: string }>('accounts')
      .findOne({ _id: account_id });
    const of = async (name: string) => {
      const found = await database.db.collection(name).find({ account_id }).toArray();
      const generation = new Set(found.map((one) => one['generation'] as number));
      expect([...generation]).toEqual([account?.['generation']]);
      const plain = found.map(({ generation: _generation, ...rest }) => ({ ...rest, _id: String(rest._id).replace(/^\d+\/|\/\d+(?=\/)/, '') })); // prettier-ignore
      return plain.sort((a, b) => (a._id < b._id ? -1 : 1));
    };
    const { generation: _generation, ...rest }: Document = account ?? {};
    return { account: rest, register: await of('register'), totals: nonZero(await of('totals')) };
  };
  // An amount that has gone back to 0 may be there or not.
  const nonZero = (totals: readonly Document[]) =>
    totals.map(({ days = {}, sum_minor = 0, ...rest }) => ({ sum_minor, ...rest, days: Object.fromEntries(Object.entries(days as object).filter(([, sum]) => sum !== 0)) })); // prettier-ignore

  it('makes of the log the same read models, and mends broken ones', async () => {
    const ids = [await randomAccount(40), await randomAccount(300)];
    await database.db.collection('register').deleteMany({ account_id: 'acc_long' });
    const before = await Promise.all(ids.map(models));
    expect(await readers.audit()).toEqual([]);
    await database.db.collection('register').deleteOne({ account_id: ids[0], seq: 1 });
    await database.db.collection('register').updateOne({ account_id: ids[1], seq: 1 }, { $set: { amount_minor: 1 } });
    await database.db.collection('totals').deleteOne({ account_id: ids[1] });
    const accounts = database.db.collection<Document & { _id: string }>('accounts');
    await accounts.updateOne({ _id: ids[1] as string }, { $inc: { 'envelopes.1.balance_minor': 5 } });
    expect((await readers.audit()).length).toBe(4);
    expect(await readers.rebuild()).toEqual([]);
    expect(await Promise.all(ids.map(models))).toEqual(before);
    expect(await readers.audit()).toEqual([]);
  }); // prettier-ignore

  it('counts the turnover of an account that was stored before there was one', async () => {
    const id = await desk.open('From before', 1_000);
    const accounts = database.db.collection<{ _id: string; turnover_minor?: number }>('accounts');
    await accounts.updateOne({ _id: id }, { $unset: { turnover_minor: '' } });
    const other = new Desk(database.connection);
    await other.record(id, { type: 'DepositMoney', ...told, envelope_id: 0, amount_minor: 5 });
    expect(await readers.audit()).toEqual([
      `${id}: the account's turnover_minor differs from what its events say`,
    ]);
    expect(await readers.rebuild()).toEqual([]);
    expect(await readers.audit()).toEqual([]);
    expect((await accounts.findOne({ _id: id }))?.turnover_minor).toBe(1_005);
  });

  it('does so while writers go on, and leaves nothing of theirs out', async () => {
    const ids = [await randomAccount(20), await randomAccount(20), await randomAccount(20)];
    let going = true;
    let acted = 0;
    const writers = ids.flatMap((id) => [id, id]).map(async (id) => {
      for (; going; acted += 1) await act(id);
    }); // prettier-ignore
    // However fast the one and the other are: three rebuilds at least, and writers that did something meanwhile.
    for (let round = 0; round < 3 || acted <= 50; round += 1) {
      expect(await readers.rebuild()).toEqual([]);
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 1)), ...writers]);
    }
    going = false;
    await Promise.all(writers);
    const before = await Promise.all(ids.map(models));
    expect(await readers.audit()).toEqual([]);
    expect(await readers.rebuild()).toEqual([]);
    expect(await Promise.all(ids.map(models))).toEqual(before);
  });

  it('names an account whose log is not whole, and leaves it and its read models as they are', async () => {
    const id = await randomAccount(5);
    const before = await models(id);
    await database.db.collection('transactions').deleteOne({ account_id: id, seq: 3 });
    const unfit = await readers.rebuild();
    expect(unfit).toEqual([`${id}: event 3 is missing`]);
    expect(await models(id)).toEqual(before);
    expect(await readers.audit()).toEqual([`${id}: event 3 was removed`]);
  });
});
