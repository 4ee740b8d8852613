import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, mkdir, realpath, stat, unlink } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { checkSocketPath, MAX_SOCKET_PATH } from '../wire/listen-address.js';
import { connectTo } from './connect.js';
import { FolderLock } from './lock.js';

const OPEN_TO_OTHERS = 0o077;

/**
 * Listens at a Unix socket that only this user can reach. Its folder is made where it does not exist (mode 0700), and
 * must be this user's and closed to others. A path too long for a socket is replaced by a short one in a folder of its
 * own under the system's temporary folder, always the same for the same path. A stale file of a dead process is
 * replaced; a socket in use, or another file, is an error. All this, and `listen`, is done under the lock of the socket's
 * folder, which the caller may hold already (`heldFolder`, a real path).
 */
export async function listenPrivately<T>(
  wanted: string,
  heldFolder: string,
  listen: (path: string) => Promise<T>,
): Promise<T> {
  const path = await usablePath(resolve(wanted));
  const folder = await realpath(dirname(path));
  const lock = folder === heldFolder ? undefined : await FolderLock.take(folder);
  try {
    await removeStale(path);
    return await listen(path);
  } finally {
    await lock?.release();
  }
}

async function usablePath(path: string): Promise<string> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  checkPrivate(folder, await stat(folder));
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) {
    checkSocketPath(path);
    return path;
  }
  const key = createHash('sha256')
    .update(join(await realpath(folder), basename(path)))
    .digest('hex');
  const short = join(tmpdir(), `embedded-mongo-${userInfo().uid}-${key.slice(0, 16)}`);
  await mkdir(short, { recursive: true, mode: 0o700 });
  // Anybody may put things into the temporary folder: a link there is not followed.
  checkPrivate(short, await lstat(short));
  const shortPath = join(short, 'db.sock');
  checkSocketPath(shortPath);
  return shortPath;
}

function checkPrivate(folder: string, found: Stats): void {
  const closed = (found.mode & OPEN_TO_OTHERS) === 0;
  if (found.isDirectory() && found.uid === userInfo().uid && closed) return;
  throw new Error(`the folder of a socket must be your own and closed to others (mode 0700): ${folder}`);
}

async function removeStale(path: string): Promise<void> {
  const file = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return;
  if (!file.isSocket()) throw new Error(`${path} exists and is no socket`);
  const owner = await connectTo(path);
  if (owner) {
    owner.destroy();
    throw new Error(`the socket ${path} is in use by another process`);
  }
  await unlink(path);
}
