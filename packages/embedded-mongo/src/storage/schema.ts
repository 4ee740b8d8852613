import type { Doc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { clearDropped } from './clearing.js';
import type { Collection } from './collection.js';
import type { Store } from './store.js';
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
  if (dropped) clearDropped(store, collection);
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

/** Resolves when these transactions are over. */
export async function ended(transactions: readonly Transaction[], waiter: Waiter): Promise<void> {
  await waiter.until(Promise.all(transactions.map((transaction) => transaction.ended)));
}
