import type { Collection } from './collection.js';
import type { EntryCounts } from './counts.js';

/** What is stored with each document, in bytes: its checksum. */
const BESIDE_DOCUMENT = 4;

/** How much a collection holds, from the counts that are kept with the data. */
export interface CollectionSizes {
  readonly count: number;
  /** Bytes of all documents as BSON. */
  readonly documents: number;
  /** Bytes of keys and values of each secondary index, by its name; of `_id_` none, for it is the documents. */
  readonly byIndex: ReadonlyMap<string, number>;
  /** Bytes of all secondary indexes. */
  readonly indexes: number;
}

/** The sizes of a collection as they are now. */
export function sizesOf(counts: EntryCounts, { indexes }: Collection): CollectionSizes {
  const [primary, ...others] = indexes.map((index) => ({ index, ...counts.totals(index.prefix) }));
  const byIndex = new Map([['_id_', 0], ...others.map(({ index, bytes }) => [index.name, bytes] as const)]);
  const count = primary?.count ?? 0;
  return {
    count,
    documents: (primary?.bytes ?? 0) - count * BESIDE_DOCUMENT,
    byIndex,
    indexes: others.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
