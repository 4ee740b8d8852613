import { EngineError } from '../errors.js';
import { clearDropped } from './clearing.js';
import type { Collection } from './collection.js';
import { dropCollection, whileUnused } from './schema.js';
import type { Store } from './store.js';
import type { Waiter } from './waiting.js';

/** What the names of collections begin with that gather the results of an `$out`. */
export const OUT_PREFIX = 'tmp.agg_out.';

/**
 * Gives a collection the place of the one named, which is dropped in the same change. Waits for transactions that
 * have used either; `check` may throw when it has seen what there is at the moment of the change.
 */
export async function replaceCollection(
  store: Store,
  collection: Collection,
  { db, collection: name, ns }: { readonly db: string; readonly collection: string; readonly ns: string },
  waiter: Waiter,
  check: (current: Collection | undefined) => void,
): Promise<void> {
  const old = store.catalogue.find(ns);
  const concerned = old === undefined ? [collection] : [collection, old];
  const replaced = await whileUnused(store, concerned, waiter, () =>
    store.writeOnce((own) => {
      const current = store.catalogue.find(ns);
      if (collection.dropped)
        throw new EngineError('QueryPlanKilled', `collection dropped: ${collection.ns}`);
      check(current);
      if (current !== undefined) store.catalogue.drop(own, current);
      store.catalogue.rename(own, collection, db, name);
      return current;
    }, 'use the reserve'),
  );
  if (replaced !== undefined) clearDropped(store, replaced);
}

/** Drops what `$out` was gathering when an earlier process ended. */
export async function dropGathered(store: Store): Promise<void> {
  for (const collection of store.catalogue.list()) {
    if (collection.name.startsWith(OUT_PREFIX)) await dropCollection(store, collection);
  }
}
