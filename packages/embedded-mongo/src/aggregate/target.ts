import { typeName } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';

/** A collection that a pipeline writes to. */
export interface Target {
  /** Left out: the database of the pipeline. */
  readonly db: string | undefined;
  readonly collection: string;
}

/** Reads `$out`'s argument: a name, or `{ db, coll }`. */
export function readOutTarget(argument: Value): Target {
  if (typeof argument === 'string') return { db: undefined, collection: argument };
  if (!(argument instanceof Map)) {
    throw new EngineError(
      'Location16990',
      `$out only supports a string or object argument, but found ${typeName(argument)}`,
    );
  }
  for (const name of argument.keys()) {
    if (name === 'db' || name === 'coll') continue;
    if (name === 'timeseries') {
      throw new EngineError('CommandNotSupported', '$out: timeseries is not supported by this engine');
    }
    throw new EngineError('IDLUnknownField', `BSON field '$out.${name}' is an unknown field.`);
  }
  return { db: text('$out.db', argument.get('db')), collection: text('$out.coll', argument.get('coll')) };
}

function text(field: string, value: Value | undefined): string {
  if (value === undefined) {
    throw new EngineError('IDLFailedToParse', `BSON field '${field}' is missing but a required field`);
  }
  if (typeof value === 'string') return value;
  throw new EngineError(
    'TypeMismatch',
    `BSON field '${field}' is the wrong type '${typeName(value)}', expected type 'string'`,
  );
}

/** Reads `$merge`'s `into`: a name, or `{ db, coll }`. */
export function readMergeTarget(into: Value | undefined): Target {
  if (typeof into === 'string') return { db: undefined, collection: into };
  if (!(into instanceof Map)) {
    throw new EngineError('Location51178', "$merge 'into' field must be either a string or an object");
  }
  return { db: optionalText(into, 'db'), collection: text('$merge.into.coll', into.get('coll')) };
}

function optionalText(into: Doc, name: string): string | undefined {
  const value = into.get(name);
  return value === undefined ? undefined : text(`$merge.into.${name}`, value);
}
