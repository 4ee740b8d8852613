import { isDeepStrictEqual } from 'node:util';
import {
  MongoBulkWriteError,
  MongoClientBulkWriteError,
  type AnyBulkWriteOperation,
  type ClientBulkWriteModel,
} from 'mongodb';
import { anyChange, anyCondition, anyItem, changed, pick, type Change, type Item } from './model.js';
import type { Circumstances, Operation } from './operation.js';

type Maker = (circumstances: Circumstances) => Operation;

const WRITES: readonly Maker[] = [
  insertOne,
  insertMany,
  updateOne,
  updateMany,
  upsert,
  replace,
  deleteOne,
  deleteMany,
  findOneAndUpdate,
  findOneAndDelete,
  bulkWrite,
  clientBulkWrite,
];
/** A client with more items than this removes some first. */
const MOST_ITEMS = 250;

/** A random write upon a client's own items. */
export function anyWrite(circumstances: Circumstances): Operation {
  const isFull = circumstances.model.all().length > MOST_ITEMS;
  return isFull ? deleteMany(circumstances) : pick(circumstances.random, WRITES)(circumstances);
}

/** An id that the client has, or now and then one that it has not. */
function anyId({ random, model, newId }: Circumstances): string {
  const items = model.all();
  return random(12) === 0 || items.length === 0 ? newId() : pick(random, items)._id;
}

function insertOne({ random, model, newId }: Circumstances): Operation {
  const item = anyItem(random, model.owner, newId());
  return {
    name: 'insertOne',
    run: async ({ items, within }) => (await items.insertOne({ ...item }, within)).insertedId,
    answer: item._id,
    changes: new Map([[item._id, item]]),
    atomic: true,
  };
}

function insertMany({ random, model, newId }: Circumstances): Operation {
  const fresh = Array.from({ length: 1 + random(20) }, () => anyItem(random, model.owner, newId()));
  return {
    name: 'insertMany',
    run: async ({ items, within }) => (await items.insertMany(fresh, within)).insertedCount,
    answer: fresh.length,
    changes: new Map(fresh.map((item) => [item._id, item])),
    atomic: false,
  };
}

/** Some of which are there already. Not for transactions, which a duplicate ends. */
export function insertDuplicates({ random, model, newId }: Circumstances): Operation {
  const fresh = Array.from({ length: 1 + random(5) }, () => anyItem(random, model.owner, newId()));
  const known = model.all().slice(0, 2);
  return {
    name: 'insertMany with duplicates',
    run: async ({ items }) => {
      const both = [...known, ...fresh];
      try {
        const { insertedCount } = await items.insertMany(both, { ordered: false });
        return { inserted: insertedCount, duplicates: 0 };
      } catch (error) {
        if (!(error instanceof MongoBulkWriteError) || error.code !== 11000) throw error;
        const refused = Array.isArray(error.writeErrors) ? error.writeErrors.length : 1;
        return { inserted: error.insertedCount, duplicates: refused };
      }
    },
    answer: { inserted: fresh.length, duplicates: known.length },
    changes: new Map(fresh.map((item) => [item._id, item])),
    atomic: false,
  };
}

/** What an update does to some items: those that it changes. */
function updated(found: readonly Item[], change: Change): Map<string, Item> {
  const pairs = found.map((item) => [item, changed(item, change)] as const);
  return new Map(
    pairs.filter(([before, after]) => !isDeepStrictEqual(before, after)).map(([, item]) => [item._id, item]),
  );
}

function updateOne(circumstances: Circumstances): Operation {
  const [_id, change] = [anyId(circumstances), anyChange(circumstances.random)];
  const item = circumstances.model.get(_id);
  const changes = updated(item === undefined ? [] : [item], change);
  return {
    name: 'updateOne',
    run: async ({ items, within }) => {
      const { matchedCount, modifiedCount } = await items.updateOne({ _id }, change.update, within);
      return [matchedCount, modifiedCount];
    },
    answer: [item === undefined ? 0 : 1, changes.size],
    changes,
    atomic: true,
  };
}

function updateMany({ random, model }: Circumstances): Operation {
  const [condition, change] = [anyCondition(random, model.owner), anyChange(random)];
  const found = model.matching(condition);
  const changes = updated(found, change);
  return {
    name: 'updateMany',
    run: async ({ items, within }) => {
      const { matchedCount, modifiedCount } = await items.updateMany(condition.filter, change.update, within);
      return [matchedCount, modifiedCount];
    },
    answer: [found.length, changes.size],
    changes,
    atomic: false,
  };
}

function upsert(circumstances: Circumstances): Operation {
  const { random, model } = circumstances;
  const _id = anyId(circumstances);
  const fresh = anyItem(random, model.owner, _id);
  const { n: _n, _id: _, owner: _owner, ...onInsert } = fresh;
  const item = model.get(_id);
  const after = item === undefined ? { ...fresh, n: 1 } : { ...item, n: item.n + 1 };
  return {
    name: 'upsert',
    run: async ({ items, within }) => {
      const { matchedCount, upsertedId } = await items.updateOne(
        { _id, owner: model.owner },
        { $inc: { n: 1 }, $setOnInsert: onInsert },
        { ...within, upsert: true },
      );
      return [matchedCount, upsertedId];
    },
    answer: item === undefined ? [0, _id] : [1, null],
    changes: new Map([[_id, after]]),
    atomic: true,
  };
}

function replace(circumstances: Circumstances): Operation {
  const _id = anyId(circumstances);
  const item = anyItem(circumstances.random, circumstances.model.owner, _id);
  const before = circumstances.model.get(_id);
  return {
    name: 'replaceOne',
    run: async ({ items, within }) => {
      const { matchedCount, upsertedCount } = await items.replaceOne({ _id }, item, {
        ...within,
        upsert: true,
      });
      return [matchedCount, upsertedCount];
    },
    answer: before === undefined ? [0, 1] : [1, 0],
    changes: new Map([[_id, item]]),
    atomic: true,
  };
}

function deleteOne(circumstances: Circumstances): Operation {
  const _id = anyId(circumstances);
  const isThere = circumstances.model.get(_id) !== undefined;
  return {
    name: 'deleteOne',
    run: async ({ items, within }) => (await items.deleteOne({ _id }, within)).deletedCount,
    answer: isThere ? 1 : 0,
    changes: new Map([[_id, undefined]]),
    atomic: true,
  };
}

function deleteMany({ random, model }: Circumstances): Operation {
  const condition = anyCondition(random, model.owner);
  const found = model.matching(condition);
  return {
    name: 'deleteMany',
    run: async ({ items, within }) => (await items.deleteMany(condition.filter, within)).deletedCount,
    answer: found.length,
    changes: new Map(found.map(({ _id }) => [_id, undefined])),
    atomic: false,
  };
}

function findOneAndUpdate({ random, model }: Circumstances): Operation {
  const [condition, change] = [anyCondition(random, model.owner), anyChange(random)];
  const [first] = model.matching(condition);
  const after = first === undefined ? null : changed(first, change);
  const returnDocument = pick(random, ['before', 'after'] as const);
  return {
    name: 'findOneAndUpdate',
    run: ({ items, within }) =>
      items.findOneAndUpdate(condition.filter, change.update, {
        ...within,
        sort: { n: 1, _id: 1 },
        returnDocument,
      }),
    answer: returnDocument === 'after' ? after : (first ?? null),
    changes: new Map(after === null ? [] : [[after._id, after]]),
    atomic: true,
  };
}

function findOneAndDelete({ random, model }: Circumstances): Operation {
  const condition = anyCondition(random, model.owner);
  const last = model.matching(condition).at(-1);
  return {
    name: 'findOneAndDelete',
    run: ({ items, within }) =>
      items.findOneAndDelete(condition.filter, { ...within, sort: { n: -1, _id: -1 } }),
    answer: last ?? null,
    changes: new Map(last === undefined ? [] : [[last._id, undefined]]),
    atomic: true,
  };
}

/** An insert, a removal and an update of that which was inserted, in this order. */
function threeSteps(circumstances: Circumstances) {
  const { random, model, newId } = circumstances;
  const item = anyItem(random, model.owner, newId());
  const [change, gone] = [anyChange(random), anyId(circumstances)];
  const after = changed(item, change);
  return {
    item,
    gone,
    change,
    answer: [1, model.get(gone) === undefined ? 0 : 1, 1],
    changes: new Map<string, Item | undefined>([
      [gone, undefined],
      [item._id, after],
    ]),
  };
}

function bulkWrite(circumstances: Circumstances): Operation {
  const { item, gone, change, ...outcome } = threeSteps(circumstances);
  const steps: AnyBulkWriteOperation<Item>[] = [
    { insertOne: { document: item } },
    { deleteOne: { filter: { _id: gone } } },
    { updateOne: { filter: { _id: item._id }, update: change.update } },
  ];
  return {
    name: 'bulkWrite',
    run: async ({ items, within }) => {
      const result = await items.bulkWrite(steps, within);
      return [result.insertedCount, result.deletedCount, result.matchedCount];
    },
    ...outcome,
    between: item,
    atomic: false,
  };
}

function clientBulkWrite(circumstances: Circumstances): Operation {
  const { item, gone, change, ...outcome } = threeSteps(circumstances);
  const namespace = 'soak.items';
  const steps: ClientBulkWriteModel<{ 'soak.items': Item }>[] = [
    { namespace, name: 'insertOne', document: item },
    { namespace, name: 'deleteOne', filter: { _id: gone } },
    { namespace, name: 'updateOne', filter: { _id: item._id }, update: change.update },
  ];
  return {
    name: 'bulkWrite of the client',
    run: async ({ client, within }) => {
      const result = await client.bulkWrite<{ 'soak.items': Item }>(steps, within).catch((error: unknown) => {
        // The driver wraps what a server refuses, and hides its labels: a transaction would not be tried again.
        throw error instanceof MongoClientBulkWriteError ? (error.cause ?? error) : error;
      });
      return [result.insertedCount, result.deletedCount, result.matchedCount];
    },
    ...outcome,
    between: item,
    atomic: false,
  };
}
