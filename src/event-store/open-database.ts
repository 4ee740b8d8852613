import type { Db } from 'mongodb';
import type { Connection } from 'mongoose';

import { Problem } from '../kernel/problem.js';

/**
 * The database behind mongoose's connection, for lean calls of the driver.
 * @throws Problem `service_unavailable` before the first connect.
 */
export function openDatabase(connection: Connection): Db {
  if (!connection.db) throw new Problem('service_unavailable');
  return connection.db;
}
