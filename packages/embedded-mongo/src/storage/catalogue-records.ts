import { Int32, Long } from 'bson';
import type { Doc, Value } from '../bson/types.js';
import { makeIndex, orderOf, type Collection, type Index } from './collection.js';

/** A whole number in a record. Throws where it is none. */
export function numberOf(value: Value | undefined): number {
  if (value instanceof Int32) return value.value;
  if (value instanceof Long) return value.toNumber();
  throw new Error('damaged catalogue record');
}

/** The record that a collection is stored as. */
export function recordOf(collection: Collection): Doc {
  return new Map<string, Value>([
    ['id', Long.fromNumber(collection.id)],
    ['db', collection.db],
    ['name', collection.name],
    ['uuid', collection.uuid],
    ['options', collection.options],
    ['next_index_id', new Int32(collection.nextIndexId)],
    ['gone_indexes', collection.goneIndexes.map((id) => new Int32(id))],
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

/** The collection that a record describes. */
export function collectionOf(record: Doc): Collection {
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
    // A record of an earlier version doesn't tell.
    goneIndexes: ((record.get('gone_indexes') ?? []) as Value[]).map(numberOf),
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
