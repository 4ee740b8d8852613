import { decodePart } from '../bson/part.js';
import { EngineError } from '../errors.js';
import { clearGone } from './clearing.js';
import {
  FIRST_OWN_INDEX,
  makeIndex,
  type Collection,
  type Index,
  type IndexDefinition,
} from './collection.js';
import { LockedByTransaction } from './locks.js';
import { inSlices } from './long-change.js';
import { scanDocuments } from './reading.js';
import { addEntries } from './records.js';
import { ended, whileUnused } from './schema.js';
import type { Store } from './store.js';
import { patient, type Waiter } from './waiting.js';

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
    if (collection.dropped) throw new EngineError('NamespaceNotFound', `ns not found: ${collection.ns}`);
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
      refuseGone(collection, index);
      store.catalogue.change(own, collection);
      own.onPublished((sequence) => {
        index.wholeFrom = sequence;
      });
    });
    await ended(store.usersOf(collection), waiter);
    await store.writeOnce((own) => {
      refuseGone(collection, index);
      store.catalogue.changeQuietly(own, collection, {}, { index, to: { ready: true } });
    });
  } catch (error) {
    abandonIndex(store, collection, index);
    throw error;
  }
  return index;
}

/** Drops one secondary index once the transactions that have used the collection are over; its entries go in the background. */
export async function dropIndex(
  store: Store,
  collection: Collection,
  index: Index,
  waiter: Waiter = patient,
): Promise<void> {
  await whileUnused(store, [collection], waiter, () =>
    store.writeOnce((own) => {
      if (collection.dropped || !collection.indexes.includes(index)) return;
      store.catalogue.change(own, collection, {
        indexes: without(collection, index),
        goneIndexes: [...collection.goneIndexes, index.id],
      });
    }),
  );
  clearGone(store, collection);
}

/** Goes on where an earlier process has ended: indexes that it did not finish are dropped, what is gone is cleared. */
export async function settleIndexes(store: Store, collection: Collection): Promise<void> {
  const indexes = collection.indexes.filter(({ ready }) => ready);
  const unfinished = collection.indexes.filter(({ ready }) => !ready).map(({ id }) => id);
  if (unfinished.length > 0) {
    const goneIndexes = [...collection.goneIndexes, ...unfinished];
    await store.writeOnce((own) => {
      store.catalogue.change(own, collection, { indexes, goneIndexes });
    }, 'use the reserve');
  }
  clearGone(store, collection);
}

/**
 * Takes an unfinished index out of sight at once, so that its name can be used again. The disk hears of it when it has
 * room, its entries go when those who may still write some have ended.
 */
function abandonIndex(store: Store, collection: Collection, index: Index): void {
  if (!collection.indexes.includes(index)) return;
  collection.indexes = without(collection, index);
  store.inBackground(clearAbandoned(store, collection, index));
}

async function clearAbandoned(store: Store, collection: Collection, index: Index): Promise<void> {
  await store.writeOnce((own) => {
    if (collection.dropped) return;
    const goneIndexes = [...collection.goneIndexes, index.id];
    store.catalogue.change(own, collection, { goneIndexes });
  }, 'use the reserve');
  // Those that begin from now on do not know of it.
  await ended(store.usersOf(collection), patient);
  clearGone(store, collection);
}

function without({ indexes }: Collection, index: Index): Index[] {
  return indexes.filter((other) => other !== index);
}

/** Throws IndexBuildAborted where an index that is being built has been dropped, by itself or with all others. */
function refuseGone({ dropped, indexes, ns }: Collection, index: Index): void {
  if (!dropped && indexes.includes(index)) return;
  const what = dropped ? `collection dropped: ${ns}` : `index dropped: ${index.name}`;
  throw new EngineError('IndexBuildAborted', `Index build failed: ${what}`);
}

async function fillIndex(store: Store, collection: Collection, index: Index, waiter: Waiter): Promise<void> {
  const primary = collection.indexes[0] as Index;
  let from = '';
  await inSlices(store, waiter, (slice) =>
    store.writeOnce(
      (own) => {
        refuseGone(collection, index);
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
