import { encodeKeyValue, encodeMissing } from '../bson/keystring.js';
import { Undefined, type Doc, type Value } from '../bson/types.js';
import { EngineError, ErrorCodes } from '../errors.js';
import type { Index } from './catalogue.js';
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
 */
export function keysOf(index: Index, doc: Doc): IndexKeys {
  if (index.filter !== undefined && !index.filter.matches(doc)) return NO_KEYS;
  let keys: string[] = [''];
  let arrayPath: string | undefined;
  let anyPresent = false;
  for (const [path, direction] of index.key) {
    const found = valuesAt(doc, path.split('.'));
    if (found.isArray) {
      if (arrayPath !== undefined && !shareArray(arrayPath, path, doc)) {
        throw new EngineError(
          'CannotIndexParallelArrays',
          `cannot index parallel arrays [${path}] [${arrayPath}]`,
        );
      }
      arrayPath = path;
    }
    const parts = new Set<string>();
    for (const value of found.values) {
      if (value !== undefined) anyPresent = true;
      parts.add(
        value === undefined ? encodeMissing(direction === -1) : encodeKeyValue(value, direction === -1),
      );
    }
    keys = parts.size === 1 ? appendOne(keys, parts) : appendEach(keys, parts);
  }
  if (index.sparse && !anyPresent) return NO_KEYS;
  return {
    keys: new Set(keys.map(boundPart)),
    multikey: arrayPath !== undefined,
    hasLongKeys: keys.some(isLongPart),
  };
}

function appendOne(keys: readonly string[], parts: ReadonlySet<string>): string[] {
  const [part = ''] = parts;
  return keys.map((key) => key + part);
}

function appendEach(keys: readonly string[], parts: ReadonlySet<string>): string[] {
  const all: string[] = [];
  for (const key of keys) for (const part of parts) all.push(key + part);
  return all;
}

/** Two paths may both lead through the same array (`a.b` and `a.c` in an array of documents at `a`). */
function shareArray(one: string, other: string, doc: Doc): boolean {
  const head = one.split('.')[0] as string;
  return head === other.split('.')[0] && one !== head && other !== head && Array.isArray(doc.get(head));
}

interface PathValues {
  readonly values: (Value | undefined)[];
  readonly isArray: boolean;
}

function valuesAt(doc: Doc, path: readonly string[]): PathValues {
  const values: (Value | undefined)[] = [];
  const isArray = collect(doc, path, 0, values);
  return { values, isArray };
}

function collect(
  value: Value | undefined,
  path: readonly string[],
  at: number,
  into: (Value | undefined)[],
): boolean {
  if (at === path.length) {
    if (!Array.isArray(value)) {
      into.push(value);
      return false;
    }
    if (value.length === 0) into.push(Undefined.instance);
    for (const element of value) into.push(element);
    return true;
  }
  const name = path[at] as string;
  if (value instanceof Map) return collect(value.get(name), path, at + 1, into);
  if (!Array.isArray(value)) {
    into.push(undefined);
    return false;
  }
  // A number in the path names an element of the array; otherwise every document in it is asked.
  if (/^\d+$/.test(name) && Number(name) < value.length) {
    collect(value[Number(name)], path, at + 1, into);
    return true;
  }
  if (value.length === 0) into.push(undefined);
  for (const element of value) {
    if (element instanceof Map) collect(element, path, at, into);
    else into.push(undefined);
  }
  return true;
}

/** The duplicate-key error that drivers know: 11000 with the pattern and the value of the key. */
export function duplicateKey(ns: string, index: Index, doc: Doc): EngineError {
  const value: Doc = new Map();
  for (const [path] of index.key) {
    const [found] = valuesAt(doc, path.split('.')).values;
    value.set(path, found ?? null);
  }
  const shown = [...value].map(([path, part]) => `${path}: ${describe(part)}`).join(', ');
  return new EngineError(
    'DuplicateKey',
    `E${String(ErrorCodes.DuplicateKey)} duplicate key error collection: ${ns} index: ${index.name} dup key: { ${shown} }`,
    { keyPattern: new Map(index.key), keyValue: value },
  );
}

function describe(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (value instanceof Map) return '{...}';
  if (Array.isArray(value)) return '[...]';
  return 'toString' in value ? String(value) : typeof value;
}
