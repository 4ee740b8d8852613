import type { Logger } from 'pino';
import { startEngine } from './embedded.js';
import { checkExternal } from './external.js';

/** The database that a service works on, ready. */
export interface ServiceDatabase {
  readonly uri: string;
  /** Which one it is, for a person. */
  readonly name: string;
  /** Stops it, if it was started for the service. */
  stop(): Promise<void>;
}

/** Where the data are kept: in an external database, or with the embedded engine in a folder. */
export interface DataPlace {
  /** The external database's connection string; null for the embedded engine. */
  readonly database_uri: string | null;
  readonly data_dir: string;
}

/**
 * Looks at the external database, or starts the embedded engine.
 * @throws DatabaseRefused when it can't carry the ledger
 */
export async function openDatabase(
  { database_uri, data_dir }: DataPlace,
  logger: Logger,
): Promise<ServiceDatabase> {
  if (database_uri !== null) {
    const name = await checkExternal(database_uri);
    return { uri: database_uri, name, stop: () => Promise.resolve() };
  }
  const engine = await startEngine(data_dir, logger);
  return { uri: engine.uri, name: `embedded engine in ${data_dir}`, stop: () => engine.stop() };
}
