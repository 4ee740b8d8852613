import type { Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { isArray } from '../query/values.js';

/** The deepest nesting of a stored document. */
const deepest = 180;

/** Splits and checks the path that a modifier names. EngineError for empty parts, positional operators, leading `$`. */
export function splitUpdatePath(path: string): string[] {
  const parts = path.split('.');
  for (const [i, part] of parts.entries()) {
    if (part === '') {
      throw new EngineError(
        'EmptyFieldName',
        `The update path '${path}' contains an empty field name, which is not allowed.`,
      );
    }
    if (part === '$' || /^\$\[.*\]$/.test(part)) {
      throw new EngineError('BadValue', `The positional operator '${part}' in '${path}' is not supported`);
    }
    if (i === 0 && part.startsWith('$')) throw dollarPrefixed(part, path);
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
