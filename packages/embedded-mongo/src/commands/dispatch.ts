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
import { checkFields } from './command-fields.js';
import { RequestContext } from './request-context.js';
import { checkConcernPlaces } from './concern-places.js';
import { readLevel, wholeNumber, writeConcernError } from './concerns.js';
import { errorReply } from './error-reply.js';
import { andThen, type Eventually } from './eventually.js';
import { checkReadPreference } from './read-preference.js';
import { findCommand } from './table.js';

/** Answers one request; never throws or rejects. */
export function dispatch(engine: Engine, request: Request): Eventually<Reply> {
  const operation = engine.operations.begin(request);
  try {
    const reply = answer(engine, operation);
    if (!(reply instanceof Promise)) return finish(engine, operation, reply);
    return reply.then(
      (known) => finish(engine, operation, known),
      (error: unknown) => fail(engine, operation, error),
    );
  } catch (error) {
    return fail(engine, operation, error);
  }
}

function fail(engine: Engine, operation: Operation, error: unknown): Reply {
  return finish(engine, operation, errorReply(error, operation.request, engine.onFault));
}

function answer(engine: Engine, operation: Operation): Eventually<Reply> {
  const { failPoints } = engine;
  const { request } = operation;
  const command = findCommand(request.name, failPoints !== undefined);
  checkFields(command, request.body);
  checkApiVersion(command.name, request.body);
  checkReadPreference(request.body);
  const session = sessionOf(engine, request.body, operation.began);
  operation.session = session;
  const run = (): Eventually<Reply> =>
    runCommand(
      engine,
      operation,
      command,
      session,
      beginStatement(engine.store, session, command, request.body),
    );
  const inOrder =
    failPoints === undefined ? run : () => withFailPoints(failPoints, command, request.connection, run);
  if (session === undefined || !request.body.has('txnNumber')) return inOrder();
  return session.inTurn(inOrder);
}

async function withFailPoints(
  failPoints: FailPoints,
  { name }: Command,
  connection: Connection,
  run: () => Eventually<Reply>,
): Promise<Reply> {
  await failPoints.beforeCommand(name, connection);
  return failPoints.afterCommand(name, connection, await run());
}

function runCommand(
  engine: Engine,
  operation: Operation,
  command: Command,
  session: Session | undefined,
  statement: Statement,
): Eventually<Reply> {
  if (statement.kind === 'transaction') return runStatement(engine, operation, command, session, statement);
  if (!command.write) return runInContext(engine, operation, command, session, statement);
  const retry =
    statement.kind === 'retryable write' ? retryOf(engine, operation.request, statement) : undefined;
  return whenDurable(engine, () => runWrite(engine, operation, command, session, statement, retry), retry);
}

/** A statement of a transaction: its failure gives all of that up. */
function runStatement(
  engine: Engine,
  operation: Operation,
  command: Command,
  session: Session | undefined,
  statement: Extract<Statement, { readonly kind: 'transaction' }>,
): Eventually<Reply> {
  const given = (error: unknown): never => {
    statement.abort();
    throw error;
  };
  try {
    const reply = statement.transaction.during(() =>
      runInContext(engine, operation, command, session, statement),
    );
    return reply instanceof Promise ? reply.catch(given) : reply;
  } catch (error) {
    return given(error);
  }
}

function runWrite(
  engine: Engine,
  operation: Operation,
  command: Command,
  session: Session | undefined,
  statement: Statement,
  retry: RetryableWrite | undefined,
): Eventually<Reply> {
  const context = contextOf(engine, operation, command, session, statement, retry);
  const concernError = writeConcernError(operation.request.body);
  const reply = command.run(context);
  if (concernError === undefined) return reply;
  return andThen(reply, (known) => ({ ...known, writeConcernError: concernError }));
}

function runInContext(
  engine: Engine,
  operation: Operation,
  command: Command,
  session: Session | undefined,
  statement: Statement,
): Eventually<Reply> {
  return command.run(contextOf(engine, operation, command, session, statement, undefined));
}

/** Nothing is acknowledged before it is on disk, not even what was done before an error. */
async function whenDurable(
  engine: Engine,
  run: () => Eventually<Reply>,
  retry: RetryableWrite | undefined,
): Promise<Reply> {
  try {
    return await run();
  } finally {
    await engine.store.durable();
    retry?.settled();
  }
}

function contextOf(
  engine: Engine,
  operation: Operation,
  command: Command,
  session: Session | undefined,
  statement: Statement,
  retry: RetryableWrite | undefined,
): CommandContext {
  const { body } = operation.request;
  checkConcernPlaces(command, statement, body);
  const level = readLevel(body, engine.clusterTime());
  const limit = wholeNumber(body.get('maxTimeMS')) ?? 0;
  if (limit < 0) throw new EngineError('BadValue', 'maxTimeMS must not be negative');
  if (limit > 0) operation.limitTo(limit);
  operation.transaction = statement.kind === 'transaction' ? statement.transaction : undefined;
  operation.checkInterrupt();
  return new RequestContext(engine, operation, session, statement, retry, level);
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

function sessionOf(engine: Engine, body: CommandDoc, now: number): Session | undefined {
  const lsid = body.get('lsid');
  if (lsid === undefined) return undefined;
  if (!(lsid instanceof RawDoc)) throw new EngineError('TypeMismatch', "BSON field 'lsid' must be an object");
  return engine.sessions.get(lsid, now);
}

const ONE = new Double(1);

/** Adds what every answer has. It is added to the reply itself, which nobody else holds: copies would be dear. */
function finish(engine: Engine, operation: Operation, reply: { [field: string]: ReplyValue }): Reply {
  engine.operations.finish(operation);
  reply['ok'] ??= ONE;
  reply['operationTime'] = engine.clusterTime();
  return reply;
}
