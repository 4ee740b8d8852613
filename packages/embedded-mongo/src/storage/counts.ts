import { type Key, prefixOf, RESERVED } from './keys.js';
import type { CountChange } from './transaction.js';
import type { View } from './view.js';

const COUNTS = prefixOf(0, RESERVED.counts);
const RECORD_BYTES = 20;
const NONE: CountChange = { count: 0, checksum: 0, bytes: 0 };

/**
 * How many entries every index holds, their size and the XOR of their checksums, written together with the data: a
 * lost or invented entry shows as a difference.
 */
export class EntryCounts {
  private readonly byIndex = new Map<Key, CountChange>();
  private readonly changed = new Set<Key>();

  /** Reads the stored counts of one index. */
  load(view: View, prefix: Key): void {
    const stored = view.get(COUNTS + prefix);
    if (stored?.byteLength !== RECORD_BYTES) return;
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
    this.byIndex.set(prefix, {
      count: Number(bytes.readBigInt64BE(0)),
      checksum: bytes.readUInt32BE(8),
      bytes: Number(bytes.readBigInt64BE(12)),
    });
  }

  /** The number of entries of an index, by its six-byte prefix. */
  count(prefix: Key): number {
    return this.byIndex.get(prefix)?.count ?? 0;
  }

  /** How many entries an index holds, the XOR of their checksums, and their size. */
  totals(prefix: Key): Readonly<CountChange> {
    return this.byIndex.get(prefix) ?? NONE;
  }

  apply(changes: ReadonlyMap<Key, CountChange>): void {
    for (const [prefix, change] of changes) {
      const counts = this.byIndex.get(prefix) ?? NONE;
      this.byIndex.set(prefix, {
        count: counts.count + change.count,
        checksum: (counts.checksum ^ change.checksum) >>> 0,
        bytes: counts.bytes + change.bytes,
      });
      this.changed.add(prefix);
    }
  }

  /** Forgets an index that was dropped. */
  forget(prefix: Key): void {
    this.byIndex.delete(prefix);
    this.changed.add(prefix);
  }

  /** The records to write for what changed since the last call. */
  takeChanged(): [Key, Uint8Array | null][] {
    const records: [Key, Uint8Array | null][] = [];
    for (const prefix of this.changed) {
      const counts = this.byIndex.get(prefix);
      if (counts === undefined) {
        records.push([COUNTS + prefix, null]);
        continue;
      }
      const bytes = Buffer.allocUnsafe(RECORD_BYTES);
      bytes.writeBigInt64BE(BigInt(counts.count), 0);
      bytes.writeUInt32BE(counts.checksum, 8);
      bytes.writeBigInt64BE(BigInt(counts.bytes), 12);
      records.push([COUNTS + prefix, bytes]);
    }
    this.changed.clear();
    return records;
  }
}
