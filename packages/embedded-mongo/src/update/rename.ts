import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { describe } from '../query/values.js';
import { splitUpdatePath } from './update-path.js';

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
  const rename = { from: splitUpdatePath(from), to: splitUpdatePath(to) };
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

/** The value to be moved; `undefined` where there is none. EngineError BadValue where either path meets an array. */
export function movedValue(doc: Doc, { from, to }: Rename): Value | undefined {
  const value = valueOutsideArrays(doc, from, 'source');
  if (value !== undefined) valueOutsideArrays(doc, to, 'destination');
  return value;
}

function valueOutsideArrays(doc: Doc, path: readonly string[], role: string): Value | undefined {
  let value: Value | undefined = doc;
  for (const [i, part] of path.entries()) {
    if (Array.isArray(value)) {
      throw new EngineError(
        'BadValue',
        `The ${role} field cannot be an array element, '${path.join('.')}' in doc with _id: ` +
          `${describe(doc.get('_id'))} has an array field called '${path[i - 1]}'`,
      );
    }
    value = value instanceof Map ? value.get(part) : undefined;
  }
  return value;
}
