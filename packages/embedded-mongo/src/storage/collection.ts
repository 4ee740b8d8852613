import type { Doc, Value } from '../bson/types.js';
import { compileFilter, type Filter } from '../query/match/match.js';
import { compileKeys } from '../query/sort/keys.js';
import { isArray } from '../query/values.js';
import type { InsertionOrder } from './insertion-order.js';
import { type Key, prefixOf } from './keys.js';

/** An index as it is known in memory. */
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
  /** The published sequence from which on it holds every document: a view of an earlier one shows a part of it. */
  wholeFrom: number;
}

/** A collection as it is known in memory. */
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
  /** The numbers of indexes that are gone; entries of theirs may still be there. */
  goneIndexes: readonly number[];
  dropped: boolean;
  /** How many schema changes wait for the transactions that use it: no further transaction may begin to, meanwhile. */
  changesWaiting: number;
}

/** What an index is made from. */
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
    wholeFrom: 0,
  };
}

/** The order of insertion where a collection with these options has one. */
export function orderOf(collectionId: number, options: Doc): { readonly order?: InsertionOrder } {
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
