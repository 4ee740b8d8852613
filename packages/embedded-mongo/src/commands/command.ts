import type { CommandDoc, Reply } from '../bson/codec.js';
import type { Engine } from '../engine.js';
import { EngineError } from '../errors.js';
import type { Operation } from '../sessions/operations.js';
import type { RetryableWrite } from '../sessions/retryable-write.js';
import type { Session } from '../sessions/session.js';
import type { Transaction } from '../storage/transaction.js';
import type { View } from '../storage/view.js';
import type { Request } from '../wire/request.js';
import type { Eventually } from './eventually.js';

/** All that a command may use to answer one request. */
export interface CommandContext {
  readonly request: Request;
  readonly engine: Engine;
  readonly db: string;
  readonly body: CommandDoc;
  /** The logical session of the request, where it names one. */
  readonly session?: Session | undefined;
  /** The client's open transaction, which this command is a statement of. */
  readonly transaction?: Transaction | undefined;
  /** Set for a retryable write: what its statements have answered before, and where to keep what they answer. */
  readonly retry?: RetryableWrite | undefined;
  /** For commitTransaction and abortTransaction: the session and the number that they end. */
  readonly ending?: { readonly session: Session; readonly number: bigint } | undefined;
  /**
   * The picture to read from: the transaction itself, or what is published (or, by read concern, durable) now.
   * The command releases it when it is done.
   */
  view(): View;
  /** The sequence up to which a view that is taken from now on shows everything. */
  readonly shownUpTo: number;
  /** The command as `currentOp` shows it: how it waits, and whether it may go on. */
  readonly operation: Operation;
  /** Throws when the request has run out of time, was killed, or its client has gone. Long work asks now and then. */
  checkInterrupt(): void;
}

/** One command of the wire protocol. */
export interface Command {
  /** Its name as the request's first field spells it. */
  readonly name: string;
  /** Further spellings, such as `findandmodify`. */
  readonly aliases?: readonly string[];
  /**
   * The fields it knows besides its own name and those that every command has; another one is refused (40415).
   * `any` for a handshake, which newer drivers extend.
   */
  readonly fields: readonly string[] | 'any';
  /** May run inside a client's transaction. */
  readonly inTransaction: boolean;
  /** Changes data: its answer waits until everything published is on disk, and it takes a write concern. */
  readonly write: boolean;
  /** May be retried by the driver under a transaction number of its own. */
  readonly retryable?: boolean;
  /** Exists only in an engine that was started with `--test-commands`. */
  readonly testOnly?: boolean;
  run(context: CommandContext): Eventually<Reply>;
}

/** Refuses a command that MongoDB runs against the admin database only. */
export function adminOnly(context: CommandContext, name: string): void {
  if (context.db !== 'admin') {
    throw new EngineError('Unauthorized', `${name} may only be run against the admin database.`);
  }
}
