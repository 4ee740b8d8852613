import { randomUUID } from 'node:crypto';
import { Int32, Long } from 'bson';
import { decodeDoc, encodeDoc } from '../bson/codec.js';
import type { Doc, Value } from '../bson/types.js';
import { compileFilter, type Filter } from '../query/match.js';
import { compileKeys } from '../query/sort-keys.js';
import { isArray } from '../query/values.js';
import type { InsertionOrder } from './insertion-order.js';
import { type Key, prefixOf, RESERVED } from './keys.js';
import type { Transaction } from './transaction.js';
import type { View } from './view.js';

export interface Index {
  readonly id: number;
  readonly name: string;
  readonly key: readonly (readonly [path: string, direction: 1 | -1])[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partialFilter?: Doc;
  /** Compiled from `partialFilter`. */
  readonly filter?: Filter;
  /** The paths of `key`, split. */
  readonly paths: readonly (readonly string[])[];
  /** The tuples of values of a document with an array at one of the paths. */
  readonly tuples: (doc: Doc) => Value[][];
  /** The description that listIndexes shows. */
  readonly spec: Doc;
  /** The six bytes that its keys begin with. */
  readonly prefix: Key;
  /** The top-level fields that its entries depend on; `undefined` when any field may matter. */
  readonly fields: ReadonlySet<string>;
  /** Some document has an array at one of the paths, so it has several entries. */
  multikey: boolean;
  /** On which of the paths some document has an array: bit n for the n-th field of the key, -1 when unknown. */
  arrays: number;
  /** Some key was too long and is kept cut: the index does not sort. */
  hasLongKeys: boolean;
  /** False while it is being built: writers keep it up, readers do not use it. */
  ready: boolean;
}

export interface Collection {
  readonly id: number;
  db: string;
  name: string;
  ns: string;
  readonly uuid: string;
  options: Doc;
  /** `indexes[0]` is `_id_`, the documents themselves. */
  indexes: readonly Index[];
  /** A capped collection's alone. */
  readonly order?: InsertionOrder;
  /** The published sequence of the last change of its schema. */
  changedAt: number;
  nextIndexId: number;
  dropped: boolean;
  /** How many schema changes wait for the transactions that use it: no further transaction may begin to, meanwhile. */
  changesWaiting: number;
}

export interface IndexDefinition {
  readonly name: string;
  readonly key: readonly (readonly [path: string, direction: 1 | -1])[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partialFilter?: Doc;
  readonly spec: Doc;
}

/** Index numbers from here on are the engine's own: what they hold is not built from documents. */
export const FIRST_OWN_INDEX = 0xfff0;

const RECORDS = prefixOf(0, RESERVED.catalogue);

function recordKey(collectionId: number): Key {
  return RECORDS + prefixOf(collectionId, 0).slice(0, 4);
}

/** Builds the in-memory form of an index. */
export function makeIndex(collectionId: number, id: number, definition: IndexDefinition): Index {
  const fields = new Set(definition.key.map(([path]) => path.split('.')[0] as string));
  for (const field of definition.partialFilter === undefined ? [] : fieldsOf(definition.partialFilter)) {
    fields.add(field);
  }
  return {
    ...definition,
    id,
    prefix: prefixOf(collectionId, id),
    fields,
    paths: definition.key.map(([path]) => path.split('.')),
    tuples: compileKeys(definition.key.map(([path]) => path)),
    ...(definition.partialFilter === undefined ? {} : { filter: compileFilter(definition.partialFilter) }),
    multikey: false,
    arrays: 0,
    hasLongKeys: false,
    ready: false,
  };
}

/** The order of insertion where a collection with these options has one. */
function orderOf(collectionId: number, options: Doc): { readonly order?: InsertionOrder } {
  if (options.get('capped') !== true) return {};
  const own = (name: string, id: number): Index => ({
    ...makeIndex(collectionId, id, { name, key: [], unique: true, sparse: false, spec: new Map() }),
    ready: true,
  });
  return {
    order: {
      byNumber: own('$natural', FIRST_OWN_INDEX),
      byDocument: own('$natural of a document', FIRST_OWN_INDEX + 1),
      last: undefined,
    },
  };
}

function fieldsOf(filter: Doc): string[] {
  const fields: string[] = [];
  for (const [name, value] of filter) {
    if (!name.startsWith('$')) fields.push(name.split('.')[0] as string);
    else if (isArray(value)) {
      for (const branch of value) if (branch instanceof Map) fields.push(...fieldsOf(branch));
    }
  }
  return fields;
}

const idSpec = (): Doc =>
  new Map<string, Value>([
    ['v', new Int32(2)],
    ['key', new Map([['_id', new Int32(1)]])],
    ['name', '_id_'],
  ]);

/** Which collections and indexes exist. Look-ups are synchronous; changes go through a transaction and are stored. */
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
      dropped: false,
      changesWaiting: 0,
    };
    this.byNamespace.set(collection.ns, collection);
    transaction.put(RECORDS, encodeDoc(new Map([['next_id', new Int32(this.nextId)]])));
    this.store(transaction, collection);
    return collection;
  }

  /** Takes a collection out of sight; its data is removed afterwards. */
  drop(transaction: Transaction, collection: Collection): void {
    collection.dropped = true;
    this.byNamespace.delete(collection.ns);
    this.store(transaction, collection);
  }

  /** Gives a collection another name; the caller has seen that it is free. */
  rename(transaction: Transaction, collection: Collection, db: string, name: string): void {
    this.byNamespace.delete(collection.ns);
    collection.db = db;
    collection.name = name;
    collection.ns = `${db}.${name}`;
    this.byNamespace.set(collection.ns, collection);
    this.store(transaction, collection);
  }

  /** Removes the record of a dropped collection whose data is gone. */
  forget(transaction: Transaction, collection: Collection): void {
    transaction.remove(recordKey(collection.id));
  }

  /** Stores the collection as it is now. */
  store(transaction: Transaction, collection: Collection): void {
    transaction.put(recordKey(collection.id), encodeDoc(recordOf(collection)));
    transaction.onPublished((sequence) => {
      collection.changedAt = sequence;
    });
  }

  /** Stores the collection without a schema change that open transactions must heed. */
  storeQuietly(transaction: Transaction, collection: Collection): void {
    transaction.put(recordKey(collection.id), encodeDoc(recordOf(collection)));
  }
}

function numberOf(value: Value | undefined): number {
  if (value instanceof Int32) return value.value;
  if (value instanceof Long) return value.toNumber();
  throw new Error('damaged catalogue record');
}

function recordOf(collection: Collection): Doc {
  return new Map<string, Value>([
    ['id', Long.fromNumber(collection.id)],
    ['db', collection.db],
    ['name', collection.name],
    ['uuid', collection.uuid],
    ['options', collection.options],
    ['next_index_id', new Int32(collection.nextIndexId)],
    ['dropped', collection.dropped],
    ['indexes', collection.indexes.map(indexRecord)],
  ]);
}

function indexRecord(index: Index): Doc {
  const record: Doc = new Map<string, Value>([
    ['id', new Int32(index.id)],
    ['name', index.name],
    ['key', new Map(index.key.map(([path, direction]) => [path, new Int32(direction)]))],
    ['unique', index.unique],
    ['sparse', index.sparse],
    ['multikey', index.multikey],
    ['arrays', new Int32(index.arrays)],
    ['has_long_keys', index.hasLongKeys],
    ['ready', index.ready],
    ['spec', index.spec],
  ]);
  if (index.partialFilter !== undefined) record.set('partial_filter', index.partialFilter);
  return record;
}

function collectionOf(record: Doc): Collection {
  const id = numberOf(record.get('id'));
  const db = record.get('db') as string;
  const name = record.get('name') as string;
  const options = record.get('options') as Doc;
  return {
    id,
    db,
    name,
    ns: `${db}.${name}`,
    uuid: record.get('uuid') as string,
    options,
    ...orderOf(id, options),
    indexes: (record.get('indexes') as Doc[]).map((index) => indexOf(id, index)),
    changedAt: 0,
    nextIndexId: numberOf(record.get('next_index_id')),
    dropped: record.get('dropped') === true,
    changesWaiting: 0,
  };
}

function indexOf(collectionId: number, record: Doc): Index {
  const partialFilter = record.get('partial_filter') as Doc | undefined;
  const index = makeIndex(collectionId, numberOf(record.get('id')), {
    name: record.get('name') as string,
    key: [...(record.get('key') as Doc)].map(([path, direction]) => [path, numberOf(direction) as 1 | -1]),
    unique: record.get('unique') === true,
    sparse: record.get('sparse') === true,
    spec: record.get('spec') as Doc,
    ...(partialFilter === undefined ? {} : { partialFilter }),
  });
  index.multikey = record.get('multikey') === true;
  // A record of an earlier version doesn't say on which paths.
  index.arrays = record.has('arrays') ? numberOf(record.get('arrays')) : index.multikey ? -1 : 0;
  index.hasLongKeys = record.get('has_long_keys') === true;
  index.ready = record.get('ready') === true;
  return index;
}
