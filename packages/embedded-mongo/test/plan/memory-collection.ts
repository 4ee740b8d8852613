import { encodeDoc } from '../../src/bson/codec.js';
import type { Doc } from '../../src/bson/types.js';
import type { QueryPlan } from '../../src/query/plan/plan.js';
import { Catalogue } from '../../src/storage/catalogue.js';
import {
  makeIndex,
  type Collection,
  type Index,
  type IndexDefinition,
} from '../../src/storage/collection.js';
import { Locks } from '../../src/storage/locks.js';
import { addEntries, idKeyOf, insertDocument } from '../../src/storage/records.js';
import { Transaction } from '../../src/storage/transaction.js';
import type { PublishedView } from '../../src/storage/view.js';

/** Nothing but what the transaction itself has written. */
const emptyView = {
  sequence: 0,
  get: () => undefined,
  *range() {
    yield* [];
  },
  release: () => undefined,
} as unknown as PublishedView;

/** An index over these fields, ready for queries. */
export function indexOn(
  id: number,
  key: IndexDefinition['key'],
  options: Partial<Omit<IndexDefinition, 'key'>> = {},
): Index {
  const name = options.name ?? key.map(([path, direction]) => `${path}_${direction}`).join('_');
  const index = makeIndex(1, id, { unique: false, sparse: false, spec: new Map(), ...options, name, key });
  index.ready = true;
  return index;
}

/** A collection without documents. */
export function collectionWith(...indexes: readonly Index[]): Collection {
  const idIndex = indexOn(0, [['_id', 1]], { name: '_id_', unique: true });
  return {
    id: 1,
    db: 'test',
    name: 'things',
    ns: 'test.things',
    uuid: '00000000-0000-4000-8000-000000000000',
    options: new Map(),
    indexes: [idIndex, ...indexes],
    changedAt: 0,
    nextIndexId: 100,
    goneIndexes: [],
    dropped: false,
    changesWaiting: 0,
  };
}

/** A transaction over nothing, whose changes of the catalogue hold at once. */
function inMemory(): Transaction {
  return new Transaction(emptyView, new Locks(), true, (change) => {
    const own = inMemory();
    change(own, new Catalogue());
    own.published(0);
  });
}

/** A view of the documents, stored in the collection with all its indexes. Throws like an insert. */
export function viewOf(collection: Collection, docs: readonly Doc[]): Transaction {
  const transaction = inMemory();
  for (const doc of docs) insertDocument(transaction, collection, encodeDoc(doc));
  return transaction;
}

/** Adds an index to a stored collection, as a build does. */
export function addIndex(
  transaction: Transaction,
  collection: Collection,
  index: Index,
  docs: readonly Doc[],
): void {
  for (const doc of docs) addEntries(transaction, collection, index, doc, idKeyOf(doc.get('_id') ?? null));
  collection.indexes = [...collection.indexes, index];
}

/** The names of the indexes that are read, or `point` for a look-up by `_id`. */
export function indexesUsed(chosen: QueryPlan): string {
  return chosen.idKey === undefined ? chosen.scans.map(({ index }) => index.name).join(' + ') : 'point';
}
