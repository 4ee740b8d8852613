import { Double } from 'bson';
import type { Reply, ReplyValue } from '../bson/codec.js';
import { EngineError, ErrorCodes, type ErrorLabel } from '../errors.js';
import { ENDS_OF_TRANSACTIONS } from '../sessions/statement.js';
import type { Request } from '../wire/request.js';

/** Errors that may be gone when the same is tried again, on another member or after an election. */
const RETRYABLE: ReadonlySet<number> = new Set([
  ErrorCodes.HostUnreachable,
  ErrorCodes.HostNotFound,
  ErrorCodes.NetworkTimeout,
  ErrorCodes.ShutdownInProgress,
  ErrorCodes.ReadConcernMajorityNotAvailableYet,
  ErrorCodes.PrimarySteppedDown,
  ErrorCodes.ExceededTimeLimit,
  ErrorCodes.SocketException,
  ErrorCodes.NotWritablePrimary,
  ErrorCodes.InterruptedAtShutdown,
  ErrorCodes.InterruptedDueToReplStateChange,
  ErrorCodes.NotPrimaryNoSecondaryOk,
  ErrorCodes.NotPrimaryOrSecondary,
]);

/** Errors after which a whole transaction can be run again (transactions specification), besides those. */
const TRANSIENT: ReadonlySet<number> = new Set([
  ErrorCodes.LockTimeout,
  ErrorCodes.WriteConflict,
  ErrorCodes.SnapshotTooOld,
  ErrorCodes.SnapshotUnavailable,
  ErrorCodes.NoSuchTransaction,
  ErrorCodes.PreparedTransactionInProgress,
]);

/** Turns an error into the `ok: 0` answer; one that is not an EngineError is a fault of ours and is reported. */
export function errorReply(error: unknown, request: Request, onFault: (error: unknown) => void): Reply {
  if (!(error instanceof EngineError)) {
    onFault(error);
    return {
      ok: new Double(0),
      errmsg: 'internal error',
      code: ErrorCodes.InternalError,
      codeName: 'InternalError',
    };
  }
  const labels = labelsOf(error, request);
  return {
    ok: new Double(0),
    errmsg: error.message,
    code: error.code,
    codeName: error.codeName,
    ...(labels.length > 0 ? { errorLabels: labels } : {}),
    ...(error.details as Readonly<Record<string, ReplyValue>>),
  };
}

function labelsOf(error: EngineError, { name, body }: Request): ErrorLabel[] {
  const labels = new Set(error.labels);
  if (!body.has('txnNumber')) return [...labels];
  const isStatement = body.get('autocommit') === false && !ENDS_OF_TRANSACTIONS.has(name);
  const isRetryable = RETRYABLE.has(error.code);
  const isTransient = TRANSIENT.has(error.code) || (isStatement && isRetryable);
  if (body.get('autocommit') === false && isTransient) labels.add('TransientTransactionError');
  if (!isStatement && isRetryable) labels.add('RetryableWriteError');
  return [...labels];
}
