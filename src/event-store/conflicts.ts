import { MongoClientBulkWriteError, MongoError, MongoNetworkError, MongoServerError } from 'mongodb';

/** Somebody else was faster: an account's version is not the one that was decided on, or a write met another's. */
export class VersionConflict extends Error {
  override readonly name = 'VersionConflict';
}

/**
 * A write found no document to change: an account of another version or, where no account has changed, a row of a read
 * model that should be there.
 */
export class DocumentMissed extends VersionConflict {}

/** The account's document breaks a unique index of its collection, such as one over names. */
export class AccountKeyTaken extends Error {
  override readonly name = 'AccountKeyTaken';

  constructor(
    /** The account whose document it is. */
    readonly account_id: string,
    options?: ErrorOptions,
  ) {
    super(`${account_id} breaks a unique index of the accounts`, options);
  }
}

/** The idempotency key that came with a command was used before: its record has the answer. */
export class IdempotencyKeyUsed extends Error {
  override readonly name = 'IdempotencyKeyUsed';

  constructor(
    /** The record's id. */
    readonly record_id: string,
    options?: ErrorOptions,
  ) {
    super('The idempotency key was used before', options);
  }
}

/** A command turned out to need accounts that another transaction has at work: it is decided again after that one. */
export class AccountAtWork extends Error {
  override readonly name = 'AccountAtWork';

  constructor() {
    super('An account is at work in another transaction');
  }
}

/** What a write belongs to, so that an error says whose fault it is. */
export type WriteOrigin =
  | { readonly kind: 'key'; readonly record_id: string }
  | { readonly kind: 'account'; readonly account_id: string }
  | { readonly kind: 'document' };

const DUPLICATE_KEY = 11_000;
const WRITE_CONFLICT = 112;

/**
 * What an error of a bulk write means, whose writes come from `origins` in their order. The driver wraps a server's
 * error in one of its own and drops its labels: so it is unwrapped.
 */
export function meaningOf(error: unknown, origins: readonly WriteOrigin[]): unknown {
  if (!(error instanceof MongoClientBulkWriteError)) return error;
  for (const [index, { code }] of error.writeErrors) {
    const origin = origins[index];
    if (code === DUPLICATE_KEY && origin?.kind === 'key') {
      return new IdempotencyKeyUsed(origin.record_id, { cause: error });
    }
    if (code === DUPLICATE_KEY && origin?.kind === 'account') {
      return new AccountKeyTaken(origin.account_id, { cause: error });
    }
    if (code === DUPLICATE_KEY || code === WRITE_CONFLICT) {
      return new VersionConflict(error.message, { cause: error });
    }
  }
  return error.cause instanceof MongoServerError ? error.cause : error;
}

/**
 * Whether an error, met before a commit was sent, says that another transaction was in the way or that a connection
 * broke: nothing was done, and all may be tried again.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof VersionConflict || error instanceof IdempotencyKeyUsed) return true;
  if (error instanceof MongoNetworkError || isSocketError(error)) return true;
  return error instanceof MongoError && error.hasErrorLabel('TransientTransactionError');
}

/** What a socket fails with when the other end is gone; the driver lets some of these through as they are. */
const SOCKET_CODES: ReadonlySet<unknown> = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT']);

/** Whether an error comes from the database or the way to it, rather than from whoever decides. */
export function isDatabaseError(error: unknown): boolean {
  return error instanceof MongoError || isSocketError(error);
}

/** Whether an error cannot be the fault of any one write: the database could not be reached. */
export function isNobodysFault(error: unknown): boolean {
  if (isSocketError(error)) return true;
  return (
    error instanceof MongoError &&
    !(error instanceof MongoServerError) &&
    !(error instanceof MongoClientBulkWriteError)
  );
}

function isSocketError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && SOCKET_CODES.has(error.code);
}
