import fc from 'fast-check';

import { AccountCache } from '../../src/event-store/account-cache.js';
import type { AccountRecord } from '../../src/event-store/account-record.js';
import { changedFields } from '../../src/event-store/account-update.js';
import { PendingDocuments, type OwnedChange } from '../../src/event-store/pending-documents.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';

const OWNER = { household_id: 'hh_1', account_id: 'acc_1' };
const change = (_id: string, edit: object): OwnedChange =>
  ({ owner: OWNER, change: { collection: 'rows', _id, ...edit } }) as OwnedChange;

describe('changes of one document', () => {
  it('become one write', () => {
    const pending = new PendingDocuments();
    pending.take([
      change('a', { insert: { _id: 'a', standing: true, note: '' } }),
      change('a', { set: { standing: false } }),
      change('b', { set: { x: 1, y: 1 } }),
    ]);
    pending.take([
      change('b', { set: { y: 2 } }),
      change('c', { inc: { sum: 5, 'days.01': 5 }, on_insert: { month: '2026-01' } }),
      change('c', { inc: { sum: -2, 'days.02': -2 }, on_insert: { month: '2026-01' } }),
    ]);
    const edits = Object.fromEntries(pending.of('rows', OWNER));
    expect(edits).toMatchObject({
      a: { insert: { _id: 'a', standing: false, note: '' } },
      b: { set: { x: 1, y: 2 } },
      c: { inc: { sum: 3, 'days.01': 5, 'days.02': -2 }, on_insert: { month: '2026-01' } },
    });
    expect([...pending.all()]).toHaveLength(3);
    expect(pending.of('rows', { ...OWNER, account_id: 'acc_2' }).size).toBe(0);
  });

  it('that cannot follow each other leave nothing', () => {
    const pending = new PendingDocuments();
    pending.take([change('a', { set: { x: 1 } })]);
    const twice = [change('b', { set: { x: 1 } }), change('a', { insert: { _id: 'a' } })];
    expect(() => pending.take(twice)).toThrow('cannot follow');
    const foreign = { ...change('a', { set: { x: 2 } }), owner: { ...OWNER, account_id: 'acc_2' } };
    expect(() => pending.take([foreign])).toThrow('two owners');
    expect([...pending.of('rows', OWNER)]).toEqual([['a', expect.objectContaining({ set: { x: 1 } })]]);
  });
});

interface Held {
  readonly id: number;
  readonly name: string;
  readonly balance: number;
}
interface State {
  readonly total: number;
  readonly name: string;
  readonly limit: number | null;
  readonly held: readonly Held[];
  readonly payers: readonly { readonly id: number; readonly split: readonly number[] }[];
}

const held = fc.record({ id: fc.nat(5), name: fc.string(), balance: fc.integer() });
const state: fc.Arbitrary<State> = fc.record({
  total: fc.integer(),
  name: fc.string(),
  limit: fc.option(fc.integer()),
  held: fc.array(held, { maxLength: 5 }),
  payers: fc.array(fc.record({ id: fc.nat(3), split: fc.array(fc.integer(), { maxLength: 3 }) }), {
    maxLength: 3,
  }),
});

describe('what changes in an account', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startDatabase([]);
  });
  afterAll(() => database.stop());

  it('is written field by field, and nothing else', () => {
    const before = {
      total: 1,
      name: 'a',
      held: [
        { id: 0, balance: 1 },
        { id: 1, balance: 0 },
      ],
    };
    const after = { ...before, total: 2, held: before.held.with(1, { id: 1, balance: 1 }) };
    expect(changedFields(before, after)).toEqual({ total: 2, 'held.1.balance': 1 });
    const longer = { ...before, held: [...before.held, { id: 2, balance: 0 }] };
    expect(changedFields(before, longer)).toEqual({ held: longer.held });
    expect(changedFields(before, { ...before })).toEqual({});
  });

  it('makes the stored document what the account has become, from whatever it was', async () => {
    const documents = database.db.collection<{ _id: string }>('documents');
    await fc.assert(
      fc.asyncProperty(state, fc.array(state, { maxLength: 2 }), fc.nat(4), async (before, later, kept) => {
        await documents.replaceOne({ _id: 'a' }, { ...before }, { upsert: true });
        let last: State = before;
        for (const next of later) {
          // Some lists stay the same ones, as they do in the domain.
          const after = {
            ...next,
            held: last.held.map((each, i) => (i === kept ? (next.held[i] ?? each) : each)),
          };
          const set = changedFields(last, after);
          if (Object.keys(set).length > 0) await documents.updateOne({ _id: 'a' }, { $set: set });
          last = after;
        }
        expect(await documents.findOne({ _id: 'a' })).toEqual({ _id: 'a', ...last });
      }),
      { numRuns: 60 },
    );
  });
});

describe('the cache of accounts', () => {
  const record = (_id: string, size: number, version = 1): AccountRecord & { pad: string } => ({
    ...{ _id, household_id: 'hh_1', version, head_hash: null, register_rows: 0, generation: 1 },
    pad: 'x'.repeat(size),
  });

  it('keeps what was used last, up to a number of bytes', () => {
    const cache = new AccountCache(3_500);
    for (const name of ['a', 'b', 'c']) cache.set(name, record(name, 900));
    expect([cache.size, cache.bytes > 2_700]).toEqual([3, true]);
    cache.get('a');
    cache.set('d', record('d', 900));
    expect(['a', 'b', 'c', 'd'].map((name) => cache.get(name)?._id)).toEqual(['a', undefined, 'c', 'd']);
    expect(cache.bytes).toBeLessThanOrEqual(3_500);
  });

  it('never keeps one that is larger than all it may hold, nor an older one in its place', () => {
    const cache = new AccountCache(1_000);
    cache.set('a', record('a', 100));
    cache.set('a', record('a', 2_000, 2));
    expect([cache.get('a'), cache.size, cache.bytes]).toEqual([undefined, 0, 0]);
  });

  it('knows what accounts weigh that change again and again, and that grow', () => {
    const cache = new AccountCache(100_000);
    for (let version = 1; version < 500; version += 1) {
      cache.set('a', record('a', 1_000, version), { version, total: version });
    }
    expect(cache.bytes).toBeGreaterThan(1_000);
    expect(cache.bytes).toBeLessThan(2_500);
    cache.set('a', record('a', 50_000, 501), { pad: 'x'.repeat(49_000) });
    expect(cache.bytes).toBeGreaterThan(49_000);
    cache.delete('a');
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });
});
