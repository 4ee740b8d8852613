import type { Collection } from './collection.js';
import { allIndexes } from './insertion-order.js';
import { endOfPrefix, prefixOf, type Key } from './keys.js';
import { inSlices } from './long-change.js';
import type { Store } from './store.js';

/*
 * What is gone is out of sight at once; its entries are removed in the background. The catalogue knows of it until the
 * last is removed, so a later process goes on where one has ended.
 */

/** Lets the data of a dropped collection be removed, then its last trace in the catalogue. */
export function clearDropped(store: Store, collection: Collection): void {
  store.inTurnInBackground(async () => {
    const gone = collection.goneIndexes.map((id) => prefixOf(collection.id, id));
    for (const prefix of [...allIndexes(collection).map((index) => index.prefix), ...gone]) {
      await clear(store, prefix);
    }
    await store.writeOnce((own) => {
      store.catalogue.forget(own, collection);
    }, 'use the reserve');
  });
}

/** Lets the entries of those indexes be removed that are gone, and then what the catalogue still knows of them. */
export function clearGone(store: Store, collection: Collection): void {
  for (const id of collection.goneIndexes) store.inTurnInBackground(() => clearIndex(store, collection, id));
}

async function clearIndex(store: Store, collection: Collection, id: number): Promise<void> {
  // Others may have asked for the same; of a dropped collection everything goes.
  if (collection.dropped || !collection.goneIndexes.includes(id)) return;
  await clear(store, prefixOf(collection.id, id));
  await store.writeOnce((own) => {
    if (collection.dropped) return;
    const goneIndexes = collection.goneIndexes.filter((other) => other !== id);
    store.catalogue.changeQuietly(own, collection, { goneIndexes });
  }, 'use the reserve');
}

async function clear(store: Store, prefix: Key): Promise<void> {
  const end = endOfPrefix(prefix) as Key;
  await inSlices(store, store.whileOpen, (slice) =>
    store.writeOnce((own) => {
      for (const [key] of own.range(prefix, end)) {
        own.remove(key);
        if (slice.isOver()) return true;
      }
      return false;
    }, 'use the reserve'),
  );
  // Goes to disk with the next change, at the latest the one that takes the trace away.
  store.counts.forget(prefix);
}
