import { encodeKeyValue, encodeMissing } from '../bson/keystring.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError, ErrorCodes } from '../errors.js';
import { describe } from '../query/values.js';
import type { Index } from './collection.js';
import { boundPart, isLongPart } from './keys.js';

/** What one document puts into one index. */
export interface IndexKeys {
  /** The key strings (without prefix and id), each once, cut where too long. */
  readonly keys: ReadonlySet<string>;
  /** An array was met at one of the paths. */
  readonly multikey: boolean;
  readonly hasLongKeys: boolean;
}

const NO_KEYS: IndexKeys = { keys: new Set(), multikey: false, hasLongKeys: false };

/**
 * The keys of a document in a secondary index, by MongoDB's rules: a missing field counts as null, an array gives
 * a key for each element (an empty one counts as undefined), two arrays in one compound key are refused.
 * Throws CannotIndexParallelArrays.
 */
export function keysOf(index: Index, doc: Doc): IndexKeys {
  if (index.filter !== undefined && !index.filter.matches(doc)) return NO_KEYS;
  let key = '';
  let anyPresent = false;
  for (let at = 0; at < index.paths.length; at += 1) {
    const value = plainValueAt(doc, index.paths[at] as readonly string[]);
    if (value === ARRAY_MET) return multikeysOf(index, doc);
    const descending = index.key[at]?.[1] === -1;
    if (value === undefined) key += encodeMissing(descending);
    else {
      anyPresent = true;
      key += encodeKeyValue(value, descending);
    }
  }
  if (index.sparse && !anyPresent) return NO_KEYS;
  return { keys: new Set([boundPart(key)]), multikey: false, hasLongKeys: isLongPart(key) };
}

function multikeysOf(index: Index, doc: Doc): IndexKeys {
  const whole = tuplesOf(index, doc).map((tuple) =>
    tuple.map((value, at) => encodeKeyValue(value, index.key[at]?.[1] === -1)).join(''),
  );
  return { keys: new Set(whole.map(boundPart)), multikey: true, hasLongKeys: whole.some(isLongPart) };
}

function tuplesOf(index: Index, doc: Doc): Value[][] {
  try {
    return index.tuples(doc);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError('CannotIndexParallelArrays', `cannot index parallel arrays (index ${index.name})`);
  }
}

const ARRAY_MET = Symbol('an array lies on the path');

/** The value at a path that leads through documents alone. */
function plainValueAt(doc: Doc, path: readonly string[]): Value | typeof ARRAY_MET | undefined {
  let value: Value | undefined = doc;
  for (const name of path) {
    if (Array.isArray(value)) return ARRAY_MET;
    if (!(value instanceof Map)) return undefined;
    value = value.get(name);
  }
  return Array.isArray(value) ? ARRAY_MET : value;
}

/** The duplicate-key error that drivers know: 11000 with the pattern and the value of the key. */
export function duplicateKey(ns: string, index: Index, doc: Doc): EngineError {
  const [tuple = []] = tuplesOf(index, doc);
  const value: Doc = new Map(index.key.map(([path], at) => [path, tuple[at] ?? null]));
  const shown = [...value].map(([path, part]) => `${path}: ${describe(part)}`).join(', ');
  return new EngineError(
    'DuplicateKey',
    `E${String(ErrorCodes.DuplicateKey)} duplicate key error collection: ${ns} index: ${index.name} dup key: { ${shown} }`,
    { keyPattern: new Map(index.key), keyValue: value },
  );
}
