import {
  AbstractCursor,
  ChangeStream,
  ClientSession,
  Collection,
  Db,
  GridFSBucket,
  MongoClient,
  type Document,
} from 'mongodb';
import type { Call, CaseRun, Operations } from './call.js';
import { BUCKET_OPERATIONS } from './bucket-operations.js';
import { COLLECTION_OPERATIONS } from './collection-operations.js';
import { CLIENT_OPERATIONS, CURSOR_OPERATIONS, DATABASE_OPERATIONS } from './client-operations.js';
import { driverOptions } from './driver-options.js';
import { matchError } from './expected-error.js';
import type { Operation, OperationArguments } from './format.js';
import { match, matchRoots } from './matching.js';
import { resultOf } from './results.js';
import { RUNNER_OPERATIONS } from './runner-operations.js';
import { SESSION_OPERATIONS } from './session-operations.js';

/** Those whose result is a list of documents, each of which may have more fields than expected. */
const LISTS: ReadonlySet<string> = new Set(['aggregate', 'find', 'listDatabases', 'runCursorCommand']);

/**
 * Runs an operation and holds its result or its error to what the case expects. Resolves with the error, where one was
 * expected or is to be ignored.
 */
export async function runOperation(operation: Operation, run: CaseRun): Promise<unknown> {
  const { expectError, saveResultAsEntity, ignoreResultAndError } = operation;
  let result: unknown;
  try {
    result = await invoke(operation, run);
  } catch (error) {
    if (ignoreResultAndError === true) return error;
    if (expectError === undefined) throw error;
    matchError(expectError, error, run.entities);
    return error;
  }
  if (ignoreResultAndError === true) return undefined;
  if (expectError !== undefined) throw new Error(`${operation.name} succeeded, but was expected to fail`);
  if (saveResultAsEntity !== undefined) run.entities.add(saveResultAsEntity, result);
  if (Object.hasOwn(operation, 'expectResult')) checkResult(operation, result, run);
  return undefined;
}

function checkResult({ name, expectResult }: Operation, result: unknown, run: CaseRun): void {
  const path = `${name}'s result`;
  if (LISTS.has(name) && Array.isArray(expectResult)) {
    matchRoots(expectResult, result, run.entities, path);
  } else {
    match(expectResult, resultOf(result), run.entities, { path, extras: 'at the top' });
  }
}

async function invoke({ name, object, arguments: given = {} }: Operation, run: CaseRun): Promise<unknown> {
  const call: Call = {
    args: given as unknown as OperationArguments,
    run,
    options: (...without) => optionsOf(given, without, run),
  };
  if (object === 'testRunner') return find(RUNNER_OPERATIONS, name)(run, call);
  const target = run.entities.entity(object);
  if (target instanceof MongoClient) return find(CLIENT_OPERATIONS, name)(target, call);
  if (target instanceof Db) return find(DATABASE_OPERATIONS, name)(target, call);
  if (target instanceof Collection) return find(COLLECTION_OPERATIONS, name)(target as Collection, call);
  if (target instanceof ClientSession) return find(SESSION_OPERATIONS, name)(target, call);
  if (target instanceof GridFSBucket) return find(BUCKET_OPERATIONS, name)(target, call);
  if (target instanceof AbstractCursor || target instanceof ChangeStream) {
    return find(CURSOR_OPERATIONS, name)(target, call);
  }
  throw new Error(`${object} has no operations`);
}

function find<Target>(operations: Operations<Target>, name: string): Operations<Target>[string] {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) throw new Error(`unknown operation ${name}`);
  return operation;
}

function optionsOf(given: Document, without: readonly string[], run: CaseRun): Document {
  const options = Object.fromEntries(Object.entries(given).filter(([name]) => !without.includes(name)));
  const session: unknown = options['session'];
  if (typeof session === 'string') options['session'] = run.entities.session(session);
  return driverOptions(options);
}
