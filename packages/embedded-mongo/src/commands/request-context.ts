import type { CommandDoc } from '../bson/codec.js';
import type { Engine } from '../engine.js';
import type { Operation } from '../sessions/operations.js';
import type { RetryableWrite } from '../sessions/retryable-write.js';
import type { Session } from '../sessions/session.js';
import type { Statement } from '../sessions/statement.js';
import type { Transaction } from '../storage/transaction.js';
import type { View } from '../storage/view.js';
import type { Request } from '../wire/request.js';
import type { CommandContext } from './command.js';
import type { ReadLevel } from './concerns.js';

/** What a command is given to answer one request. */
export class RequestContext implements CommandContext {
  readonly request: Request;
  readonly db: string;
  readonly body: CommandDoc;
  readonly transaction: Transaction | undefined;
  readonly ending: CommandContext['ending'];

  /** @param level - what is read outside a transaction. */
  constructor(
    readonly engine: Engine,
    readonly operation: Operation,
    readonly session: Session | undefined,
    statement: Statement,
    readonly retry: RetryableWrite | undefined,
    private readonly level: ReadLevel,
  ) {
    const { request } = operation;
    this.request = request;
    this.db = request.db;
    this.body = request.body;
    this.transaction = statement.kind === 'transaction' ? statement.transaction : undefined;
    this.ending = statement.kind === 'end of transaction' ? statement : undefined;
  }

  view(): View {
    if (this.transaction !== undefined) return this.transaction;
    const { store } = this.engine;
    return this.level === 'durable' ? store.flushed() : store.latest();
  }

  get shownUpTo(): number {
    // In a transaction, changes of a schema wait for those that have used the collection.
    if (this.transaction !== undefined || this.level !== 'durable') return Infinity;
    return this.engine.store.durableSequence;
  }

  checkInterrupt(): void {
    this.operation.checkInterrupt();
  }
}
