import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_FILE } from '../storage/disk.js';
import { compactFolder } from '../storage/offline/compact.js';
import { repairFolder } from '../storage/offline/repair.js';
import { FolderLock } from './lock.js';
import type { OfflineOptions } from './options.js';

/**
 * Does one task on a folder that no engine uses, under the folder's lock, and resolves with what to tell the user.
 * Rejects with the reason where the folder is in use, has no data, or cannot be dealt with; then it is as it was.
 */
export async function runOffline({ task, dbPath, lockWaitMs }: OfflineOptions): Promise<string> {
  // What is made from here on is for this user alone.
  process.umask(0o077);
  if (!existsSync(join(dbPath, DATA_FILE))) throw new Error(`there is no data in ${dbPath}`);
  const lock = await FolderLock.take(dbPath, lockWaitMs);
  try {
    return task === 'repair' ? await repair(lock.folder) : await compact(lock.folder);
  } finally {
    await lock.release();
  }
}

async function repair(folder: string): Promise<string> {
  const { documents, problems, keptAs } = await repairFolder(folder);
  return [
    ...problems,
    `${String(documents)} documents were kept, and all indexes built anew.`,
    `The data file as it was: ${join(folder, keptAs)}`,
    '',
  ].join('\n');
}

async function compact(folder: string): Promise<string> {
  const { before, after } = await compactFolder(folder);
  return `The data file had ${String(before)} bytes and has ${String(after)} now.\n`;
}
