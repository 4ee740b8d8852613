import { readField } from '../bson/fields.js';
import { encodeKeyValue } from '../bson/keystring.js';
import { decodePart } from '../bson/part.js';
import { asBuffer } from '../bson/reader.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Collection, Index } from './catalogue.js';
import { indexFields } from './index-fields.js';
import { duplicateKey, keysOf } from './index-keys.js';
import { addToOrder, removeFromOrder } from './insertion-order.js';
import { boundPart, endOfPrefix, mayBeCut, type Key } from './keys.js';
import { checksumOf, isIntact } from './seal.js';
import type { Transaction } from './transaction.js';
import type { View } from './view.js';

/** What is stored before each document. */
const CHECKSUM_BYTES = 4;

/** Bounds within one index, as key strings without the index's prefix. Left out: open. */
export interface KeyRange {
  /** Inclusive. */
  readonly from?: string;
  /** Exclusive. */
  readonly to?: string;
  readonly reverse?: boolean;
}

export interface ScannedDocument {
  readonly idKey: string;
  readonly bytes: Uint8Array;
}

export interface ScannedEntry {
  /** The whole entry key without the index's prefix: to resume a scan after it. */
  readonly key: string;
  /** The indexed values alone. */
  readonly fields: string;
  readonly idKey: string;
}

/** The key string of an `_id` as it is stored. */
export function idKeyOf(id: Value): string {
  return boundPart(encodeKeyValue(id));
}

/** The stored document (raw BSON) of an id key. Throws DataCorruptionDetected where its checksum does not fit. */
export function readDocument(view: View, collection: Collection, idKey: string): Uint8Array | undefined {
  return readStored(view, collection, idKey)?.bytes;
}

/** A document as it is stored, with the checksum over it and its key. */
export interface StoredDocument {
  readonly idKey: string;
  readonly bytes: Uint8Array;
  readonly checksum: number;
}

/** Like `readDocument`, with what a change of the document needs. */
export function readStored(view: View, collection: Collection, idKey: string): StoredDocument | undefined {
  const key = idIndex(collection).prefix + idKey;
  const stored = view.get(key);
  if (stored === undefined) return undefined;
  return { idKey, bytes: checked(collection, key, stored), checksum: storedChecksum(stored) };
}

/** Documents in the order of their ids. */
export function* scanDocuments(
  view: View,
  collection: Collection,
  range: KeyRange = {},
): Generator<ScannedDocument, void, undefined> {
  const { prefix } = idIndex(collection);
  for (const [key, stored] of rangeOf(view, prefix, range)) {
    yield { idKey: key.slice(prefix.length), bytes: checked(collection, key, stored) };
  }
}

/** Entries of a secondary index in the order of its keys. */
export function* scanIndex(
  view: View,
  index: Index,
  range: KeyRange = {},
): Generator<ScannedEntry, void, undefined> {
  for (const [fullKey, value] of rangeOf(view, index.prefix, range)) {
    const entry = scanEntry(index, fullKey, value);
    if (entry === undefined) {
      throw new EngineError('DataCorruptionDetected', `an entry of the index ${index.name} is damaged`);
    }
    yield entry;
  }
}

/** A stored entry of a secondary index; `undefined` where it cannot be one. */
export function scanEntry(index: Index, fullKey: Key, value: Uint8Array): ScannedEntry | undefined {
  const key = fullKey.slice(index.prefix.length);
  const bytes = asBuffer(value);
  if (index.unique) return { key, fields: key, idKey: bytes.toString('latin1') };
  if (bytes.length !== 2) return undefined;
  const length = bytes.readUInt16BE(0);
  if (length >= key.length) return undefined;
  return { key, fields: key.slice(0, length), idKey: key.slice(length) };
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
  if (mayBeCut(idKey) && !primary.hasLongKeys) flag(transaction, collection, primary, false, true);
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
  present: ReadonlySet<string> = new Set(),
): void {
  const { keys, multikey, hasLongKeys } = keysOf(index, doc);
  if ((multikey && !index.multikey) || (hasLongKeys && !index.hasLongKeys)) {
    flag(transaction, collection, index, multikey, hasLongKeys);
  }
  for (const fields of keys) {
    if (present.has(fields)) continue;
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

function checked(collection: Collection, key: Key, stored: Uint8Array): Uint8Array {
  if (!isIntact(key, stored)) {
    throw new EngineError('DataCorruptionDetected', `a stored document of ${collection.ns} is damaged`);
  }
  return stored.subarray(CHECKSUM_BYTES);
}

/** The checksum that a stored document begins with; 0 where even that is missing. */
export function storedChecksum(stored: Uint8Array): number {
  if (stored.byteLength < 4) return 0;
  return asBuffer(stored).readUInt32BE(0);
}

function lengthOf(fields: string): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(fields.length);
  return bytes;
}

/** Throws DataCorruptionDetected at entries out of order: a damaged page may bring in those of another place. */
function* rangeOf(view: View, prefix: Key, range: KeyRange): Generator<[Key, Uint8Array], void, undefined> {
  const from = prefix + (range.from ?? '');
  const to = range.to === undefined ? (endOfPrefix(prefix) ?? '') : prefix + range.to;
  const reverse = range.reverse ?? false;
  let last: Key | undefined;
  for (const entry of view.range(from, to, reverse)) {
    const [key] = entry;
    const isInOrder = last === undefined || (reverse ? key < last : key > last);
    if (!isInOrder || key < from || key >= to) {
      throw new EngineError('DataCorruptionDetected', 'the data is damaged: entries are out of order');
    }
    last = key;
    yield entry;
  }
}

function idIndex(collection: Collection): Index {
  return collection.indexes[0] as Index;
}

function flag(
  transaction: Transaction,
  collection: Collection,
  index: Index,
  multikey: boolean,
  hasLongKeys: boolean,
): void {
  const before = { multikey: index.multikey, hasLongKeys: index.hasLongKeys };
  index.multikey ||= multikey;
  index.hasLongKeys ||= hasLongKeys;
  try {
    transaction.separately((own, catalogue) => {
      catalogue.storeQuietly(own, collection);
    });
  } catch (error) {
    // What is not stored must not be believed: the next entry has to try again.
    Object.assign(index, before);
    throw error;
  }
}
