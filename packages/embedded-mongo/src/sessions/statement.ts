import { Long } from 'bson';
import type { CommandDoc } from '../bson/codec.js';
import type { Command } from '../commands/command.js';
import { EngineError } from '../errors.js';
import type { Store } from '../storage/store.js';
import type { Transaction } from '../storage/transaction.js';
import type { Session } from './session.js';

/** The part that a command plays in its session. */
export type Statement =
  | { readonly kind: 'plain' }
  /** `isRetry`: the same command has come before. */
  | { readonly kind: 'retryable write'; readonly session: Session; readonly isRetry: boolean }
  /** `commitTransaction` or `abortTransaction`. */
  | { readonly kind: 'end of transaction'; readonly session: Session; readonly number: bigint }
  | {
      readonly kind: 'transaction';
      readonly session: Session;
      readonly transaction: Transaction;
      /** Gives the whole transaction up: a statement in it failed. */
      readonly abort: () => void;
    };

/** The commands that end a transaction: statements of none, but with its number. */
export const ENDS_OF_TRANSACTIONS: ReadonlySet<string> = new Set(['commitTransaction', 'abortTransaction']);

/** The error for a transaction that is not (or no longer) open; the driver runs the whole transaction again. */
export function noSuchTransaction(number: bigint): EngineError {
  return new EngineError(
    'NoSuchTransaction',
    `Given transaction number ${String(number)} does not match any in-progress transactions.`,
  ).labelled('TransientTransactionError');
}

/**
 * Finds out from `txnNumber`, `autocommit` and `startTransaction` what a command is a part of, and begins the
 * transaction where it is the first of one. Runs in the session's turn.
 */
export function beginStatement(
  store: Store,
  session: Session | undefined,
  command: Command,
  body: CommandDoc,
): Statement {
  const number = transactionNumber(body);
  const autocommit = body.get('autocommit');
  const starts = body.get('startTransaction');
  if (number === undefined) {
    if (autocommit !== undefined || starts !== undefined) {
      throw new EngineError('InvalidOptions', "'autocommit' and 'startTransaction' need a 'txnNumber'");
    }
    if (ENDS_OF_TRANSACTIONS.has(command.name)) {
      throw new EngineError('CommandFailed', `${command.name} must be run within a transaction`);
    }
    return { kind: 'plain' };
  }
  if (session === undefined) throw new EngineError('InvalidOptions', "'txnNumber' needs an 'lsid'");
  if (autocommit === undefined) {
    if (starts !== undefined)
      throw new EngineError('InvalidOptions', "'startTransaction' needs 'autocommit: false'");
    return retryableWrite(session, command, number);
  }
  if (autocommit !== false) throw new EngineError('InvalidOptions', "'autocommit' must be false");
  if (ENDS_OF_TRANSACTIONS.has(command.name)) return { kind: 'end of transaction', session, number };
  return transactionStatement(store, session, command, number, starts === true);
}

function retryableWrite(session: Session, command: Command, number: bigint): Statement {
  if (command.retryable !== true) {
    throw new EngineError(
      'Location50768',
      `txnNumber may only be provided for multi-document transactions and retryable write commands; ${command.name} is neither here`,
    );
  }
  const isRetry = number === session.number && session.state === 'retryable write';
  if (!isRetry) {
    if (number === session.number) throw reusedNumber(number);
    session.advanceTo(number, 'retryable write');
  }
  return { kind: 'retryable write', session, isRetry };
}

function transactionStatement(
  store: Store,
  session: Session,
  command: Command,
  number: bigint,
  starts: boolean,
): Statement {
  if (!command.inTransaction) {
    throw new EngineError(
      'OperationNotSupportedInTransaction',
      `Cannot run '${command.name}' in a multi-document transaction.`,
    );
  }
  if (starts) {
    if (number === session.number) throw reusedNumber(number);
    session.advanceTo(number, 'in progress');
    session.transaction = store.begin();
    session.transactionBegan = performance.now();
  }
  const { transaction } = session;
  if (number !== session.number || transaction === undefined) throw noSuchTransaction(number);
  transaction.checkOpen();
  const abort = (): void => {
    transaction.end();
    if (session.transaction === transaction) {
      session.transaction = undefined;
      session.state = 'aborted';
    }
  };
  return { kind: 'transaction', session, transaction, abort };
}

function reusedNumber(number: bigint): EngineError {
  return new EngineError(
    'ConflictingOperationInProgress',
    `Only a newer number than ${String(number)} can begin another transaction or retryable write in this session.`,
  );
}

function transactionNumber(body: CommandDoc): bigint | undefined {
  const number = body.get('txnNumber');
  if (number === undefined) return undefined;
  if (!(number instanceof Long) || number.isNegative()) {
    throw new EngineError('TypeMismatch', "BSON field 'txnNumber' must be a long that is not negative");
  }
  // The method of Long itself goes by way of decimal digits.
  return (BigInt(number.high) << 32n) | BigInt(number.low >>> 0);
}
