import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseRefused } from './refused.js';

/**
 * Makes the data folder, for its owner alone, and the folders above it where they are missing.
 * @throws DatabaseRefused when it cannot be made, or is something else.
 */
export async function makeDataFolder(path: string): Promise<void> {
  try {
    await makeWithParents(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseRefused(`DATA_DIR ${path} cannot be used: ${reason}`);
  }
}

// One folder at a time: where the system says of a folder that its parent is missing though it is there (/proc), Node's
// recursive mkdir goes round in circles for ever.
async function makeWithParents(path: string): Promise<void> {
  const fault = await makeOne(path);
  if (fault === null) return;
  const parent = dirname(path);
  if (fault.code !== 'ENOENT' || (await isFolder(parent))) throw fault;
  await makeWithParents(parent);
  const again = await makeOne(path);
  if (again !== null) throw again;
}

async function makeOne(path: string): Promise<NodeJS.ErrnoException | null> {
  try {
    await mkdir(path, { mode: 0o700 });
    return null;
  } catch (error) {
    const fault = error as NodeJS.ErrnoException;
    return fault.code === 'EEXIST' && (await isFolder(path)) ? null : fault;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}
