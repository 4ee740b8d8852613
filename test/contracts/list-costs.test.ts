import type { Document } from 'mongodb';

import { EventLog } from '../../src/event-store/event-log.js';
import type { Slice } from '../../src/database/tenant-scope.js';
import { keysetSlice } from '../../src/http/keyset.js';
import { Accounts } from '../../src/ledger/projections/accounts.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';
import { LEDGER_SCHEMAS } from './ledger-desk.js';

const HOUSEHOLD = 'hh_1';
const ACCOUNT = 'acc_long';
const PAGE = 20;
const MANY = 3_000;

interface Item extends Document {
  readonly _id: string;
  readonly household_id: string;
}

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase(LEDGER_SCHEMAS);
});
afterAll(() => database.stop());

const accounts = {
  collection: 'accounts',
  owner: {},
  read: async (slice: Slice) =>
    (await new Accounts(database.connection).page(HOUSEHOLD, {}, slice)).documents,
};

/** Each list: its order, and how a part of it is read. */
const lists: Readonly<Record<string, List>> = {
  'accounts, by name': { ...accounts, keys: { name_key: 'string', _id: 'string' } },
  'accounts, by date': { ...accounts, keys: { opened_on: 'string', _id: 'string' } },
  'events, as they were recorded': {
    collection: 'transactions',
    keys: { seq: 'number' },
    owner: { account_id: ACCOUNT },
    read: (slice) => new EventLog(database.connection).part({ _id: ACCOUNT, household_id: HOUSEHOLD }, slice),
  },
};

interface List {
  readonly collection: string;
  readonly keys: Readonly<Record<string, 'string' | 'number'>>;
  readonly owner: Readonly<Record<string, string>>;
  readonly read: (slice: Slice) => Promise<readonly { readonly _id: string }[]>;
}

const itemsOf = (household_id: string): Item[] =>
  Array.from({ length: MANY }, (_, index) => {
    const number = String(index).padStart(4, '0');
    return {
      ...{ _id: `id_${household_id}_${number}`, household_id },
      ...{ account_id: ACCOUNT, seq: index + 1 },
      // Closed accounts may share a name.
      ...{ name_key: `name ${index % 5}`, opened_on: `2026-01-${10 + (index % 3)}`, state: 'closed' },
    };
  });

describe.each(Object.entries(lists))('a page of a long list of %s', (_name, { collection, keys, owner, read }) => {
  const fields = Object.keys(keys);
  const valuesOf = (item: Item) => fields.map((field) => item[field] as string | number);
  let items: Item[];
  beforeAll(async () => {
    items = itemsOf(HOUSEHOLD);
    await database.db.collection(collection).deleteMany({});
    await database.db.collection<Item>(collection).insertMany([...itemsOf('hh_0'), ...items, ...itemsOf('hh_2')]);
  }, 300_000);

  it.each(['asc', 'desc'] as const)('costs a page, wherever it is, %s', async (order_dir) => {
    const ordered = [...items].sort((a, b) => compared(valuesOf(a), valuesOf(b)));
    if (order_dir === 'desc') ordered.reverse();
    for (const place of [0, 1, 700, 1_500, MANY - 5]) {
      const before = ordered[place - 1];
      const after = before ? valuesOf(before) : null;
      const slice = keysetSlice({ skip: 0, page_size: PAGE, keys, order_dir, after });
      const found = await read(slice);
      expect(found.map(({ _id }) => _id)).toEqual(ordered.slice(place, place + PAGE + 1).map(({ _id }) => _id));
      for (const range of slice.ranges) {
        const filter = { $and: [{ household_id: HOUSEHOLD, ...owner }, range] };
        const { sort, limit } = slice;
        const cursor = database.db.collection(collection).find(filter).sort(sort).limit(limit);
        const { executionStats } = (await cursor.explain('executionStats')) as Record<string, Record<string, number>>;
        expect(executionStats?.['totalKeysExamined']).toBeLessThanOrEqual(PAGE + 5);
        expect(executionStats?.['totalDocsExamined']).toBeLessThanOrEqual(PAGE + 5);
      }
    }
  });
}); // prettier-ignore

function compared(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  const [one, other] = [a[index], b[index]];
  return one === undefined || other === undefined ? 0 : one < other ? -1 : 1;
}
