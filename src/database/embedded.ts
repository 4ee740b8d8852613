import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedMongo } from 'embedded-mongo';
import type { Logger } from 'pino';
import { DatabaseRefused } from './refused.js';

/** The longest path that a Unix socket can have everywhere, in bytes; Node cuts longer ones silently. */
const MAX_SOCKET_PATH = 103;

/** The embedded engine, running. */
export interface Engine {
  readonly uri: string;
  /** Stops it; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded engine on the data folder. When it ends unasked it is started again.
 * @throws DatabaseRefused when it cannot start, because another process has the folder, say
 */
export async function startEngine(dataDir: string, logger: Logger): Promise<Engine> {
  const { folder, temporary } = await socketFolder(dataDir);
  const log = logger.child({ context: 'engine' });
  try {
    const engine = await EmbeddedMongo.start({
      dbPath: join(dataDir, 'db'),
      socket: join(folder, 'engine.sock'),
      restart: true,
      onLog: (line) => log.info(line),
      onExit: (exit) => log.error(exit, 'the engine ended and is started again'),
      onRestart: (pid) => log.warn({ pid }, 'the engine is back'),
    });
    return {
      uri: engine.uri,
      stop: async () => {
        await engine.stop();
        if (temporary) await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    if (temporary) await rm(folder, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseRefused(`DATA_DIR ${dataDir} cannot be used: ${reason}`);
  }
}

/** A folder for the socket that only this user can enter: in the data folder, or where that is too deep, under tmp. */
async function socketFolder(dataDir: string): Promise<{ folder: string; temporary: boolean }> {
  const folder = join(dataDir, 'run');
  if (Buffer.byteLength(join(folder, 'engine.sock')) > MAX_SOCKET_PATH) {
    return { folder: await mkdtemp(join(tmpdir(), 'el-')), temporary: true };
  }
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  } catch (error) {
    throw new DatabaseRefused(`DATA_DIR ${dataDir} cannot be written: ${String(error)}`);
  }
  return { folder, temporary: false };
}
