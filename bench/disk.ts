import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a folder takes up, in bytes; holes in files do not count. */
export function diskOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).blocks * 512, 0);
}
