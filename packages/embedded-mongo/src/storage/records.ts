import { readField } from '../bson/fields.js';
import { encodeKeyValue } from '../bson/keystring.js';
import { decodePart } from '../bson/part.js';
import { asBuffer } from '../bson/reader.js';
import type { Doc, Value } from '../bson/types.js';
import type { Collection, Index } from './collection.js';
import { indexFields } from './index-fields.js';
import { duplicateKey, keysOf } from './index-keys.js';
import { addToOrder, removeFromOrder } from './insertion-order.js';
import { boundPart, mayBeCut, type Key } from './keys.js';
import { CHECKSUM_BYTES, idIndex, storedChecksum, type StoredDocument } from './reading.js';
import { checksumOf } from './seal.js';
import type { Transaction } from './transaction.js';

/** The key string of an `_id` as it is stored. */
export function idKeyOf(id: Value): string {
  return boundPart(encodeKeyValue(id));
}

/** What an index stores of a document: a unique one finds it by its values alone, another keeps its id in the key. */
export function entryOf(index: Index, fields: string, idKey: string): { key: Key; value: Uint8Array } {
  if (index.unique) return { key: index.prefix + fields, value: Buffer.from(idKey, 'latin1') };
  return { key: index.prefix + fields + idKey, value: lengthOf(fields) };
}

/**
 * Stores a new document with all its index entries; `bytes` is validated BSON with `_id` first.
 * Throws DuplicateKey or WriteConflict.
 * @param number - its place in the order of a capped collection where that is known already; else the last.
 */
export function insertDocument(
  transaction: Transaction,
  collection: Collection,
  bytes: Uint8Array,
  number?: number,
): void {
  transaction.touch(collection);
  const id = readField(bytes, '_id');
  if (id === undefined) throw new Error('a document without _id reached storage');
  const idKey = idKeyOf(id);
  const primary = idIndex(collection);
  const key = primary.prefix + idKey;
  transaction.lock(key);
  if (transaction.get(key) !== undefined) throw duplicateKey(collection.ns, primary, new Map([['_id', id]]));
  if (mayBeCut(idKey) && !primary.hasLongKeys) flag(transaction, collection, primary, 0, true);
  if (collection.indexes.length > 1) {
    const { secondary, ofSecondary } = indexFields(collection.indexes);
    const doc = decodePart(bytes, ofSecondary);
    for (const index of secondary) addEntries(transaction, collection, index, doc, idKey);
  }
  if (collection.order !== undefined) addToOrder(transaction, collection.order, idKey, number);
  putDocument(transaction, primary, key, bytes);
}

/** The new form of a stored document, of the same `_id`. */
export interface NewForm {
  /** The document as this transaction read it; at least all fields that change, and those of their indexes. */
  readonly old: Doc;
  /** The same fields as they are to be. */
  readonly doc: Doc;
  readonly bytes: Uint8Array;
}

/** Replaces a stored document, which this transaction has read. Throws DuplicateKey or WriteConflict. */
export function updateDocument(
  transaction: Transaction,
  collection: Collection,
  { idKey, bytes: oldBytes, checksum }: StoredDocument,
  { old, doc, bytes }: NewForm,
): void {
  transaction.touch(collection);
  const primary = idIndex(collection);
  const key = primary.prefix + idKey;
  transaction.lock(key);
  for (const index of indexFields(collection.indexes).secondary) {
    if (isSame(index.fields, old, doc)) continue;
    const before = keysOf(index, old).keys;
    const after = keysOf(index, doc);
    for (const fields of before) if (!after.keys.has(fields)) removeEntry(transaction, index, fields, idKey);
    addEntries(transaction, collection, index, doc, idKey, before);
  }
  transaction.count(primary.prefix, -1, checksum, oldBytes.length + CHECKSUM_BYTES);
  putDocument(transaction, primary, key, bytes);
}

function isSame(fields: ReadonlySet<string>, old: Doc, doc: Doc): boolean {
  for (const field of fields) if (old.get(field) !== doc.get(field)) return false;
  return true;
}

/** Removes a stored document; `old` is the document as this transaction read it. Throws WriteConflict. */
export function deleteDocument(
  transaction: Transaction,
  collection: Collection,
  idKey: string,
  old: Doc,
): void {
  transaction.touch(collection);
  const primary = idIndex(collection);
  const key = primary.prefix + idKey;
  transaction.lock(key);
  for (const index of indexFields(collection.indexes).secondary) {
    for (const fields of keysOf(index, old).keys) removeEntry(transaction, index, fields, idKey);
  }
  if (collection.order !== undefined) removeFromOrder(transaction, collection.order, idKey);
  const stored = transaction.get(key);
  if (stored !== undefined) transaction.count(primary.prefix, -1, storedChecksum(stored), stored.length);
  transaction.remove(key);
}

/** Adds a document's entries to one index; used by writes and by the building of an index. */
export function addEntries(
  transaction: Transaction,
  collection: Collection,
  index: Index,
  doc: Doc,
  idKey: string,
  present?: ReadonlySet<string>,
): void {
  const { keys, arrays, hasLongKeys } = keysOf(index, doc);
  if ((arrays & ~index.arrays) !== 0 || (hasLongKeys && !index.hasLongKeys)) {
    flag(transaction, collection, index, arrays, hasLongKeys);
  }
  for (const fields of keys) {
    if (present?.has(fields) === true) continue;
    const { key, value } = entryOf(index, fields, idKey);
    if (index.unique) {
      transaction.lock(key);
      const holder = transaction.get(key);
      if (holder !== undefined) {
        if (asBuffer(holder).toString('latin1') === idKey) continue;
        throw duplicateKey(collection.ns, index, doc);
      }
    } else if (transaction.get(key) !== undefined) continue;
    transaction.put(key, value);
    transaction.count(index.prefix, 1, checksumOf(key, value), key.length + value.length);
  }
}

function removeEntry(transaction: Transaction, index: Index, fields: string, idKey: string): void {
  const key = index.prefix + fields + (index.unique ? '' : idKey);
  if (index.unique) transaction.lock(key);
  const value = transaction.get(key);
  // While an index is being built, the document's entry may not have been put there yet.
  if (value === undefined) return;
  if (index.unique && asBuffer(value).toString('latin1') !== idKey) return;
  transaction.remove(key);
  transaction.count(index.prefix, -1, checksumOf(key, value), key.length + value.length);
}

function putDocument(transaction: Transaction, primary: Index, key: Key, bytes: Uint8Array): void {
  const stored = Buffer.allocUnsafe(bytes.length + CHECKSUM_BYTES);
  stored.set(bytes, CHECKSUM_BYTES);
  const checksum = checksumOf(key, bytes);
  stored.writeUInt32BE(checksum, 0);
  transaction.put(key, stored);
  transaction.count(primary.prefix, 1, checksum, stored.length);
}

function lengthOf(fields: string): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(fields.length);
  return bytes;
}

function flag(
  transaction: Transaction,
  collection: Collection,
  index: Index,
  arrays: number,
  hasLongKeys: boolean,
): void {
  const all = index.arrays | arrays;
  const to = { arrays: all, multikey: all !== 0, hasLongKeys: index.hasLongKeys || hasLongKeys };
  transaction.separately((own, catalogue) => {
    catalogue.changeQuietly(own, collection, {}, { index, to });
  });
}
