import { rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { EmbeddedMongo, type EmbeddedMongoOptions, type ProcessExit } from '../../src/index.js';
import { newFolder, removeFolders, removeLater } from './folders.js';
import { answers, gone, startNode } from './processes.js';

const API = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

/** A value that a callback delivers later. */
function delivery<T>(): { readonly take: (value: T) => void; readonly came: Promise<T> } {
  let take: (value: T) => void = () => undefined;
  const came = new Promise<T>((resolve) => (take = resolve));
  return { take, came };
}

describe('EmbeddedMongo', () => {
  const started: EmbeddedMongo[] = [];
  const start = async (options: EmbeddedMongoOptions): Promise<EmbeddedMongo> => {
    const server = await EmbeddedMongo.start({ onLog: () => undefined, ...options });
    started.push(server);
    return server;
  };
  afterEach(async () => {
    for (const server of started.splice(0)) await server.stop();
    await removeFolders();
  });

  it('starts, answers, and stops', async () => {
    const folder = await newFolder();
    const lines: string[] = [];
    const exits: ProcessExit[] = [];
    const server = await start({
      dbPath: join(folder, 'db'),
      socket: join(folder, 'x.sock'),
      onLog: (line) => lines.push(line),
      onExit: (exit) => exits.push(exit),
    });
    expect(server.uri).toBe(`mongodb://${encodeURIComponent(join(folder, 'x.sock'))}/?directConnection=true`);
    expect(await answers(server.uri)).toBe(true);
    const { pid } = server;
    await Promise.all([server.stop(), server.stop()]);
    expect(server.pid).toBeUndefined();
    await gone(pid!);
    expect(exits).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('is ready')]);
  });

  it('rejects with the reason when it cannot start', async () => {
    const dbPath = await newFolder();
    await start({ dbPath, port: 0 });
    await expect(start({ dbPath, port: 0, lockWaitMs: 0 })).rejects.toThrow(
      `embedded-mongo could not start: the folder ${dbPath} is in use by another process`,
    );
    await writeFile(join(dbPath, 'file'), '');
    await expect(start({ dbPath: join(dbPath, 'file'), port: 0 })).rejects.toThrow(join(dbPath, 'file'));
    await expect(start({ dbPath })).rejects.toThrow('exactly one of');
    await expect(start({ dbPath, port: -1 })).rejects.toThrow('--port takes a whole number');
  });

  it('waits until the folder is free', async () => {
    const dbPath = await newFolder();
    const first = await start({ dbPath, port: 0 });
    const second = start({ dbPath, port: 0, lockWaitMs: 30_000 });
    await first.stop();
    expect(await answers((await second).uri)).toBe(true);
  });

  it('serves a socket and a folder deep down', async () => {
    const deep = join(await newFolder(), 'd'.repeat(120));
    const server = await start({ dbPath: deep, socket: join(deep, 'x.sock') });
    removeLater(dirname(decodeURIComponent(new URL(server.uri).hostname)));
    expect(await answers(server.uri)).toBe(true);
    await expect(start({ dbPath: deep, port: 0, lockWaitMs: 0 })).rejects.toThrow('in use');
  });

  it.each(['SIGINT', 'SIGHUP', 'SIGTERM'] as const)('leaves %s to the parent', async (signal) => {
    const exits: ProcessExit[] = [];
    const server = await start({ dbPath: await newFolder(), port: 0, onExit: (exit) => exits.push(exit) });
    process.kill(server.pid!, signal);
    expect(await answers(server.uri)).toBe(true);
    expect(await answers(server.uri)).toBe(true);
    expect(exits).toEqual([]);
  });

  it('tells of an end that nobody asked for, and does not start again unless told', async () => {
    const exit = delivery<ProcessExit>();
    const server = await start({ dbPath: await newFolder(), port: 0, onExit: exit.take });
    process.kill(server.pid!, 'SIGKILL');
    expect(await exit.came).toEqual({ code: null, signal: 'SIGKILL' });
    expect(server.pid).toBeUndefined();
    await server.stop();
  });

  it('starts again at the same port', async () => {
    const restart = delivery<number>();
    const server = await start({
      dbPath: await newFolder(),
      port: 0,
      restart: true,
      onRestart: restart.take,
    });
    const { pid, uri } = server;
    process.kill(pid!, 'SIGKILL');
    expect(await restart.came).toBe(server.pid);
    expect(server.pid).not.toBe(pid);
    expect(server.uri).toBe(uri);
    expect(await answers(uri)).toBe(true);
  });

  it('starts again at the same socket, with what was acknowledged', async () => {
    const folder = await newFolder();
    let restarted = delivery<number>();
    const server = await start({
      dbPath: folder,
      socket: join(folder, 'x.sock'),
      restart: true,
      onRestart: (pid) => restarted.take(pid),
    });
    const client = new MongoClient(server.uri);
    const rounds = client.db('test').collection<{ _id: number }>('rounds');
    for (let round = 0; round < 3; round++) {
      restarted = delivery();
      await rounds.insertOne({ _id: round });
      process.kill(server.pid!, 'SIGKILL');
      await restarted.came;
      expect(await rounds.countDocuments()).toBe(round + 1);
    }
    await client.close();
  });

  it('keeps trying while it cannot start again', async () => {
    const failures: Error[] = [];
    const twice = delivery<void>();
    const restart = delivery<number>();
    const dbPath = join(await newFolder(), 'db');
    const server = await start({
      dbPath,
      port: 0,
      restart: true,
      onExit: () => {
        rmSync(dbPath, { recursive: true });
        writeFileSync(dbPath, 'in the way');
      },
      onRestartFailed: (error) => {
        if (failures.push(error) === 2) twice.take();
      },
      onRestart: restart.take,
    });
    process.kill(server.pid!, 'SIGKILL');
    await twice.came;
    expect(failures[0]!.message).toContain(dbPath);
    expect(server.pid).toBeUndefined();
    rmSync(dbPath);
    await restart.came;
    expect(await answers(server.uri)).toBe(true);
  });

  it('can be stopped while it waits to start again', async () => {
    const exit = delivery<ProcessExit>();
    const server = await start({ dbPath: await newFolder(), port: 0, restart: true, onExit: exit.take });
    process.kill(server.pid!, 'SIGKILL');
    await exit.came;
    await server.stop();
    expect(server.pid).toBeUndefined();
  });

  it('ends with its parent, even one that is killed', async () => {
    const dbPath = await newFolder();
    const script = `
      const { EmbeddedMongo } = await import(process.argv[1]);
      const server = await EmbeddedMongo.start({ dbPath: process.argv[2], port: 0 });
      console.log('pid ' + server.pid);
    `;
    const parent = startNode(['--input-type=module', '-e', script, API, dbPath]);
    const pid = Number(await parent.printed(/pid (\d+)/));
    parent.child.kill('SIGKILL');
    await gone(pid);
    await start({ dbPath, port: 0, lockWaitMs: 0 });
  });
});
