import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const made: string[] = [];

/** A new private folder that `removeFolders` removes. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'emb-test-'));
  made.push(folder);
  return folder;
}

/** Has `removeFolders` remove the short folder that stands in for a path too long. */
export function removeLater(shortFolder: string): void {
  if (basename(shortFolder).startsWith('embedded-mongo-')) made.push(shortFolder);
}

export async function removeFolders(): Promise<void> {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
}
