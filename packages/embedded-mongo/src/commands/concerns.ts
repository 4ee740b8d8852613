import { Double, Int32, Long, Timestamp } from 'bson';
import type { CommandDoc, Reply } from '../bson/codec.js';
import type { RawDoc, Value } from '../bson/types.js';
import { EngineError, ErrorCodes } from '../errors.js';

/** Which data a read may show. */
export type ReadLevel = 'published' | 'durable';

const LEVELS: Readonly<Record<string, ReadLevel>> = {
  local: 'published',
  available: 'published',
  majority: 'durable',
  linearizable: 'durable',
  // In transactions, which have their own pictures.
  snapshot: 'durable',
};

/** A whole number from any BSON number; `undefined` for what is none. */
export function wholeNumber(value: Value | RawDoc | RawDoc[] | undefined): number | undefined {
  if (value instanceof Int32) return value.value;
  if (value instanceof Long) return value.toNumber();
  if (value instanceof Double && Number.isInteger(value.value)) return value.value;
  return undefined;
}

/** Reads a command's `readConcern`. Throws on an unknown level or field, and on times that lie ahead. */
export function readLevel(body: CommandDoc, now: Timestamp): ReadLevel {
  const concern = body.get('readConcern');
  if (concern === undefined) return 'published';
  if (!(concern instanceof Map))
    throw new EngineError('TypeMismatch', "field 'readConcern' must be an object");
  let level: ReadLevel = 'published';
  for (const [name, value] of concern) {
    if (name === 'level') {
      const known = typeof value === 'string' && Object.hasOwn(LEVELS, value) ? LEVELS[value] : undefined;
      if (known === undefined) throw new EngineError('BadValue', 'unknown readConcern level');
      level = known;
    } else if (name === 'afterClusterTime') {
      if (value instanceof Timestamp && value.greaterThan(now)) {
        throw new EngineError(
          'InvalidOptions',
          'readConcern afterClusterTime must not be greater than the current clusterTime',
        );
      }
    } else if (name === 'atClusterTime' || name === 'afterOpTime') {
      throw new EngineError('CommandNotSupported', `readConcern.${name} is not supported by this engine`);
    } else if (name !== 'provenance') {
      throw new EngineError('IDLUnknownField', `BSON field 'readConcern.${name}' is an unknown field.`);
    }
  }
  return level;
}

/**
 * Reads a command's `writeConcern`. What one node cannot satisfy does not stop the write, as in MongoDB: the
 * answer carries the `writeConcernError` that this returns.
 */
export function writeConcernError(body: CommandDoc): Reply | undefined {
  const concern = body.get('writeConcern');
  if (concern === undefined) return undefined;
  if (!(concern instanceof Map))
    throw new EngineError('TypeMismatch', "field 'writeConcern' must be an object");
  for (const name of concern.keys()) {
    if (!['w', 'j', 'fsync', 'wtimeout', 'wtimeoutMS', 'provenance'].includes(name)) {
      throw new EngineError('IDLUnknownField', `BSON field 'writeConcern.${name}' is an unknown field.`);
    }
  }
  const w = concern.get('w');
  if (w === undefined || w === 'majority') return undefined;
  if (typeof w === 'string') {
    return failure(
      'UnknownReplWriteConcern',
      `No write concern mode named '${w}' found in replica set configuration`,
    );
  }
  const nodes = wholeNumber(w);
  if (nodes === undefined || nodes < 0 || nodes > 50)
    throw new EngineError(
      'FailedToParse',
      'w has to be a non-negative number and not greater than 50; or a string',
    );
  return nodes > 1 ? failure('UnsatisfiableWriteConcern', 'Not enough data-bearing nodes') : undefined;
}

function failure(codeName: 'UnknownReplWriteConcern' | 'UnsatisfiableWriteConcern', errmsg: string): Reply {
  return { code: ErrorCodes[codeName], codeName, errmsg };
}
