import type { Doc, Value } from '../bson/types.js';

/** The value at a path of field names; `undefined` where it ends early, as in an array. */
export function nestedField(doc: Doc, path: readonly string[]): Value | undefined {
  let value: Value | undefined = doc;
  for (const name of path) {
    if (!(value instanceof Map)) return undefined;
    value = value.get(name);
  }
  return value;
}

/** The document with another value at a path, or without one there; whatever is in the way gives way. */
export function withNestedField(doc: Doc, path: readonly string[], value: Value | undefined, at = 0): Doc {
  const changed: Doc = new Map(doc);
  const name = path[at] as string;
  if (at + 1 < path.length) {
    const inner = doc.get(name);
    if (value === undefined && !(inner instanceof Map)) return doc;
    const start: Doc = inner instanceof Map ? inner : new Map<string, Value>();
    changed.set(name, withNestedField(start, path, value, at + 1));
  } else if (value === undefined) changed.delete(name);
  else changed.set(name, value);
  return changed;
}
