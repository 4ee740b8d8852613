import type { Key } from '../keys.js';

export type Change = readonly [key: Key, value: Uint8Array | null];

/**
 * Writes that go before the rest of a batch, in this order. With the rest they leave behind the same entries as the batch
 * by itself, on fuller pages.
 */
export interface Rearrangement {
  readonly removed: readonly Key[];
  /** A key may be among them more than once; the last value counts. */
  readonly puts: readonly Change[];
}
