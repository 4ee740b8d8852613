import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase, type Transaction as LmdbTransaction } from 'lmdb';
import { type Key, prefixOf, RESERVED } from './keys.js';

/** One change to a key: the new value, or `null` to remove it. */
export type Change = readonly [key: Key, value: Uint8Array | null];

export const SEQUENCE_KEY: Key = prefixOf(0, RESERVED.sequence);

const latin1Keys = {
  writeKey(key: Key, target: Buffer, position: number): number {
    return position + target.write(key, position, 'latin1');
  },
  readKey(source: Buffer, start: number, end: number): Key {
    return source.toString('latin1', start, end);
  },
};

/** The published sequence number that a batch brings the data to, as eight bytes. */
export function encodeSequence(sequence: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(sequence));
  return bytes;
}

/**
 * A consistent, read-only picture of the file, shared by everybody who reads at that sequence. It keeps its pages
 * from being reused, so each `retain` needs its `release`.
 */
export class DiskSnapshot {
  /** Every change up to and including this sequence is in the picture. */
  readonly sequence: number;
  private holders = 1;
  private readonly options: { readonly transaction: LmdbTransaction };

  constructor(
    private readonly database: RootDatabase<Uint8Array, Key>,
    private readonly transaction: LmdbTransaction,
    private readonly onEnd: () => void,
  ) {
    this.options = { transaction };
    const stored = this.get(SEQUENCE_KEY);
    this.sequence = stored === undefined ? 0 : Number(Buffer.from(stored).readBigUInt64BE());
  }

  get(key: Key): Uint8Array | undefined {
    return (this.database.getBinary as (key: Key, options: object) => Buffer | undefined)(key, this.options);
  }

  /** Entries from `from` (inclusive) to `to` (exclusive), in key order or backwards. */
  range(from: Key, to: Key, reverse = false): Iterator<{ key: Key; value: Uint8Array }> {
    const range = reverse
      ? { start: to, end: from, reverse: true, exclusiveStart: true, inclusiveEnd: true }
      : { start: from, end: to };
    return this.database.getRange({ ...range, ...this.options })[Symbol.iterator]();
  }

  retain(): this {
    this.holders += 1;
    return this;
  }

  release(): void {
    this.holders -= 1;
    if (this.holders > 0) return;
    this.transaction.done();
    this.onEnd();
  }
}

/** The LMDB file: pictures to read from, and batches that are durable when their promise settles. */
export class Disk {
  private openSnapshots = 0;

  private constructor(private readonly database: RootDatabase<Uint8Array, Key>) {}

  /** Opens the data file in `folder`, which is made (mode 0700) where it does not exist. */
  static open(folder: string): Disk {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const database = open<Uint8Array, Key>({
      path: join(folder, 'data.mdb'),
      noSubdir: true,
      encoding: 'binary',
      keyEncoder: latin1Keys,
      // The batch's own promise then covers the fdatasync; `flushed` may never settle after a failed commit.
      overlappingSync: false,
      maxReaders: 4096,
    });
    return new Disk(database);
  }

  /** A picture of everything durable now; the caller holds it until it calls `release`. */
  snapshot(): DiskSnapshot {
    this.database.resetReadTxn();
    this.openSnapshots += 1;
    return new DiskSnapshot(this.database, this.database.useReadTransaction(), () => {
      this.openSnapshots -= 1;
    });
  }

  /**
   * Writes all changes in one LMDB transaction; resolves after its fdatasync. Nothing in here may throw half-way:
   * a throw inside `batch` does not roll back, so changes come ready encoded.
   */
  async write(changes: Iterable<Change>): Promise<void> {
    const done = await this.database.batch(() => {
      for (const [key, value] of changes) {
        if (value === null) void this.database.remove(key);
        else void this.database.put(key, value);
      }
    });
    if (!done) throw new Error('LMDB did not commit the batch');
  }

  async close(): Promise<void> {
    await this.database.close();
  }
}
