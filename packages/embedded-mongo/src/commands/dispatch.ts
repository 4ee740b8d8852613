import { Double } from 'bson';
import type { CommandDoc, Reply, ReplyValue } from '../bson/codec.js';
import { RawDoc } from '../bson/types.js';
import type { Engine } from '../engine.js';
import { EngineError } from '../errors.js';
import type { FailPoints } from '../sessions/fail-points.js';
import type { Operation } from '../sessions/operations.js';
import { RetryableWrite } from '../sessions/retryable-write.js';
import type { Session } from '../sessions/session.js';
import { beginStatement, type Statement } from '../sessions/statement.js';
import { StatementResults } from '../sessions/statement-results.js';
import type { Connection, Request } from '../wire/request.js';
import { checkApiVersion } from './api-version.js';
import type { Command, CommandContext } from './command.js';
import { checkConcernPlaces } from './concern-places.js';
import { readLevel, wholeNumber, writeConcernError } from './concerns.js';
import { errorReply } from './error-reply.js';
import { findCommand } from './table.js';

/** Fields that every command may carry. */
const GENERIC_FIELDS: ReadonlySet<string> = new Set([
  '$db',
  '$readPreference',
  '$clusterTime',
  '$configTime',
  '$topologyTime',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  'autocommit',
  'clientOperationKey',
  'comment',
  'lsid',
  'maxTimeMS',
  'readConcern',
  'startTransaction',
  'stmtId',
  'stmtIds',
  'txnNumber',
  'writeConcern',
]);

/** Answers one request; never rejects. */
export async function dispatch(engine: Engine, request: Request): Promise<Reply> {
  const { failPoints } = engine;
  const operation = engine.operations.begin(request);
  try {
    const command = findCommand(request.name, failPoints !== undefined);
    checkFields(command, request.body);
    checkApiVersion(command.name, request.body);
    const session = sessionOf(engine, request.body);
    operation.session = session;
    const run = (): Promise<Reply> =>
      runCommand(
        engine,
        operation,
        command,
        session,
        beginStatement(engine.store, session, command, request.body),
      );
    const answer =
      failPoints === undefined ? run : () => withFailPoints(failPoints, command, request.connection, run);
    const inTurn = session !== undefined && request.body.has('txnNumber');
    return finish(engine, inTurn ? await session.inTurn(answer) : await answer());
  } catch (error) {
    return finish(engine, errorReply(error, request, engine.onFault));
  } finally {
    engine.operations.finish(operation);
  }
}

async function withFailPoints(
  failPoints: FailPoints,
  { name }: Command,
  connection: Connection,
  run: () => Promise<Reply>,
): Promise<Reply> {
  await failPoints.beforeCommand(name, connection);
  return failPoints.afterCommand(name, connection, await run());
}

async function runCommand(
  engine: Engine,
  operation: Operation,
  command: Command,
  session: Session | undefined,
  statement: Statement,
): Promise<Reply> {
  const { request } = operation;
  const retry = statement.kind === 'retryable write' ? retryOf(engine, request, statement) : undefined;
  try {
    checkConcernPlaces(command, statement, request.body);
    const context = contextOf(engine, operation, session, statement, retry);
    const concernError =
      command.write && statement.kind !== 'transaction' ? writeConcernError(request.body) : undefined;
    const reply = await (statement.kind === 'transaction'
      ? statement.transaction.during(() => command.run(context))
      : command.run(context));
    // Nothing is acknowledged before it is on disk; inside a transaction that is the commit's task.
    if (command.write && statement.kind !== 'transaction') await engine.store.durable();
    return concernError === undefined ? reply : { ...reply, writeConcernError: concernError };
  } catch (error) {
    if (statement.kind === 'transaction') statement.abort();
    else if (command.write) await engine.store.durable();
    throw error;
  } finally {
    retry?.settled();
  }
}

function contextOf(
  engine: Engine,
  operation: Operation,
  session: Session | undefined,
  statement: Statement,
  retry: RetryableWrite | undefined,
): CommandContext {
  const { request } = operation;
  const { body } = request;
  const level = readLevel(body, engine.clusterTime());
  const limit = wholeNumber(body.get('maxTimeMS')) ?? 0;
  if (limit < 0) throw new EngineError('BadValue', 'maxTimeMS must not be negative');
  if (limit > 0) operation.limitTo(limit);
  const transaction = statement.kind === 'transaction' ? statement.transaction : undefined;
  operation.transaction = transaction;
  operation.checkInterrupt();
  return {
    request,
    engine,
    db: request.db,
    body,
    session,
    transaction,
    retry,
    ending: statement.kind === 'end of transaction' ? statement : undefined,
    view: () => transaction ?? (level === 'durable' ? engine.store.flushed() : engine.store.latest()),
    operation,
    checkInterrupt: () => {
      operation.checkInterrupt();
    },
  };
}

/** What is known of a retryable write: of one that is sent again, what its statements have answered before. */
function retryOf(
  engine: Engine,
  { connection }: Request,
  { session, isRetry }: Extract<Statement, { readonly kind: 'retryable write' }>,
): RetryableWrite {
  const results = isRetry ? storedResults(engine, session) : new StatementResults();
  return new RetryableWrite(session, results, () => engine.failPoints?.beforeRetryableEffect(connection));
}

function storedResults({ store }: Engine, session: Session): StatementResults {
  const view = store.latest();
  try {
    return session.readResults(view);
  } finally {
    view.release();
  }
}

function checkFields(command: Command, body: CommandDoc): void {
  const known = command.fields;
  if (known === 'any') return;
  let first = true;
  for (const field of body.keys()) {
    if (!first && !GENERIC_FIELDS.has(field) && !known.includes(field)) {
      throw new EngineError('IDLUnknownField', `BSON field '${command.name}.${field}' is an unknown field.`);
    }
    first = false;
  }
}

function sessionOf(engine: Engine, body: CommandDoc): Session | undefined {
  const lsid = body.get('lsid');
  if (lsid === undefined) return undefined;
  if (!(lsid instanceof RawDoc)) throw new EngineError('TypeMismatch', "BSON field 'lsid' must be an object");
  return engine.sessions.get(lsid);
}

const ONE = new Double(1);

/** Adds what every answer has. It is added to the reply itself, which nobody else holds: copies would be dear. */
function finish(engine: Engine, reply: { [field: string]: ReplyValue }): Reply {
  reply['ok'] ??= ONE;
  reply['operationTime'] = engine.clusterTime();
  return reply;
}
