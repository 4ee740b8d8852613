import { cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Store as StoreType } from '../../src/storage/store.js';
import { copyEngine, type Mutant } from '../isolation/mutants.js';
import { close, newFolder, stores } from './store-kit.js';

/** What is in the journal follows into the data file only when the store is closed, however slow the machine. */
const LATE: Mutant = {
  name: 'checkpoints wait',
  file: 'storage/checkpoints.js',
  passage: /const EVERY_MS = \d+;/,
  replacement: 'const EVERY_MS = 2 ** 30;',
};

/** A copy of a folder, without LMDB's lock file, which tells of readers that the copy has not. */
export function copyOf(folder: string): string {
  const copy = join(newFolder(), 'copy');
  cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith('-lock') });
  return copy;
}

export const dataOf = (folder: string): Buffer => readFileSync(join(folder, 'data.mdb'));

/** What is left of a copy of a folder when its process is killed after `write`, before the data file has followed. */
export async function killedAfter(
  original: string,
  write: (store: StoreType) => Promise<void>,
): Promise<string> {
  const built = await copyEngine();
  try {
    await built.apply(LATE);
    const path = join(dirname(built.command), '../dist/storage/store.js');
    const { Store } = (await import(path)) as { Store: typeof StoreType };
    const home = copyOf(original);
    const { store } = Store.open(home, {
      onFatal: (error) => {
        throw error;
      },
    });
    stores.add(store);
    // Opening brings an older journal in.
    const before = dataOf(home);
    await write(store);
    const folder = copyOf(home);
    if (!dataOf(folder).equals(before)) throw new Error('the data file has followed');
    await close(store);
    return folder;
  } finally {
    await built.remove();
  }
}
