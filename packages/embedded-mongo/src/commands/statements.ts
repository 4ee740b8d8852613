import { Int32, Long } from 'bson';
import type { Reply } from '../bson/codec.js';
import type { Doc } from '../bson/types.js';
import { EngineError, ErrorCodes } from '../errors.js';
import { TimeSlice } from '../query/execute/slice.js';
import type { Transaction } from '../storage/transaction.js';
import type { CommandContext } from './command.js';
import { wholeNumber } from './concerns.js';
import { settle, type Eventually } from './eventually.js';

/** The most statements of one write command. */
const MAX_STATEMENTS = 100_000;

/** Beyond so many characters of messages together, further errors come without one, as from MongoDB. */
const MAX_MESSAGES = 1024 * 1024;

/** Errors that end the whole command, whatever statement they come from. */
const ENDING: ReadonlySet<number> = new Set([
  ErrorCodes.IDLFailedToParse,
  ErrorCodes.IDLUnknownField,
  ErrorCodes.MaxTimeMSExpired,
  ErrorCodes.Interrupted,
  ErrorCodes.InterruptedAtShutdown,
  ErrorCodes.ClientDisconnect,
  ErrorCodes.ShutdownInProgress,
  ErrorCodes.OutOfDiskSpace,
  ErrorCodes.DataCorruptionDetected,
]);

/** Errors that end the whole command inside a transaction, since all of it has to run again. */
const ENDING_TRANSACTION: ReadonlySet<number> = new Set([
  ErrorCodes.WriteConflict,
  ErrorCodes.LockTimeout,
  ErrorCodes.SnapshotUnavailable,
  ErrorCodes.SnapshotTooOld,
  ErrorCodes.NoSuchTransaction,
]);

/** Keeps what a statement answers in the same change as its effect. */
export type Recorder = (transaction: Transaction, result: Doc) => void;

/** The statements of one write command: their ids for retries, their errors, and when to stop. */
export class Statements {
  /** What went wrong, by statement. */
  readonly errors: Reply[] = [];
  private readonly retried: number[] = [];
  private readonly slice: TimeSlice;
  private messages = 0;

  /** @param ordered - whether the statements end with the first one that fails. */
  constructor(
    private readonly context: CommandContext,
    private readonly count: number,
    private readonly ordered: boolean,
  ) {
    if (count === 0 || count > MAX_STATEMENTS) {
      throw new EngineError(
        'InvalidLength',
        `Write batch sizes must be between 1 and ${String(MAX_STATEMENTS)}. Got ${String(count)} operations.`,
      );
    }
    this.slice = new TimeSlice(context);
  }

  /**
   * Runs the statements by their numbers, in order, up to one whose failure ends the others; others' requests have their
   * turn in between. `onFailed` is told of each failure that does not end the command.
   */
  runEach(run: (index: number) => Eventually<unknown>, onFailed?: (error: Reply) => void): Eventually<void> {
    for (let index = 0; index < this.count; index += 1) {
      const goesOn = this.attempt(index, run, onFailed);
      if (goesOn instanceof Promise || this.slice.isOver())
        return this.runFurther(index + 1, goesOn, run, onFailed);
      if (!goesOn) return;
    }
  }

  private async runFurther(
    from: number,
    before: Eventually<boolean>,
    run: (index: number) => Eventually<unknown>,
    onFailed: ((error: Reply) => void) | undefined,
  ): Promise<void> {
    let goesOn = await before;
    for (let index = from; goesOn && index < this.count; index += 1) {
      if (this.slice.isPast()) await this.slice.rest();
      goesOn = await this.attempt(index, run, onFailed);
    }
  }

  /** Runs one statement; whether there may be a next one. */
  private attempt(
    index: number,
    run: (index: number) => Eventually<unknown>,
    onFailed: ((error: Reply) => void) | undefined,
  ): Eventually<boolean> {
    return settle(
      () => run(index),
      () => true,
      (error) => {
        const isLast = this.failed(index, error);
        onFailed?.(this.errors[this.errors.length - 1] as Reply);
        return !isLast;
      },
    );
  }

  /** What the statement answered when the same command ran before, if it did. */
  before(index: number): Doc | undefined {
    const id = this.idOf(index);
    const result = this.context.retry?.executed(id);
    if (result !== undefined) this.retried.push(id);
    return result;
  }

  recorder(index: number): Recorder | undefined {
    const { retry } = this.context;
    if (retry === undefined) return undefined;
    return (transaction, result) => {
      retry.record(transaction, this.idOf(index), result);
    };
  }

  /** Throws where a statement that may change several documents is sent as a retryable write. */
  refuseMulti(multi: boolean): void {
    if (!multi || this.context.retry === undefined) return;
    throw new EngineError('InvalidOptions', 'Cannot use retryable writes with multi=true');
  }

  /**
   * Notes that a statement failed; true when no further one may run. An error that concerns the whole command is
   * thrown again. Inside a transaction a failed statement gives all of it up.
   */
  private failed(index: number, error: unknown): boolean {
    if (!(error instanceof EngineError) || ENDING.has(error.code)) throw error;
    const { transaction } = this.context;
    if (transaction !== undefined && ENDING_TRANSACTION.has(error.code)) throw error;
    const errmsg = this.messages < MAX_MESSAGES ? error.message : '';
    this.messages += errmsg.length;
    this.errors.push({ index, code: error.code, errmsg, ...(error.details as Reply) });
    transaction?.end();
    // The command itself goes on to its answer.
    this.context.operation.transaction = undefined;
    return this.ordered || transaction !== undefined;
  }

  /** The fields of the answer that do not depend on the kind of write. */
  get reply(): Reply {
    return {
      ...(this.errors.length > 0 ? { writeErrors: this.errors } : {}),
      ...this.retries,
    };
  }

  /** Names the statements that had run before. */
  get retries(): Reply {
    return this.retried.length > 0 ? { retriedStmtIds: this.retried } : {};
  }

  private idOf(index: number): number {
    const { body } = this.context;
    const ids = body.get('stmtIds');
    if (Array.isArray(ids)) {
      const id = wholeNumber(ids[index]);
      if (id === undefined)
        throw new EngineError('InvalidLength', "there must be one of 'stmtIds' for each statement");
      return id;
    }
    return (wholeNumber(body.get('stmtId')) ?? 0) + index;
  }
}

/** A count in a stored answer. */
export function countIn(result: Doc, field: string): number {
  const value = result.get(field);
  if (value instanceof Int32) return value.value;
  return value instanceof Long ? value.toNumber() : 0;
}
