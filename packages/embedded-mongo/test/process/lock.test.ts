import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FolderLock } from '../../src/process/lock.js';
import { newFolder, removeFolders } from './folders.js';

const run = promisify(execFile);

/** Leaves the socket file of a process that was killed. */
async function leaveStale(path: string): Promise<void> {
  const code = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  await expect(run(process.execPath, ['-e', code, path])).rejects.toMatchObject({ signal: 'SIGKILL' });
}

describe('the lock of a folder', () => {
  const held: FolderLock[] = [];
  const take = async (folder: string, waitMs = 0): Promise<FolderLock> => {
    const lock = await FolderLock.take(folder, waitMs);
    held.push(lock);
    return lock;
  };
  afterEach(async () => {
    for (const lock of held.splice(0)) await lock.release();
    await removeFolders();
  });

  it('is held by one at a time, and says which folder is in use', async () => {
    const folder = await newFolder();
    const lock = await take(folder);
    expect(lock.folder).toBe(folder);
    await expect(take(folder)).rejects.toThrow(`the folder ${folder} is in use by another process`);
    await lock.release();
    await take(folder);
  });

  it('is the same by every path to the folder', async () => {
    const folder = await newFolder();
    const alias = join(await newFolder(), 'alias');
    await symlink(folder, alias);
    await take(folder);
    await expect(take(alias)).rejects.toThrow('in use');
  });

  it('goes to one of many starters at once, again and again', async () => {
    const folder = await newFolder();
    for (let round = 0; round < 5; round++) {
      const results = await Promise.allSettled(Array.from({ length: 12 }, () => FolderLock.take(folder, 0)));
      const locks = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(locks).toHaveLength(1);
      await locks[0]!.release();
    }
  });

  it('goes to one of many starters over the file of a killed holder', async () => {
    const folder = await newFolder();
    await leaveStale(join(folder, 'engine-7.lock'));
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => take(folder)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['engine-8.lock']);
  });

  it('is handed from each to the next among those who wait', async () => {
    const folder = await newFolder();
    let holders = 0;
    let turns = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const lock = await FolderLock.take(folder, 30_000);
        holders += 1;
        expect(holders).toBe(1);
        await new Promise(setImmediate);
        holders -= 1;
        turns += 1;
        await lock.release();
      }),
    );
    expect(turns).toBe(8);
  });

  it('counts as held while its holder does not even accept connections', async () => {
    const folder = await newFolder();
    const deaf = createServer();
    await new Promise<void>((resolve) => deaf.listen(join(folder, 'engine-1.lock'), resolve));
    await expect(take(folder)).rejects.toThrow('in use');
    await new Promise((resolve) => deaf.close(resolve));
  });

  it('is taken over a file that is no socket, and leaves other files alone', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'engine-3.lock'), 'not a socket');
    await writeFile(join(folder, 'engine-x.lock'), 'mine');
    await leaveStale(join(folder, `engine-${'0'.repeat(16)}.new`));
    await take(folder);
    expect((await readdir(folder)).sort()).toEqual(['engine-4.lock', 'engine-x.lock']);
  });

  it('lies in the folder itself however deep that is', async () => {
    const folder = join(await newFolder(), 'd'.repeat(100), 'e'.repeat(100));
    await mkdir(folder, { recursive: true });
    await take(folder);
    await expect(take(folder)).rejects.toThrow('in use');
    expect(await readdir(folder)).toEqual(['engine-1.lock']);
  });

  it('is refused where there is no folder', async () => {
    const folder = await newFolder();
    await expect(take(join(folder, 'none'))).rejects.toThrow('ENOENT');
    await writeFile(join(folder, 'file'), '');
    await expect(take(join(folder, 'file'))).rejects.toThrow('ENOTDIR');
  });
});
