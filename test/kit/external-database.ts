import { randomUUID } from 'node:crypto';

import { MongoClient } from 'mongodb';

/**
 * A new, empty database on the server that DB_CONNECTION_STRING names, as a connection string; undefined when the tests
 * run on the embedded engine.
 */
export function externalDatabase(): string | undefined {
  const server = process.env.DB_CONNECTION_STRING;
  if (!server) return undefined;
  const [, hosts, options = ''] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*(\?.*)?$/.exec(server) ?? [];
  if (hosts === undefined) throw new Error('DB_CONNECTION_STRING is no connection string of MongoDB');
  return `${hosts}/acceptance_${randomUUID().replaceAll('-', '')}${options}`;
}

/** Removes the database that a connection string names. */
export async function dropDatabase(connectionString: string): Promise<void> {
  const client = await MongoClient.connect(connectionString);
  await client.db().dropDatabase();
  await client.close();
}
