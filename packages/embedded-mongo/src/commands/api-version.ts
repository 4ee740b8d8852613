import type { CommandDoc } from '../bson/codec.js';
import { EngineError } from '../errors.js';

/** The commands of MongoDB's Stable API, version 1. */
const VERSION_1: ReadonlySet<string> = new Set([
  'abortTransaction',
  'aggregate',
  'bulkWrite',
  'collMod',
  'commitTransaction',
  'count',
  'create',
  'createIndexes',
  'delete',
  'drop',
  'dropDatabase',
  'dropIndexes',
  'endSessions',
  'explain',
  'find',
  'findAndModify',
  'getMore',
  'hello',
  'insert',
  'killCursors',
  'listCollections',
  'listDatabases',
  'listIndexes',
  'ping',
  'refreshSessions',
  'update',
]);

/**
 * Heeds `apiVersion` and `apiStrict`.
 * @throws EngineError APIVersionError for another version than 1, APIStrictError for a command that is no part of it.
 */
export function checkApiVersion(command: string, body: CommandDoc): void {
  const version = body.get('apiVersion');
  if (version === undefined) {
    if (!body.has('apiStrict') && !body.has('apiDeprecationErrors')) return;
    throw new EngineError(
      'Location4886600',
      'Provided apiStrict and/or apiDeprecationErrors without passing apiVersion',
    );
  }
  if (version !== '1') throw new EngineError('APIVersionError', 'API version must be "1"');
  if (body.get('apiStrict') !== true || VERSION_1.has(command)) return;
  throw new EngineError(
    'APIStrictError',
    `Provided apiStrict:true, but the command ${command} is not in API Version 1`,
  );
}
