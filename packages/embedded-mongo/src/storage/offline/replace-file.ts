import { linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_FILE } from '../disk.js';
import { syncPath } from '../sync-path.js';

/** Where a new data file is made, inside the data folder; one that is found there was left by a crash. */
const BESIDE = 'rewrite.tmp';

/**
 * Has `write` make a new data file in a folder beside the old one and puts it into the old one's place in one step: at
 * any moment, also after a crash, there is one whole data file. With `keepAs` the old file stays, under that name.
 * The caller holds the folder's lock.
 */
export async function replaceDataFile(
  folder: string,
  write: (newFolder: string) => Promise<void>,
  keepAs?: string,
): Promise<void> {
  const beside = join(folder, BESIDE);
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { mode: 0o700 });
  try {
    await write(beside);
    syncPath(join(beside, DATA_FILE));
    const dataFile = join(folder, DATA_FILE);
    if (keepAs !== undefined) linkSync(dataFile, join(folder, keepAs));
    renameSync(join(beside, DATA_FILE), dataFile);
    // LMDB's lock file tells of readers of the old file.
    rmSync(`${dataFile}-lock`, { force: true });
    syncPath(folder);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** The size of the data file in bytes. */
export function dataFileSize(folder: string): number {
  return statSync(join(folder, DATA_FILE)).size;
}
