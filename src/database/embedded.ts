import { join } from 'node:path';
import { EmbeddedMongo } from 'embedded-mongo';
import type { Logger } from 'pino';
import { makeDataFolder } from './data-folder.js';
import { DatabaseRefused } from './refused.js';

/** The embedded engine, running. */
export interface Engine {
  readonly uri: string;
  /** Stops it; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded engine on the data folder, reachable only through a socket in that folder. When it ends unasked
 * it is started again.
 * @throws DatabaseRefused when it cannot start, because another process has the folder, say
 */
export async function startEngine(dataDir: string, logger: Logger): Promise<Engine> {
  const log = logger.child({ context: 'engine' });
  await makeDataFolder(dataDir);
  try {
    return await EmbeddedMongo.start({
      dbPath: join(dataDir, 'db'),
      socket: join(dataDir, 'run', 'engine.sock'),
      restart: true,
      onLog: (line) => log.info(line),
      onExit: (exit) => log.error(exit, 'the engine ended and is started again'),
      onRestart: (pid) => log.warn({ pid }, 'the engine is back'),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseRefused(`DATA_DIR ${dataDir} cannot be used: ${reason}`);
  }
}
