import { randomBytes } from 'node:crypto';
import { link, readdir, realpath, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { connectTo } from './connect.js';
import { withShortPath } from './short-path.js';

const LOCK_NAME = /^engine-(\d{1,15})\.lock$/;
const NEW_NAME = /^engine-[0-9a-f]{16}\.new$/;
const LONGEST_NAME = 32;

/** How long a lock that is held is waited for unless said otherwise, in milliseconds: a dying process takes a while. */
export const DEFAULT_LOCK_WAIT_MS = 5_000;

/**
 * The right to use a folder, held by one process at a time and lost with the process, however it ends.
 *
 * Node has no flock, so the lock is a listening Unix socket in the folder: who can connect to it knows it is held; when
 * that is refused, its holder is dead. The file of a dead holder is never taken over, which two starters could do at
 * once: each lock is a new file with the next number. It appears in one step (a hard link to a socket that listens
 * already), whoever comes second fails, and who finds a higher number afterwards gives way. The highest number is never
 * removed, not even by its holder, so numbers only grow.
 */
export class FolderLock {
  private constructor(
    /** The folder's real path. */
    readonly folder: string,
    private readonly listener: LockListener,
  ) {}

  /**
   * Takes the lock of an existing folder. While another process holds it, waits up to `waitMs` milliseconds, then
   * rejects with an Error that names the folder.
   */
  static async take(folder: string, waitMs = DEFAULT_LOCK_WAIT_MS): Promise<FolderLock> {
    const real = await realpath(folder);
    const deadline = performance.now() + waitMs;
    for (;;) {
      const newest = await newestLock(real);
      const holder = newest > 0 ? await connectToLock(real, newest) : undefined;
      if (holder) {
        if (await closedBy(holder, deadline)) continue;
        throw new Error(`the folder ${real} is in use by another process`);
      }
      const listener = await takeNumber(real, newest + 1).catch((cause: unknown) => {
        throw new Error(`the folder ${real} cannot be locked: ${String(cause)}`, { cause });
      });
      if (listener) return new FolderLock(real, listener);
    }
  }

  /** Gives the folder free. */
  release(): Promise<void> {
    return this.listener.close();
  }
}

/** The socket of one lock. Those who wait for the lock stay connected, and so learn of its end at once. */
class LockListener {
  private readonly waiting = new Set<Socket>();
  private readonly server: Server = createServer((socket) => {
    this.waiting.add(socket);
    socket.unref().resume();
    // A waiter that gives up is no concern of ours.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.waiting.delete(socket));
  });

  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      // Later errors are of waiters that could not be accepted; they stay in the queue, which is all they need.
      this.server.on('error', reject).unref();
      this.server.listen(path, () => resolve());
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      for (const socket of this.waiting) socket.destroy();
    });
  }
}

/** Makes the lock of that number. Resolves with undefined when another starter was quicker. */
async function takeNumber(folder: string, number: number): Promise<LockListener | undefined> {
  const listener = new LockListener();
  const newName = `engine-${randomBytes(8).toString('hex')}.new`;
  const lockPath = join(folder, lockName(number));
  let taken = false;
  try {
    await withShortPath(folder, LONGEST_NAME, (path) => listener.listen(join(path, newName)));
    if (!(await linkNew(join(folder, newName), lockPath))) return undefined;
    if ((await newestLock(folder)) > number) {
      await rm(lockPath, { force: true });
      return undefined;
    }
    taken = true;
  } finally {
    if (!taken) await listener.close();
  }
  await removeOthers(folder, number);
  return listener;
}

/** False when the lock exists already, or when the holder of a later one has cleaned the new file away. */
async function linkNew(newPath: string, lockPath: string): Promise<boolean> {
  try {
    await link(newPath, lockPath);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  } finally {
    await rm(newPath, { force: true });
  }
}

async function removeOthers(folder: string, number: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const other = lockNumber(name);
    if (NEW_NAME.test(name) || (other > 0 && other < number)) await rm(join(folder, name), { force: true });
  }
}

async function newestLock(folder: string): Promise<number> {
  return Math.max(0, ...(await readdir(folder)).map(lockNumber));
}

function lockNumber(name: string): number {
  return Number(LOCK_NAME.exec(name)?.[1] ?? 0);
}

function lockName(number: number): string {
  return `engine-${number}.lock`;
}

function connectToLock(folder: string, number: number): Promise<Socket | undefined> {
  return withShortPath(folder, LONGEST_NAME, (path) => connectTo(join(path, lockName(number))));
}

/** Whether the holder closes its socket before the deadline. */
function closedBy(holder: Socket, deadline: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
      holder.destroy();
    }, deadline - performance.now());
    holder.on('close', () => {
      clearTimeout(timer);
      resolve(true);
    });
    holder.resume();
  });
}
