import mongoose, { type Connection } from 'mongoose';
import { pino, type Logger } from 'pino';

import { connectionOptions } from './database/connection-options.js';
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
export const EXIT = { clean: 0, found: 1, failed: 2 } as const;

/**
 * Runs an operator's command on the service's database, whether or not the service runs: through the engine that runs on
 * the data folder, one that is started for the command's time, or the external database. `work` says whether anything
 * was found; the process ends with 0, with 1 when something was, or 2 when the command could not run.
 */
export async function operate(
  name: string,
  work: (connection: Connection) => Promise<boolean>,
): Promise<never> {
  try {
    const [argument] = process.argv.slice(2);
    if (argument !== undefined) throw new UnknownArgument(`it has no argument ${argument}`);
    const found = await onDatabase(work);
    process.exit(found ? EXIT.found : EXIT.clean);
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

async function onDatabase(work: (connection: Connection) => Promise<boolean>): Promise<boolean> {
  const settings = readSettings(process.env, '.env');
  const logger = pino(
    { level: settings.log_level === 'silent' ? 'silent' : 'warn', base: null },
    pino.destination(2),
  );
  const { uri, stop } = await reach(settings.database_uri, settings.data_dir, logger);
  try {
    const { uri: _uri, retryAttempts: _attempts, ...options } = connectionOptions(uri);
    const connection = await mongoose.createConnection(uri, options).asPromise();
    try {
      await ensureIndexes(connection);
      return await work(connection);
    } finally {
      await connection.close();
    }
  } finally {
    await stop();
  }
}

async function reach(external: string | null, dataDir: string, logger: Logger) {
  const nothing = () => Promise.resolve();
  if (external !== null) {
    await checkExternal(external);
    return { uri: external, stop: nothing };
  }
  const running = await runningEngine(dataDir);
  if (running !== null) return { uri: running, stop: nothing };
  const engine = await startEngine(dataDir, logger);
  return { uri: engine.uri, stop: () => engine.stop() };
}

async function ensureIndexes(connection: Connection): Promise<void> {
  for (const schema of [EventSchema, AccountSchema, RegisterSchema, TotalsSchema]) {
    const model = connection.model(schema.get('collection') ?? '', schema);
    await model.createCollection();
    await model.ensureIndexes();
  }
}
