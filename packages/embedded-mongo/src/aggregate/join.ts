import { BSONRegExp } from 'bson';
import type { Doc, Value } from '../bson/types.js';
import { arrayIndex } from '../query/paths.js';
import { isArray } from '../query/values.js';

/** All values that a path reaches in a document, elements of arrays one by one; null where there are none. */
export function joinValues(doc: Doc, path: readonly string[]): Value[] {
  const values: Value[] = [];
  collect(doc, path, 0, values);
  return values.length === 0 ? [null] : values;
}

function collect(value: Value | undefined, path: readonly string[], at: number, values: Value[]): void {
  if (at === path.length) {
    if (isArray(value)) for (const element of value) values.push(element);
    else if (value !== undefined) values.push(value);
    return;
  }
  const name = path[at] as string;
  if (value instanceof Map) collect(value.get(name), path, at + 1, values);
  if (!isArray(value)) return;
  for (const element of value) if (element instanceof Map) collect(element, path, at, values);
  const index = arrayIndex(name);
  if (index !== undefined) collect(value[index], path, at + 1, values);
}

/** The filter for documents with one of the values in a field. */
export function joinFilter(field: string, values: Value[]): Doc {
  const [first] = values;
  if (values.length === 1 && first !== undefined) return equality(field, first);
  // Within $in a regular expression would be a pattern; here it is a value.
  if (values.some((value) => value instanceof BSONRegExp)) {
    return new Map([['$or', values.map((value) => equality(field, value))]]);
  }
  return new Map([[field, new Map([['$in', values]])]]);
}

function equality(field: string, value: Value): Doc {
  return new Map([[field, new Map([['$eq', value]])]]);
}
