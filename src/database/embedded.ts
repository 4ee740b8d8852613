import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedMongo } from 'embedded-mongo';
import { MongoClient, MongoServerSelectionError } from 'mongodb';
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
    const engine = await EmbeddedMongo.start({
      dbPath: join(dataDir, 'db'),
      socket: join(dataDir, 'run', 'engine.sock'),
      restart: true,
      onLog: (line) => log.info(line),
      onExit: (exit) => log.error(exit, 'the engine ended and is started again'),
      onRestart: (pid) => log.warn({ pid }, 'the engine is back'),
    });
    await writeFile(uriFile(dataDir), engine.uri, { mode: 0o600 });
    return engine;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseRefused(`DATA_DIR ${dataDir} cannot be used: ${reason}`);
  }
}

/** Where the running engine can be reached; null when none runs on the data folder. */
export async function runningEngine(dataDir: string): Promise<string | null> {
  const uri = await readFile(uriFile(dataDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (uri === null) return null;
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: ANSWER_MS });
  try {
    await client.db('admin').command({ ping: 1 });
    return uri;
  } catch (error) {
    // Left behind by an engine that has ended.
    if (error instanceof MongoServerSelectionError) return null;
    throw error;
  } finally {
    await client.close();
  }
}

/** How long a running engine may take to answer, in milliseconds. */
const ANSWER_MS = 2_000;

const uriFile = (dataDir: string): string => join(dataDir, 'run', 'engine.uri');
