import { decodeDoc } from '../../bson/codec.js';
import { readField } from '../../bson/fields.js';
import { validateDoc } from '../../bson/validate.js';
import type { Collection, Index } from '../collection.js';
import type { EntryCounts } from '../counts.js';
import { keysOf } from '../index-keys.js';
import { allIndexes, numberOf, type InsertionOrder } from '../insertion-order.js';
import { endOfPrefix, type Key } from '../keys.js';
import { isSound, scanEntry, storedChecksum } from '../reading.js';
import { entryOf, idKeyOf } from '../records.js';
import { checksumOf } from '../seal.js';
import type { View } from '../view.js';
import { Problems, type Structure } from './structure.js';

/** What is to be known of one collection after a check; plain data, it crosses a process boundary. */
export interface CollectionReport {
  readonly ns: string;
  readonly records: number;
  readonly invalidDocuments: number;
  /** The keys (hexadecimal) of damaged documents. */
  readonly corruptRecords: readonly string[];
  readonly indexes: readonly {
    readonly name: string;
    readonly keys: number;
    readonly errors: readonly string[];
  }[];
}

/** Checks one collection by every path there is: pages, scan, search, document to entry and entry to document. */
export class CollectionCheck {
  private readonly corrupt: string[] = [];
  private readonly problems = new Map<Index, Problems>();

  /** @param onProgress - called now and then, so that a process that hangs can be told from one that works. */
  constructor(
    private readonly view: View,
    private readonly collection: Collection,
    private readonly counts: EntryCounts,
    private readonly structure: Structure,
    private readonly onProgress: () => void,
  ) {
    for (const index of allIndexes(collection)) this.problems.set(index, new Problems());
  }

  run(): CollectionReport {
    const [primary, ...secondary] = this.collection.indexes as [Index, ...Index[]];
    const keys = new Map<Index, number>();
    keys.set(
      primary,
      this.scan(primary, (key, value) => {
        if (this.checkDocument(primary, key, value)) this.checkEntriesOf(secondary, key, value.subarray(4));
        return storedChecksum(value);
      }),
    );
    for (const index of secondary) {
      keys.set(
        index,
        this.scan(index, (key, value) => {
          if (index.ready) this.checkEntry(primary, index, key, value);
          return checksumOf(key, value);
        }),
      );
    }
    const { order } = this.collection;
    if (order !== undefined) this.checkOrder(primary, order);
    const own = order === undefined ? [] : [order.byNumber, order.byDocument];
    for (const problem of own.flatMap((index) => this.problems.get(index)?.list() ?? [])) {
      this.problem(primary, `the order of insertion: ${problem}`);
    }
    return {
      ns: this.collection.ns,
      records: keys.get(primary) ?? 0,
      invalidDocuments: this.corrupt.length,
      corruptRecords: this.corrupt,
      indexes: this.collection.indexes.map((index) => ({
        name: index.name,
        keys: keys.get(index) ?? 0,
        errors: this.problems.get(index)?.list() ?? [],
      })),
    };
  }

  /** Goes through one index; each entry must be found by search, too, and number and checksums must be as kept. */
  private scan(index: Index, check: (key: Key, value: Uint8Array) => number): number {
    let count = 0;
    let checksum = 0;
    let last: Key | undefined;
    for (const [key, value] of this.view.range(index.prefix, endOfPrefix(index.prefix) as Key)) {
      if (last !== undefined && key <= last) this.problem(index, 'a scan does not give the keys in order');
      last = key;
      count += 1;
      if (count % 1000 === 0) this.onProgress();
      const found = this.view.get(key);
      if (found === undefined || Buffer.compare(found, value) !== 0) {
        this.problem(index, `the key ${hex(key)} is found by a scan, but not by search`);
      }
      checksum = (checksum ^ check(key, value)) >>> 0;
    }
    const kept = this.counts.totals(index.prefix);
    if (count !== kept.count) {
      this.problem(
        index,
        `there are ${String(count)} entries; ${String(kept.count)} were counted when written`,
      );
    } else if (checksum !== kept.checksum) {
      this.problem(index, 'the entries are not those that were written: their checksums differ');
    }
    if (count !== (this.structure.entries.get(index.prefix) ?? 0)) {
      this.problem(index, 'a scan does not give all entries that are in the pages');
    }
    return count;
  }

  private checkDocument(primary: Index, key: Key, value: Uint8Array): boolean {
    const sound = isSound(key, value) && this.isDocumentOf(primary, key, value.subarray(4));
    if (!sound) {
      this.corrupt.push(hex(key));
      this.problem(primary, `the document with the key ${hex(key)} is damaged`);
    }
    return sound;
  }

  private isDocumentOf(primary: Index, key: Key, bytes: Uint8Array): boolean {
    try {
      validateDoc(bytes);
    } catch {
      // Whatever is wrong with it: it is no document.
      return false;
    }
    const id = readField(bytes, '_id');
    return id !== undefined && primary.prefix + idKeyOf(id) === key;
  }

  private checkEntriesOf(indexes: readonly Index[], key: Key, bytes: Uint8Array): void {
    const idKey = key.slice(this.collection.indexes[0]?.prefix.length);
    const doc = decodeDoc(bytes);
    for (const index of indexes) {
      if (!index.ready) continue;
      const { keys, multikey, hasLongKeys } = keysOf(index, doc);
      if ((multikey && !index.multikey) || (hasLongKeys && !index.hasLongKeys)) {
        this.problem(index, 'the catalogue does not know of arrays or long keys that are there');
      }
      for (const fields of keys) {
        const entry = entryOf(index, fields, idKey);
        const found = this.view.get(entry.key);
        if (found === undefined || Buffer.compare(found, entry.value) !== 0) {
          this.problem(index, `the document with the key ${hex(key)} has no entry`);
        }
      }
    }
  }

  private checkEntry(primary: Index, index: Index, key: Key, value: Uint8Array): void {
    const entry = scanEntry(index, key, value);
    const documentKey = primary.prefix + (entry?.idKey ?? '');
    const stored = entry && this.view.get(documentKey);
    if (entry === undefined || stored === undefined) {
      this.problem(index, `the entry ${hex(key)} leads to no document`);
      return;
    }
    // A damaged document has been told of, and says nothing of its entries.
    if (!isSound(documentKey, stored)) return;
    if (!keysOf(index, decodeDoc(stored.subarray(4))).keys.has(entry.fields)) {
      this.problem(index, `the entry ${hex(key)} leads to a document that has other values`);
    }
  }

  /** Every document has one number, and every number one document. */
  private checkOrder(primary: Index, order: InsertionOrder): void {
    const { byNumber, byDocument } = order;
    this.scan(byNumber, (key, value) => {
      const idKey = Buffer.from(value).toString('latin1');
      if (numberOf(this.view, order, idKey) !== key.slice(byNumber.prefix.length)) {
        this.problem(byNumber, `the entry ${hex(key)} leads to a document of another number`);
      }
      return checksumOf(key, value);
    });
    const numbered = this.scan(byDocument, (key, value) => {
      if (this.view.get(primary.prefix + key.slice(byDocument.prefix.length)) === undefined) {
        this.problem(byDocument, `the entry ${hex(key)} leads to no document`);
      }
      return checksumOf(key, value);
    });
    const { count } = this.counts.totals(primary.prefix);
    if (numbered !== count || this.counts.count(byNumber.prefix) !== count) {
      this.problem(byDocument, 'there are not as many numbers as documents');
    }
  }

  private problem(index: Index, text: string): void {
    this.problems.get(index)?.add(text);
  }
}

function hex(key: Key): string {
  return Buffer.from(key, 'latin1').toString('hex');
}
