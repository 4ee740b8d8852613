import type { Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { isArray } from '../query/values.js';

/** The deepest nesting of a stored document. */
const deepest = 180;

/** The identifier in `$[identifier]`, empty for `$[]`; `undefined` for any other path component. */
export function filterIdentifier(part: string): string | undefined {
  return part.startsWith('$[') && part.endsWith(']') ? part.slice(2, -1) : undefined;
}

/** Whether a path component stands for positions that only the document tells. */
function isDynamic(part: string): boolean {
  return part === '$' || filterIdentifier(part) !== undefined;
}

/** The paths split last: a bulk write has the same few in each of its updates. */
const split = new Map<string, readonly string[]>();
const MOST_KEPT = 256;
const LONGEST_KEPT = 100;

/** Splits and checks the path that a modifier names. EngineError for empty parts, a second `$`, a leading `$`. */
export function splitUpdatePath(path: string): readonly string[] {
  const known = split.get(path);
  if (known !== undefined) return known;
  const parts = checkedParts(path);
  if (path.length <= LONGEST_KEPT) {
    if (split.size === MOST_KEPT) split.clear();
    split.set(path, parts);
  }
  return parts;
}

function checkedParts(path: string): readonly string[] {
  const parts = path.split('.');
  if (parts.includes('')) {
    throw new EngineError(
      'EmptyFieldName',
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    );
  }
  const [first = ''] = parts;
  if (isDynamic(first)) {
    const what = first === '$' ? "positional (i.e. '$')" : "array filter identifier (i.e. '$[<id>]')";
    throw new EngineError('BadValue', `Cannot have ${what} element in the first position in path '${path}'`);
  }
  if (first.startsWith('$')) throw dollarPrefixed(first, path);
  if (parts.indexOf('$') !== parts.lastIndexOf('$')) {
    throw new EngineError('BadValue', `Too many positional (i.e. '$') elements found in path '${path}'`);
  }
  return parts;
}

/** Like `splitUpdatePath`, for `$rename`, whose paths name fields only. `role` is for the message. */
export function splitFixedPath(path: string, role: 'source' | 'destination'): readonly string[] {
  const parts = splitUpdatePath(path);
  if (parts.some(isDynamic)) {
    throw new EngineError('BadValue', `The ${role} field for $rename may not be dynamic: ${path}`);
  }
  return parts;
}

/** The refusal of a field name at a document's top that begins with `$`. */
export function dollarPrefixed(name: string, path: string): EngineError {
  return new EngineError(
    'DollarPrefixedFieldName',
    `The dollar ($) prefixed field '${name}' in '${path}' is not allowed in the context of an update's ` +
      'replacement document. Consider using an aggregation pipeline with $replaceWith.',
  );
}

/** Refuses a value that would nest deeper than a stored document may, put `level` levels down. */
export function checkDepth(value: Value, level: number): void {
  if (level > deepest) {
    throw new EngineError('Overflow', `the update exceeds the maximum nesting depth of ${deepest}`);
  }
  if (value instanceof Map || isArray(value)) {
    for (const inner of value.values()) checkDepth(inner, level + 1);
  }
}
