import { hash } from 'node:crypto';

/** The fields of a stored document, as they go to and come from the database. */
export type StoredFields = Readonly<Record<string, unknown>>;

/**
 * The hash that seals one stored event: lower-case hex SHA-256 over the RFC 8785 form (UTF-8) of all its stored
 * fields but `hash` itself, `prev_hash` included.
 *
 * What may be in a sealed document, and how it enters the hashed form, is fixed, so that a later check recomputes it
 * from the document alone: strings, finite numbers, booleans, null, arrays and plain objects as JSON has them; a BSON
 * date as its RFC 3339 UTC string with milliseconds (`2026-01-31T09:30:00.000Z`). The first event's `prev_hash` is
 * null, and is hashed as null. Anything else (undefined, a BSON type, a class) is refused with a TypeError, since it
 * would not come back from the database as it was hashed.
 */
export function hashOf(document: StoredFields): string {
  return hash('sha256', objectForm(document, '', 'hash'), 'hex');
}

// It would be stored as something else.
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * The RFC 8785 form of a value: fields in the order of their names' UTF-16 units, strings and numbers as JavaScript's
 * JSON writes them. `path` names the value in errors.
 */
function canonicalForm(value: unknown, path: string): string {
  switch (typeof value) {
    case 'string':
      if (LONE_SURROGATE.test(value)) throw unfit(path);
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value) || Object.is(value, -0)) throw unfit(path);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (value instanceof Date) return `"${value.toISOString()}"`;
      if (Array.isArray(value)) return listForm(value, path);
      if (Object.getPrototypeOf(value) === Object.prototype)
        return objectForm(value as StoredFields, `${path}.`);
      throw unfit(path);
    default:
      throw unfit(path);
  }
}

function listForm(list: readonly unknown[], path: string): string {
  return `[${Array.from(list, (item, index) => canonicalForm(item, `${path}[${index}]`)).join(',')}]`;
}

/** @param except a field that is left out */
function objectForm(object: StoredFields, prefix: string, except?: string): string {
  let form = '';
  for (const name of Object.keys(object).sort()) {
    if (name === except) continue;
    if (LONE_SURROGATE.test(name)) throw unfit(`${prefix}${name}`);
    form += `${form === '' ? '' : ','}${JSON.stringify(name)}:${canonicalForm(object[name], `${prefix}${name}`)}`;
  }
  return `{${form}}`;
}

function unfit(path: string): TypeError {
  return new TypeError(`An event's field ${path} holds a value that cannot be sealed`);
}
