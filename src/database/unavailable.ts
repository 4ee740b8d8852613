import {
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';
import { Problem } from '../kernel/problem.js';

/** Labels with which the driver and the server say that nothing is wrong with the request itself. */
const PASSING = ['TransientTransactionError', 'UnknownTransactionCommitResult', 'RetryableWriteError'];

/** Codes of a server that is stopping, is no primary any more, or has no disk space left. */
const PASSING_CODES: ReadonlySet<unknown> = new Set([
  91, 189, 10_107, 11_600, 11_602, 13_435, 13_436, 14_031,
]);

/** Errors that the driver does not export, by name: a pool that was cleared, closed or has nobody free. */
const PASSING_NAMES: ReadonlySet<string> = new Set([
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'PoolClearedOnNetworkError',
]);

const CONNECTION_ERRORS = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
];

/** The problem `service_unavailable` for an error that says that the database is away for now, else undefined. */
export function databaseUnavailable(error: unknown): Problem | undefined {
  if (!isPassing(error)) return undefined;
  return new Problem('service_unavailable', {
    detail: 'The database cannot be reached at the moment',
    cause: error,
  });
}

/** What a socket fails with when the other end is gone; the driver lets some of these through as they are. */
const SOCKET_CODES: ReadonlySet<unknown> = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT']);

function isPassing(error: unknown): boolean {
  if (error instanceof Error && 'code' in error && SOCKET_CODES.has(error.code)) return true;
  if (!(error instanceof MongoError)) return false;
  if (CONNECTION_ERRORS.some((kind) => error instanceof kind) || PASSING_NAMES.has(error.name)) return true;
  if (PASSING.some((label) => error.hasErrorLabel(label))) return true;
  if (error instanceof MongoServerError && PASSING_CODES.has(error.code)) return true;
  // A bulk write wraps what went wrong.
  return isPassing(error.cause);
}
