import { randomUUID } from 'node:crypto';
import { Int32 } from 'bson';
import { decodeDoc, encodeDoc } from '../bson/codec.js';
import type { Doc, Value } from '../bson/types.js';
import { collectionOf, numberOf, recordOf } from './catalogue-records.js';
import { makeIndex, orderOf, type Collection, type Index } from './collection.js';
import { type Key, prefixOf, RESERVED } from './keys.js';
import type { Transaction } from './transaction.js';
import type { View } from './view.js';

const RECORDS = prefixOf(0, RESERVED.catalogue);

function recordKey(collectionId: number): Key {
  return RECORDS + prefixOf(collectionId, 0).slice(0, 4);
}

const idSpec = (): Doc =>
  new Map<string, Value>([
    ['v', new Int32(2)],
    ['key', new Map([['_id', new Int32(1)]])],
    ['name', '_id_'],
  ]);

/** What may become different about a collection. */
export type CollectionChange = Partial<
  Pick<Collection, 'db' | 'name' | 'ns' | 'options' | 'indexes' | 'nextIndexId' | 'goneIndexes' | 'dropped'>
>;

/** What may become different about one of its indexes. */
export interface IndexChange {
  readonly index: Index;
  readonly to: Partial<Pick<Index, 'spec' | 'multikey' | 'arrays' | 'hasLongKeys' | 'ready'>>;
}

/**
 * Which collections and indexes exist. Look-ups are synchronous; changes go through a transaction and are stored. They
 * hold from its publication on: of one that is refused, for want of disk space, nothing is left.
 */
export class Catalogue {
  private readonly byNamespace = new Map<string, Collection>();
  private nextId = 1;

  /** Reads everything back at start; `dropped` are collections whose data is still to be removed. */
  load(view: View): { live: Collection[]; dropped: Collection[] } {
    const dropped: Collection[] = [];
    for (const [, bytes] of view.range(RECORDS, prefixOf(0, RESERVED.catalogue + 1))) {
      const record = decodeDoc(bytes);
      if (record.has('next_id')) {
        this.nextId = numberOf(record.get('next_id'));
        continue;
      }
      const collection = collectionOf(record);
      if (collection.dropped) dropped.push(collection);
      else this.byNamespace.set(collection.ns, collection);
    }
    return { live: [...this.byNamespace.values()], dropped };
  }

  find(ns: string): Collection | undefined {
    return this.byNamespace.get(ns);
  }

  /** The collections of a database, or all. */
  list(db?: string): Collection[] {
    const all = [...this.byNamespace.values()];
    return db === undefined ? all : all.filter((collection) => collection.db === db);
  }

  /** Adds a collection; the caller has seen that there is none of that name. */
  create(transaction: Transaction, db: string, name: string, options: Doc): Collection {
    const id = this.nextId;
    this.nextId += 1;
    const idIndex: Index = {
      ...makeIndex(id, 0, { name: '_id_', key: [['_id', 1]], unique: true, sparse: false, spec: idSpec() }),
      ready: true,
    };
    const collection: Collection = {
      id,
      db,
      name,
      ns: `${db}.${name}`,
      uuid: randomUUID(),
      options,
      indexes: [idIndex],
      ...orderOf(id, options),
      changedAt: 0,
      nextIndexId: 1,
      goneIndexes: [],
      dropped: false,
      changesWaiting: 0,
    };
    transaction.put(RECORDS, encodeDoc(new Map([['next_id', new Int32(this.nextId)]])));
    this.change(transaction, collection);
    transaction.onPublished(() => this.byNamespace.set(collection.ns, collection));
    return collection;
  }

  /** Takes a collection out of sight; its data is removed afterwards. */
  drop(transaction: Transaction, collection: Collection): void {
    this.change(transaction, collection, { dropped: true });
    transaction.onPublished(() => this.byNamespace.delete(collection.ns));
  }

  /** Gives a collection another name; the caller has seen that it is free. */
  rename(transaction: Transaction, collection: Collection, db: string, name: string): void {
    const before = collection.ns;
    this.change(transaction, collection, { db, name, ns: `${db}.${name}` });
    transaction.onPublished(() => {
      this.byNamespace.delete(before);
      this.byNamespace.set(collection.ns, collection);
    });
  }

  /** Removes the record of a dropped collection whose data is gone. */
  forget(transaction: Transaction, collection: Collection): void {
    transaction.remove(recordKey(collection.id));
  }

  /** Changes a collection, of a transaction at most once; open transactions must heed it. */
  change(
    transaction: Transaction,
    collection: Collection,
    change: CollectionChange = {},
    ofIndex?: IndexChange,
  ): void {
    this.changeQuietly(transaction, collection, change, ofIndex);
    transaction.onPublished((sequence) => {
      collection.changedAt = sequence;
    });
  }

  /** The same where it is no change of the schema that open transactions must heed. */
  changeQuietly(
    transaction: Transaction,
    collection: Collection,
    change: CollectionChange,
    ofIndex?: IndexChange,
  ): void {
    const changed = { ...collection, ...change };
    const indexes = changed.indexes.map((one) => (one === ofIndex?.index ? { ...one, ...ofIndex.to } : one));
    transaction.put(recordKey(collection.id), encodeDoc(recordOf({ ...changed, indexes })));
    transaction.onPublished(() => {
      Object.assign(collection, change);
      if (ofIndex !== undefined) Object.assign(ofIndex.index, ofIndex.to);
    });
  }
}
