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
import { andThen, settle, type Eventually } from './eventually.js';
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

/** Answers one request; never throws or rejects. */
export function dispatch(engine: Engine, request: Request): Eventually<Reply> {
  const operation = engine.operations.begin(request);
  const ended = (reply: Reply): Reply => {
    engine.operations.finish(operation);
    return finish(engine, reply);
  };
  return settle(
    () => answer(engine, operation),
    ended,
    (error) => ended(errorReply(error, request, engine.onFault)),
  );
}

function answer(engine: Engine, operation: Operation): Eventually<Reply> {
  const { failPoints } = engine;
  const { request } = operation;
  const command = findCommand(request.name, failPoints !== undefined);
  checkFields(command, request.body);
  checkApiVersion(command.name, request.body);
  const session = sessionOf(engine, request.body);
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
  return session !== undefined && request.body.has('txnNumber') ? session.inTurn(inOrder) : inOrder();
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
  const { request } = operation;
  const retry = statement.kind === 'retryable write' ? retryOf(engine, request, statement) : undefined;
  const run = (): Eventually<Reply> => {
    checkConcernPlaces(command, statement, request.body);
    const context = contextOf(engine, operation, session, statement, retry);
    if (statement.kind === 'transaction') return statement.transaction.during(() => command.run(context));
    const concernError = command.write ? writeConcernError(request.body) : undefined;
    const reply = command.run(context);
    return concernError === undefined
      ? reply
      : andThen(reply, (known) => ({ ...known, writeConcernError: concernError }));
  };
  if (statement.kind === 'transaction') {
    return settle(run, theReply, (error) => {
      statement.abort();
      throw error;
    });
  }
  return command.write ? whenDurable(engine, run, retry) : run();
}

const theReply = (reply: Reply): Reply => reply;

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
