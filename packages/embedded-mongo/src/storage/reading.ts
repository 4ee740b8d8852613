import { asBuffer } from '../bson/reader.js';
import { EngineError } from '../errors.js';
import type { Collection, Index } from './collection.js';
import { endOfPrefix, type Key } from './keys.js';
import { intactPart, isIntact } from './seal.js';
import type { View } from './view.js';

/** What is stored before each document. */
export const CHECKSUM_BYTES = 4;

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

function checked(collection: Collection, key: Key, stored: Uint8Array): Uint8Array {
  const bytes = intactPart(key, stored);
  if (bytes !== undefined) return bytes;
  throw new EngineError('DataCorruptionDetected', `a stored document of ${collection.ns} is damaged`);
}

/** Whether what is stored for a document (its checksum, then its BSON) is what was written under this key. */
export function isSound(key: Key, stored: Uint8Array): boolean {
  return isIntact(key, stored);
}

/** The checksum that a stored document begins with; 0 where even that is missing. */
export function storedChecksum(stored: Uint8Array): number {
  if (stored.byteLength < 4) return 0;
  return asBuffer(stored).readUInt32BE(0);
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

/** The index that holds the documents themselves. */
export function idIndex(collection: Collection): Index {
  return collection.indexes[0] as Index;
}
