import type { Store } from '../storage/store.js';
import { clearDropped } from '../storage/clearing.js';
import type { Collection } from '../storage/collection.js';
import { scanDocuments } from '../storage/reading.js';
import { createCollection } from '../storage/schema.js';
import type { Transaction } from '../storage/transaction.js';
import type { Doc } from '../bson/types.js';
import type { CommandContext } from './command.js';
import type { Eventually } from './eventually.js';
import type { Namespace } from './namespace.js';

/** Collections whose making is not committed yet, and the open transactions that have made them. */
const makers = new WeakMap<Collection, Transaction>();

/** The collection to write to, made where it does not exist. */
export function collectionToWrite(context: CommandContext, namespace: Namespace): Eventually<Collection> {
  const found = context.engine.store.catalogue.find(namespace.ns);
  return found ?? makeCollection(context, namespace, new Map());
}

/**
 * Makes a collection. One that a transaction makes is shown to nobody else before the commit, and goes again without
 * it, unless others have put documents there meanwhile. Throws NamespaceExists.
 */
export async function makeCollection(
  { engine, transaction }: CommandContext,
  { db, collection: name }: Namespace,
  options: Doc,
): Promise<Collection> {
  const { store } = engine;
  const made = await createCollection(store, db, name, options);
  if (transaction === undefined) return made;
  transaction.touched.add(made);
  makers.set(made, transaction);
  transaction.onPublished(() => makers.delete(made));
  void transaction.ended.then(() => {
    if (makers.delete(made)) store.inBackground(removeEmpty(store, made));
  });
  return made;
}

/** Whether the command may know of the collection. */
export function isVisible({ transaction }: CommandContext, collection: Collection): boolean {
  const maker = makers.get(collection);
  return maker === undefined || maker === transaction;
}

async function removeEmpty(store: Store, collection: Collection): Promise<void> {
  const removed = await store.writeOnce((own) => {
    const [first] = scanDocuments(own, collection);
    if (collection.dropped || first !== undefined || store.usersOf(collection).length > 0) return false;
    store.catalogue.drop(own, collection);
    return true;
  }, 'use the reserve');
  if (removed) clearDropped(store, collection);
}
