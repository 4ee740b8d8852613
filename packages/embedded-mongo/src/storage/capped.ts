import { decodeDoc } from '../bson/codec.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import type { Collection, Index } from './collection.js';
import type { EntryCounts } from './counts.js';
import { readDocument, scanIndex } from './reading.js';
import { deleteDocument } from './records.js';
import { sizesOf } from './sizes.js';
import type { Transaction } from './transaction.js';

/** Whether a collection keeps to a size by removing its oldest documents. */
export function isCapped({ order }: Collection): boolean {
  return order !== undefined;
}

/**
 * Removes as many documents of a capped collection, the first inserted first, as it has too many with the changes of
 * `own`. Those that `own` itself has written stay.
 */
export function trimCapped(counts: EntryCounts, own: Transaction, collection: Collection): void {
  const { prefix } = collection.indexes[0] as Index;
  const maxCount = limitOf(collection, 'max');
  const maxBytes = limitOf(collection, 'size');
  const before = sizesOf(counts, collection);
  const isTooMuch = (): boolean => {
    const change = own.counts.get(prefix) ?? { count: 0, bytes: 0 };
    return before.count + change.count > maxCount || before.documents + change.bytes > maxBytes;
  };
  if (collection.order === undefined || !isTooMuch()) return;
  for (const { idKey } of scanIndex(own, collection.order.byNumber)) {
    const bytes = readDocument(own, collection, idKey);
    if (bytes === undefined || own.writes.has(prefix + idKey)) continue;
    deleteDocument(own, collection, idKey, decodeDoc(bytes));
    if (!isTooMuch()) return;
  }
}

function limitOf({ options }: Collection, name: 'max' | 'size'): number {
  const limit = options.get(name);
  return limit !== undefined && isNumeric(limit) ? toDouble(limit) : Number.POSITIVE_INFINITY;
}
