import { decodePart } from '../bson/part.js';
import type { Doc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import {
  FIRST_OWN_INDEX,
  makeIndex,
  type Collection,
  type Index,
  type IndexDefinition,
} from './collection.js';
import { allIndexes } from './insertion-order.js';
import { endOfPrefix, type Key } from './keys.js';
import { LockedByTransaction } from './locks.js';
import { inSlices } from './long-change.js';
import { scanDocuments } from './reading.js';
import { addEntries } from './records.js';
import type { Need, Store } from './store.js';
import type { Transaction } from './transaction.js';
import { patient, type Waiter } from './waiting.js';

/** Makes a collection; throws NamespaceExists where there is one of that name. */
export async function createCollection(
  store: Store,
  db: string,
  name: string,
  options: Doc,
): Promise<Collection> {
  return store.writeOnce((own) => {
    if (store.catalogue.find(`${db}.${name}`) !== undefined) {
      throw new EngineError('NamespaceExists', `Collection ${db}.${name} already exists.`);
    }
    return store.catalogue.create(own, db, name, options);
  });
}

/**
 * Drops a collection once the transactions that have used it are over. Its data is removed in the background; the
 * next start goes on with that after a crash.
 */
export async function dropCollection(
  store: Store,
  collection: Collection,
  waiter: Waiter = patient,
): Promise<void> {
  const dropped = await whileUnused(store, [collection], waiter, () =>
    store.writeOnce((own) => {
      if (collection.dropped) return false;
      store.catalogue.drop(own, collection);
      return true;
    }),
  );
  if (dropped) store.inBackground(clearDropped(store, collection));
}

/** Removes the data of a dropped collection, then its last trace in the catalogue. */
export async function clearDropped(store: Store, collection: Collection): Promise<void> {
  for (const index of allIndexes(collection)) await clearIndex(store, index);
  await store.writeOnce((own) => {
    store.catalogue.forget(own, collection);
  }, 'use the reserve');
}

/**
 * Builds an index over the documents that are there while reading and writing go on, and resolves when queries can
 * use it. Throws DuplicateKey (the index is gone then) when a unique one meets two equal keys.
 */
export async function createIndex(
  store: Store,
  collection: Collection,
  definition: IndexDefinition,
  waiter: Waiter = patient,
): Promise<Index> {
  if (collection.nextIndexId >= FIRST_OWN_INDEX) {
    throw new EngineError('CannotCreateIndex', `${collection.ns} has had too many indexes`);
  }
  const index = await store.writeOnce((own) => {
    refuseDropped(collection);
    const made = makeIndex(collection.id, collection.nextIndexId, definition);
    const indexes = [...collection.indexes, made];
    store.catalogue.change(own, collection, { indexes, nextIndexId: collection.nextIndexId + 1 });
    return made;
  });
  try {
    // Writers that began before do not know the index: their changes must be in before the scan.
    await ended(store.usersOf(collection), waiter);
    await fillIndex(store, collection, index, waiter);
    // A transaction whose snapshot is older than the last entry must not plan with the index: whether it has used the
    // collection by now, or begins to while the others are waited for.
    await store.writeOnce((own) => {
      refuseDropped(collection);
      store.catalogue.change(own, collection);
      own.onPublished((sequence) => {
        index.wholeFrom = sequence;
      });
    });
    await ended(store.usersOf(collection), waiter);
    await store.writeOnce((own) => {
      refuseDropped(collection);
      store.catalogue.changeQuietly(own, collection, {}, { index, to: { ready: true } });
    });
  } catch (error) {
    abandonIndex(store, collection, index);
    throw error;
  }
  return index;
}

/** Drops one secondary index once the transactions that have used the collection are over. */
export async function dropIndex(
  store: Store,
  collection: Collection,
  index: Index,
  need: Need = 'spare the reserve',
  waiter: Waiter = patient,
): Promise<void> {
  await whileUnused(store, [collection], waiter, () =>
    store.writeOnce((own) => {
      store.catalogue.change(own, collection, { indexes: without(collection, index) });
    }, need),
  );
  await clearIndex(store, index);
}

/** Takes out what an earlier process left of indexes it did not finish building. */
export async function dropUnfinishedIndexes(store: Store, collection: Collection): Promise<void> {
  for (const index of collection.indexes) {
    if (!index.ready) await dropIndex(store, collection, index, 'use the reserve');
  }
}

/**
 * Takes an unfinished index out of sight at once, so that its name can be used again. The disk hears of it when it has
 * room, its entries go when those who may still write some have ended; the next start goes on with that.
 */
function abandonIndex(store: Store, collection: Collection, index: Index): void {
  collection.indexes = without(collection, index);
  store.inBackground(clearAbandoned(store, collection, index));
}

async function clearAbandoned(store: Store, collection: Collection, index: Index): Promise<void> {
  await store.writeOnce((own) => {
    if (!collection.dropped) store.catalogue.change(own, collection);
  }, 'use the reserve');
  // Those that begin from now on do not know of it.
  await ended(store.usersOf(collection), patient);
  await clearIndex(store, index);
}

function without({ indexes }: Collection, index: Index): Index[] {
  return indexes.filter((other) => other !== index);
}

function refuseDropped({ dropped, ns }: Collection): void {
  if (dropped) throw new EngineError('IndexBuildAborted', `Index build failed: collection dropped: ${ns}`);
}

async function fillIndex(store: Store, collection: Collection, index: Index, waiter: Waiter): Promise<void> {
  const primary = collection.indexes[0] as Index;
  let from = '';
  await inSlices(store, waiter, (slice) =>
    store.writeOnce(
      (own) => {
        refuseDropped(collection);
        let isFirst = true;
        for (const { idKey, bytes } of scanDocuments(own, collection, { from })) {
          if (!isFirst && slice.isOver()) {
            from = idKey;
            return true;
          }
          try {
            // The lock keeps a transaction that has not seen the new entry from changing the document under it.
            own.lock(primary.prefix + idKey);
            addEntries(own, collection, index, decodePart(bytes, index.fields), idKey);
          } catch (error) {
            if (!(error instanceof LockedByTransaction) || isFirst) throw error;
            // To wait for all documents of a slice to be free at once might take for ever.
            from = idKey;
            return true;
          }
          isFirst = false;
        }
        return false;
      },
      'spare the reserve',
      waiter,
    ),
  );
}

async function clearIndex(store: Store, index: Index): Promise<void> {
  const end = endOfPrefix(index.prefix) as Key;
  await inSlices(store, patient, (slice) =>
    store.writeOnce((own) => {
      for (const [key] of own.range(index.prefix, end)) {
        own.remove(key);
        if (slice.isOver()) return true;
      }
      return false;
    }, 'use the reserve'),
  );
  store.counts.forget(index.prefix);
}

/**
 * Waits until no open transaction has used the collections, then makes a change to them. Meanwhile no further
 * transaction can begin to use them: a stream of transactions would keep the change waiting for ever.
 */
export async function whileUnused<T>(
  store: Store,
  collections: readonly Collection[],
  waiter: Waiter,
  change: () => Promise<T>,
): Promise<T> {
  for (const collection of collections) collection.changesWaiting += 1;
  try {
    for (const collection of collections) await ended(store.usersOf(collection), waiter);
    return await change();
  } finally {
    for (const collection of collections) collection.changesWaiting -= 1;
  }
}

async function ended(transactions: readonly Transaction[], waiter: Waiter): Promise<void> {
  await waiter.until(Promise.all(transactions.map((transaction) => transaction.ended)));
}
