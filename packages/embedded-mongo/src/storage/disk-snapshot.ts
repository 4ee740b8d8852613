import type { RootDatabase, Transaction as LmdbTransaction } from 'lmdb';
import { type Key, prefixOf, RESERVED } from './keys.js';
import { isSealed, unseal } from './seal.js';

export const SEQUENCE_KEY: Key = prefixOf(0, RESERVED.sequence);

/** The published sequence number that a batch brings the data to, as eight bytes. */
export function encodeSequence(sequence: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(sequence));
  return bytes;
}

/** The number that `encodeSequence` made the bytes of. */
export function decodeSequence(bytes: Uint8Array): number {
  return Number(Buffer.from(bytes).readBigUInt64BE());
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
  ) {
    this.options = { transaction };
    const stored = this.get(SEQUENCE_KEY);
    this.sequence = stored === undefined ? 0 : decodeSequence(stored);
  }

  get(key: Key): Uint8Array | undefined {
    // What this gives is overwritten by the next read.
    const fleeting = (this.database.getBinaryFast as (key: Key, options: object) => Buffer | undefined)(
      key,
      this.options,
    );
    if (fleeting === undefined) return undefined;
    const stored = Buffer.allocUnsafe(fleeting.length);
    // Its own buffer is longer than its `length` says.
    stored.set(new Uint8Array(fleeting.buffer, fleeting.byteOffset, stored.length));
    return isSealed(key) ? unseal(key, stored) : stored;
  }

  /** Entries from `from` (inclusive) to `to` (exclusive), in key order or backwards. */
  range(from: Key, to: Key, reverse = false): Iterator<{ key: Key; value: Uint8Array }> {
    const range = reverse
      ? { start: to, end: from, reverse: true, exclusiveStart: true, inclusiveEnd: true }
      : { start: from, end: to };
    const entries = this.database.getRange({ ...range, ...this.options });
    return isSealed(from) ? unsealed(entries) : entries[Symbol.iterator]();
  }

  retain(): this {
    this.holders += 1;
    return this;
  }

  release(): void {
    this.holders -= 1;
    if (this.holders > 0) return;
    this.transaction.done();
  }
}

function* unsealed(
  entries: Iterable<{ key: Key; value: Uint8Array }>,
): Generator<{ key: Key; value: Uint8Array }> {
  for (const { key, value } of entries) yield { key, value: isSealed(key) ? unseal(key, value) : value };
}
