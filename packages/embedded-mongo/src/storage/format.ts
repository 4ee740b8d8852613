import { prefixOf, RESERVED } from './keys.js';
import type { Transaction } from './transaction.js';
import type { View } from './view.js';

/** The version of the layout that this code writes and reads. */
const FORMAT = 4;
/** The oldest that it reads: the same but for the journal, which such a folder has none of. */
const OLDEST = 3;
const FORMAT_KEY = prefixOf(0, RESERVED.format);

/** Throws where the folder was written by a newer layout than this code knows. */
export function checkFormat(view: Pick<View, 'get'>): void {
  const stored = view.get(FORMAT_KEY);
  if (stored === undefined) return;
  const version = stored[0] ?? 0;
  if (version < OLDEST) {
    throw new Error(`the data folder has format version ${String(version)}, of before the first release`);
  }
  if (version > FORMAT) {
    throw new Error(
      `the data folder has format version ${String(version)}; this embedded-mongo reads up to ${String(FORMAT)}`,
    );
  }
}

/** Marks a new folder, or one of an older format, with the present format. */
export function writeFormat(transaction: Transaction): void {
  if (transaction.get(FORMAT_KEY)?.[0] !== FORMAT) transaction.put(FORMAT_KEY, Uint8Array.of(FORMAT));
}
