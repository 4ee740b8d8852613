import { FIRST_OWN_INDEX, type Collection, type Index } from './collection.js';
import type { Key } from './keys.js';
import { checksumOf } from './seal.js';
import type { Transaction } from './transaction.js';
import type { View } from './view.js';

/** The order in which the documents of a capped collection came. Others have none: theirs is that of `_id`. */
export interface InsertionOrder {
  /** From a document's number to its id key: read as any unique index is. */
  readonly byNumber: Index;
  /** From a document's id key to its number. */
  readonly byDocument: Index;
  /** The last number given; unknown until the first insert after a start. */
  last: number | undefined;
}

const NUMBER_BYTES = 8;

/** The index whose order is that of insertion: of a capped collection its own, of others that of the documents. */
export function naturalIndex(collection: Collection): Index {
  return collection.order?.byNumber ?? (collection.indexes[0] as Index);
}

/** Whether reading all of this index is reading the collection itself. */
export function isNatural({ id }: Index): boolean {
  return id === 0 || id >= FIRST_OWN_INDEX;
}

/** Everything that a collection keeps entries in: its indexes, and its order where it has one. */
export function allIndexes({ indexes, order }: Collection): readonly Index[] {
  return order === undefined ? indexes : [...indexes, order.byNumber, order.byDocument];
}

/**
 * Puts a new document at the end.
 * @param number - its place where that is known already.
 */
export function addToOrder(
  transaction: Transaction,
  order: InsertionOrder,
  idKey: string,
  number?: number,
): void {
  const last = order.last ?? lastNumber(transaction, order);
  const given = number ?? last + 1;
  order.last = Math.max(last, given);
  add(transaction, order.byNumber, encodeNumber(given), idKey);
  add(transaction, order.byDocument, idKey, encodeNumber(given));
}

/** Takes a document out. */
export function removeFromOrder(transaction: Transaction, order: InsertionOrder, idKey: string): void {
  const number = numberOf(transaction, order, idKey);
  if (number === undefined) return;
  remove(transaction, order.byNumber, number);
  remove(transaction, order.byDocument, idKey);
}

/** The number of a document as it is stored. */
export function numberOf(view: View, order: InsertionOrder, idKey: string): string | undefined {
  const stored = view.get(order.byDocument.prefix + idKey);
  return stored && latin1(stored);
}

/** The number that is stored in a key. */
export function readNumber(stored: string): number {
  return Number(Buffer.from(stored, 'latin1').readBigUInt64BE());
}

function lastNumber(view: View, { byNumber: { prefix } }: InsertionOrder): number {
  for (const [key] of view.range(prefix, prefix + '\xff'.repeat(NUMBER_BYTES), true)) {
    return readNumber(key.slice(prefix.length));
  }
  return 0;
}

function add(transaction: Transaction, index: Index, from: string, to: string): void {
  const key = index.prefix + from;
  const value = Buffer.from(to, 'latin1');
  transaction.put(key, value);
  transaction.count(index.prefix, 1, checksumOf(key, value), key.length + value.length);
}

function remove(transaction: Transaction, index: Index, from: string): void {
  const key: Key = index.prefix + from;
  const value = transaction.get(key);
  if (value === undefined) return;
  transaction.remove(key);
  transaction.count(index.prefix, -1, checksumOf(key, value), key.length + value.length);
}

function encodeNumber(number: number): string {
  const bytes = Buffer.allocUnsafe(NUMBER_BYTES);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes.toString('latin1');
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
