import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { arrayIndex } from '../query/paths.js';
import { describe, isArray } from '../query/values.js';
import { splitFixedPath } from './update-path.js';

/** One move of a field within its document. */
export interface Rename {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** Reads `{ $rename: { from: to } }`'s one entry. */
export function parseRename(from: string, to: Value): Rename {
  if (typeof to !== 'string') {
    throw new EngineError(
      'BadValue',
      `The 'to' field for $rename must be a string: ${from}: ${describe(to)}`,
    );
  }
  const rename = { from: splitFixedPath(from, 'source'), to: splitFixedPath(to, 'destination') };
  if (from === to) {
    throw new EngineError(
      'BadValue',
      `The source and target field for $rename must differ: ${from}: ${describe(to)}`,
    );
  }
  if (`${to}.`.startsWith(`${from}.`) || `${from}.`.startsWith(`${to}.`)) {
    throw new EngineError(
      'BadValue',
      `The source and target field for $rename must not be on the same path: ${from}: ${describe(to)}`,
    );
  }
  return rename;
}

/**
 * The value to be moved; `undefined` where there is none. EngineError BadValue where a value is there and either path
 * leads through an array.
 */
export function movedValue(doc: Doc, { from, to }: Rename): Value | undefined {
  const source = follow(doc, from);
  if (source.value === undefined) return undefined;
  refuseArray(doc, from, source.array, 'source');
  refuseArray(doc, to, follow(doc, to).array, 'destination');
  return source.value;
}

interface Followed {
  readonly value: Value | undefined;
  /** The name of the array that the path leads through, if it does. */
  readonly array: string | undefined;
}

function follow(doc: Doc, path: readonly string[]): Followed {
  let value: Value | undefined = doc;
  let array: string | undefined;
  for (const [i, part] of path.entries()) {
    if (value instanceof Map) value = value.get(part);
    else if (isArray(value)) {
      array = path[i - 1];
      const index = arrayIndex(part);
      value = index === undefined ? undefined : value[index];
    } else value = undefined;
  }
  return { value, array };
}

function refuseArray(doc: Doc, path: readonly string[], array: string | undefined, role: string): void {
  if (array === undefined) return;
  throw new EngineError(
    'BadValue',
    `The ${role} field cannot be an array element, '${path.join('.')}' in doc with _id: ` +
      `${describe(doc.get('_id'))} has an array field called '${array}'`,
  );
}
