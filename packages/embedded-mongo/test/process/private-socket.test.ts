import { execFile } from 'node:child_process';
import { chmod, mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FolderLock } from '../../src/process/lock.js';
import { listenPrivately } from '../../src/process/private-socket.js';
import { newFolder, removeFolders, removeLater } from './folders.js';

const run = promisify(execFile);

describe('listening at a private socket', () => {
  const servers: Server[] = [];
  const listen = (path: string, heldFolder = ''): Promise<string> =>
    listenPrivately(path, heldFolder, async (usable) => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(usable, resolve));
      servers.push(server);
      removeLater(dirname(usable));
      return usable;
    });
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    await removeFolders();
  });

  it('makes the folder, closed to others', async () => {
    const path = join(await newFolder(), 'a', 'b', 'x.sock');
    expect(await listen(path)).toBe(path);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
  });

  it('refuses a folder that others can enter', async () => {
    const folder = await newFolder();
    await chmod(folder, 0o710);
    await expect(listen(join(folder, 'x.sock'))).rejects.toThrow('closed to others');
  });

  it('refuses a path that does not end in .sock', async () => {
    await expect(listen(join(await newFolder(), 'x.socket'))).rejects.toThrow('must end in .sock');
  });

  it('replaces the stale socket of a killed process', async () => {
    const path = join(await newFolder(), 'x.sock');
    const code = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    await expect(run(process.execPath, ['-e', code, path])).rejects.toMatchObject({ signal: 'SIGKILL' });
    expect((await stat(path)).isSocket()).toBe(true);
    expect(await listen(path)).toBe(path);
  });

  it('refuses a socket in use, and what is no socket', async () => {
    const folder = await newFolder();
    await listen(join(folder, 'x.sock'));
    await expect(listen(join(folder, 'x.sock'))).rejects.toThrow('in use by another process');
    await writeFile(join(folder, 'file.sock'), 'precious');
    await expect(listen(join(folder, 'file.sock'))).rejects.toThrow('is no socket');
  });

  it('goes to one of two at once', async () => {
    const path = join(await newFolder(), 'x.sock');
    const results = await Promise.allSettled([listen(path), listen(path), listen(path)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('works in the folder whose lock the caller holds', async () => {
    const folder = await realpath(await newFolder());
    const lock = await FolderLock.take(folder, 0);
    expect(await listen(join(folder, 'x.sock'), folder)).toBe(join(folder, 'x.sock'));
    await lock.release();
  });

  it('puts a socket with a path too long into a short private folder, always the same', async () => {
    const folder = join(await newFolder(), 'long'.repeat(30));
    const usable = await listen(join(folder, 'x.sock'));
    expect(Buffer.byteLength(usable)).toBeLessThanOrEqual(103);
    expect(usable.startsWith(tmpdir())).toBe(true);
    expect((await stat(dirname(usable))).mode & 0o777).toBe(0o700);
    await expect(listen(join(folder, 'x.sock'))).rejects.toThrow('in use');
    expect(await listen(join(folder, 'y.sock'))).not.toBe(usable);
    await new Promise((resolve) => servers.shift()!.close(resolve));
    expect(await listen(join(folder, 'x.sock'))).toBe(usable);
  });

  it('takes a path of 103 bytes as it is, and not one of 104', async () => {
    const folder = await newFolder();
    const name = (bytes: number): string => join(folder, 'x'.repeat(bytes - folder.length - 6) + '.sock');
    expect(await listen(name(103))).toBe(name(103));
    expect(await listen(name(104))).not.toBe(name(104));
  });

  it('tells long paths apart by bytes, not characters', async () => {
    const folder = join(await newFolder(), 'ü'.repeat(40));
    await mkdir(folder, { mode: 0o700 });
    expect(await listen(join(folder, 'x.sock'))).not.toContain('ü');
  });
});
