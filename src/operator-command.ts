import mongoose, { type Connection } from 'mongoose';
import { pino, type Logger } from 'pino';

import { connectionOptions } from './database/connection-options.js';
import { failDeadWrites } from './database/dead-writes.js';
import { runningEngine, startEngine } from './database/embedded.js';
import { checkExternal } from './database/external.js';
import { DatabaseRefused } from './database/refused.js';
import { RebuildUnderWay } from './event-store/rebuild.js';
import { EventSchema } from './event-store/stored-event.js';
import { AccountSchema } from './ledger/projections/account-document.js';
import { RegisterSchema } from './ledger/projections/register-row.js';
import { TotalsSchema } from './ledger/projections/totals.js';
import { SettingError } from './setting-reader.js';
import { readSettings } from './settings.js';

/** How an operator's command ended; `failed` also when it was called with arguments, of which it has none. */
const EXIT = { clean: 0, found: 1, failed: 2 } as const;

/** A database that a command works on. */
export interface OpenDatabase {
  readonly connection: Connection;
  /** Closes the connection, and stops the engine that was started for it. */
  close(): Promise<void>;
}

/**
 * Runs an operator's command on the service's database, whether or not the service runs: through the engine that runs on
 * the data folder, one that is started for the command's time, or the external database. `work` says whether anything
 * was found; the process ends with 0, with 1 when something was, or 2 when the command could not run.
 */
export function operate(name: string, work: (connection: Connection) => Promise<boolean>): Promise<never> {
  return conclude(name, async () => {
    const [argument] = process.argv.slice(2);
    if (argument !== undefined) throw new UnknownArgument(`it has no argument ${argument}`);
    const settings = readSettings(process.env, '.env');
    const logger = commandLog(settings.log_level);
    const { database_uri, data_dir } = settings;
    const database = await (database_uri === null
      ? openFolder(data_dir, logger)
      : openExternal(database_uri));
    try {
      await ensureIndexes(database.connection);
      return await work(database.connection);
    } finally {
      await database.close();
    }
  });
}

/** Does the work of a command and ends the process as `operate` does. */
export async function conclude(name: string, work: () => Promise<boolean>): Promise<never> {
  try {
    process.exit((await work()) ? EXIT.found : EXIT.clean);
  } catch (error) {
    const foreseen = [SettingError, DatabaseRefused, UnknownArgument, RebuildUnderWay].some(
      (kind) => error instanceof kind,
    );
    const text =
      error instanceof Error ? (foreseen ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${name} could not be done: ${text}\n`);
    process.exit(EXIT.failed);
  }
}

class UnknownArgument extends Error {}

/** The log of a command: what went wrong, on stderr. */
export function commandLog(level: string): Logger {
  return pino({ level: level === 'silent' ? 'silent' : 'warn', base: null }, pino.destination(2));
}

/** Connects to an external database, whose connection string comes from `setting`. @throws DatabaseRefused */
export async function openExternal(uri: string, setting?: string): Promise<OpenDatabase> {
  await checkExternal(uri, setting);
  const connection = await connect(uri);
  return { connection, close: () => connection.close() };
}

/** Connects to the engine that runs on a data folder, or to one that is started until it is closed. @throws DatabaseRefused */
export async function openFolder(dataDir: string, logger: Logger): Promise<OpenDatabase> {
  const running = await runningEngine(dataDir);
  if (running !== null) {
    const connection = await connect(running);
    return { connection, close: () => connection.close() };
  }
  const engine = await startEngine(dataDir, logger);
  const connection = await connect(engine.uri).catch(async (error: unknown) => {
    await engine.stop();
    throw error;
  });
  return {
    connection,
    close: async () => {
      await connection.close();
      await engine.stop();
    },
  };
}

async function connect(uri: string): Promise<Connection> {
  const { uri: _uri, retryAttempts: _attempts, ...options } = connectionOptions(uri);
  const connection = mongoose.createConnection();
  const opening = connection.openUri(uri, options);
  failDeadWrites(connection.getClient());
  return opening;
}

async function ensureIndexes(connection: Connection): Promise<void> {
  for (const schema of [EventSchema, AccountSchema, RegisterSchema, TotalsSchema]) {
    const model = connection.model(schema.get('collection') ?? '', schema);
    await model.createCollection();
    await model.ensureIndexes();
  }
}
