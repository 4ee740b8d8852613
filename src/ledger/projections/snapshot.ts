import type { ClientSession, TransactionOptions } from 'mongodb';
import type { Connection } from 'mongoose';

const READING: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority' },
  readPreference: 'primary',
};

/** Reads several things as they are at one and the same moment. `read` may be called again when the moment was lost. */
export function inSnapshot<Result>(
  connection: Connection,
  read: (session: ClientSession) => Promise<Result>,
): Promise<Result> {
  return connection
    .getClient()
    .withSession((session) => session.withTransaction(() => read(session), READING));
}
