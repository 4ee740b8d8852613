import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Brings a file or a folder to disk. Of new or renamed files that includes their folder. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
