import { setTimeout as wait } from 'node:timers/promises';
import { MongoBulkWriteError, MongoClientBulkWriteError, MongoNetworkError } from 'mongodb';

const ANSWER_MS = 15_000;

/**
 * Resolves with an operation's result. The driver (7.8) can wait for ever on a connection that died under its write,
 * or pass on the socket's own error; both count as an operation without an answer. One that was
 * not waited for any longer may still happen.
 */
export async function answered<T>(operation: Promise<T>, ms = ANSWER_MS): Promise<T> {
  const late = wait(ms, undefined, { ref: false }).then(() => {
    throw new MongoNetworkError('no answer');
  });
  return Promise.race([operation, late]);
}

/**
 * Whether an operation ended without an answer, so that it may have taken effect or not. Node's own errors are of
 * another realm than the tests, so `instanceof Error` does not know them.
 */
export function isLostConnection(error: unknown): boolean {
  if (error instanceof MongoNetworkError) return true;
  if (error instanceof MongoClientBulkWriteError) return isLostConnection(error.cause);
  // The driver takes the message of what went wrong only; what a server refuses has a code.
  if (error instanceof MongoBulkWriteError) return typeof error.code !== 'number';
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  // A socket's own error in the middle of a commit: the driver takes it for one of its own.
  if (message === 'commitError.hasErrorLabel is not a function') return true;
  return code === 'EPIPE' || code === 'ECONNRESET';
}
