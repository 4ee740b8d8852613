import type { MongooseModuleOptions } from '@nestjs/mongoose';

/** The database's name, unless the connection string has one. */
const DB_NAME = 'envelope_ledger';

/** How long a request waits for a server or a free connection before it is answered 503, in milliseconds. */
const PATIENCE_MS = 3_000;

/**
 * How often the driver looks after a server, and how long the server may take to answer that, in milliseconds. One that
 * is stuck is given up after both together: whoever waits for it is answered 503 then.
 */
const HEARTBEAT_MS = 5_000;
const HEARTBEAT_PATIENCE_MS = 3_000;

/**
 * Mongoose's options for a connection string. What the string itself says of write concern, time limits and the
 * database holds; the rest is acknowledged by the majority and journalled.
 */
export function connectionOptions(uri: string): MongooseModuleOptions {
  const { path, given } = partsOf(uri);
  const has = (...names: string[]) => names.some((name) => given.has(name.toLowerCase()));
  return {
    uri,
    ...(path === '' && { dbName: DB_NAME }),
    ...(!has('w', 'journal', 'wtimeoutMS') && { writeConcern: { w: 'majority', journal: true } }),
    ...(!has('serverSelectionTimeoutMS') && { serverSelectionTimeoutMS: PATIENCE_MS }),
    ...(!has('waitQueueTimeoutMS') && { waitQueueTimeoutMS: PATIENCE_MS }),
    ...(!has('heartbeatFrequencyMS') && { heartbeatFrequencyMS: HEARTBEAT_MS }),
    ...(!has('connectTimeoutMS') && { connectTimeoutMS: HEARTBEAT_PATIENCE_MS }),
    ...(!has('appName') && { appName: 'envelope-ledger' }),
    // A model's call while the database is away fails at once, as the driver's own do.
    bufferCommands: false,
    // Collections and indexes are made at start, before the service is ready.
    autoIndex: false,
    autoCreate: false,
    // The start has looked at the server already; a failure now is final.
    retryAttempts: 0,
  };
}

/** The database's name in a connection string and the names of its options, in lower case. */
function partsOf(uri: string): { path: string; given: ReadonlySet<string> } {
  // `new URL` refuses strings with several hosts.
  const [, path = '', query = ''] = /^[^/]+:\/\/[^/?]+(?:\/([^?]*))?(?:\?(.*))?$/.exec(uri) ?? [];
  const names = [...new URLSearchParams(query).keys()].map((name) => name.toLowerCase());
  return { path, given: new Set(names) };
}
