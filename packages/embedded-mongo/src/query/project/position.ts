import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { isArray } from '../values.js';

/** The array's path of a positional projection, `a.b.$`. Throws where the `$` is not the last of several parts. */
export function positionalPath(path: string): string {
  const parts = path.split('.');
  if (parts.length > 1 && parts.indexOf('$') === parts.length - 1) return parts.slice(0, -1).join('.');
  throw new EngineError(
    'Location31394',
    "As of 4.4, it's illegal to specify positional operator in the middle of a path. Positional projection may only " +
      `be used at the end, for example: a.b.$. If the query previously used a form like a.b.$.d, remove the parts ` +
      "following the '$' and the results will be equivalent.",
  );
}

/**
 * The document with only the element at `position` in the first array on the path.
 * @throws EngineError Location51246 where the query has found no position, Location51247 where the array has none such.
 */
export function keepPosition(doc: Doc, path: string, position: number | undefined): Doc {
  const [first = '', ...rest] = path.split('.');
  const value = doc.get(first);
  return value === undefined ? doc : new Map(doc).set(first, keepWithin(value, rest, position));
}

function keepWithin(value: Value, path: readonly string[], position: number | undefined): Value {
  if (isArray(value)) return [elementAt(value, position)];
  const [first, ...rest] = path;
  if (first === undefined || !(value instanceof Map)) return value;
  const inner = value.get(first);
  return inner === undefined ? value : new Map(value).set(first, keepWithin(inner, rest, position));
}

function elementAt(array: readonly Value[], position: number | undefined): Value {
  if (position === undefined) {
    throw new EngineError(
      'Location51246',
      "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
    );
  }
  const element = array[position];
  if (element !== undefined) return element;
  throw new EngineError(
    'Location51247',
    "Executor error during find command :: caused by :: positional operator '.$' element mismatch",
  );
}
