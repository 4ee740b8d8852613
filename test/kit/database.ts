import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EmbeddedMongo } from 'embedded-mongo';
import type { Db } from 'mongodb';
import mongoose, { type Connection, type ConnectOptions, type Schema } from 'mongoose';

/** A database of its own for one test file. */
export interface TestDatabase {
  readonly connection: Connection;
  readonly db: Db;
  /** The connection string of the server that it is on. */
  readonly uri: string;
  /** Removes the database and what was started for it. */
  stop(): Promise<void>;
}

/**
 * Connects to an empty database with these schemas' collections and indexes: on the server that DB_CONNECTION_STRING
 * names, or else on an embedded engine in a temporary folder. `options` go to the driver.
 */
export async function startDatabase(
  schemas: readonly Schema[],
  options: ConnectOptions = {},
): Promise<TestDatabase> {
  const external = process.env.DB_CONNECTION_STRING;
  const engine = external ? undefined : await startEngine();
  const uri = external ?? engine?.uri ?? '';
  const connection = await mongoose
    .createConnection(uri, {
      dbName: `contracts_${randomUUID().replaceAll('-', '')}`,
      autoIndex: false,
      autoCreate: false,
      ...options,
    })
    .asPromise();
  for (const [index, schema] of schemas.entries()) {
    const model = connection.model(`Model${index}`, schema);
    await model.createCollection();
    await model.ensureIndexes();
  }
  if (!connection.db) throw new Error('The connection has no database');
  return {
    connection,
    db: connection.db,
    uri,
    stop: async () => {
      await connection.dropDatabase();
      await connection.close();
      await engine?.stop();
    },
  };
}

async function startEngine(): Promise<{ uri: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'el-contracts-'));
  const engine = await EmbeddedMongo.start({
    dbPath: join(folder, 'db'),
    socket: join(folder, 'engine.sock'),
  });
  return {
    uri: engine.uri,
    stop: async () => {
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
