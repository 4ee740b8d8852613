import { MongoServerError } from 'mongodb';

/** The server's error that an action fails with. Throws when it succeeds, or fails otherwise. */
export async function failure(action: Promise<unknown>): Promise<MongoServerError> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof MongoServerError) return error;
  throw new Error(`expected a server error, got ${String(error)}`);
}
