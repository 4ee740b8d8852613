import { Double } from 'bson';
import type { Reply, ReplyValue } from '../bson/codec.js';
import { EngineError, ErrorCodes, type ErrorLabel } from '../errors.js';
import type { Statement } from '../sessions/statement.js';

/** Errors after which a whole transaction can be run again (transactions specification). */
const TRANSIENT: ReadonlySet<number> = new Set([
  ErrorCodes.WriteConflict,
  ErrorCodes.SnapshotUnavailable,
  ErrorCodes.SnapshotTooOld,
  ErrorCodes.NoSuchTransaction,
  ErrorCodes.InterruptedAtShutdown,
  ErrorCodes.ShutdownInProgress,
]);

/** Errors after which a retryable write may be sent again (retryable writes specification). */
const RETRYABLE: ReadonlySet<number> = new Set([
  ErrorCodes.InterruptedAtShutdown,
  ErrorCodes.ShutdownInProgress,
]);

/** Turns an error into the `ok: 0` answer; one that is not an EngineError is a fault of ours and is reported. */
export function errorReply(error: unknown, statement: Statement, onFault: (error: unknown) => void): Reply {
  if (!(error instanceof EngineError)) {
    onFault(error);
    return {
      ok: new Double(0),
      errmsg: 'internal error',
      code: ErrorCodes.InternalError,
      codeName: 'InternalError',
    };
  }
  const labels = labelsOf(error, statement);
  return {
    ok: new Double(0),
    errmsg: error.message,
    code: error.code,
    codeName: error.codeName,
    ...(error.details as Readonly<Record<string, ReplyValue>>),
    ...(labels.length > 0 ? { errorLabels: labels } : {}),
  };
}

function labelsOf(error: EngineError, statement: Statement): ErrorLabel[] {
  const labels = new Set(error.labels);
  if (statement.kind === 'transaction' && TRANSIENT.has(error.code)) labels.add('TransientTransactionError');
  if (statement.kind !== 'transaction' && RETRYABLE.has(error.code)) labels.add('RetryableWriteError');
  return [...labels];
}
