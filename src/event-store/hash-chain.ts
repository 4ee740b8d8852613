import { createHash } from 'node:crypto';

import canonicalize from 'canonicalize';

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
  const hashed = Object.fromEntries(
    Object.entries(document)
      .filter(([name]) => name !== 'hash')
      .map(([name, value]) => [name, hashedForm(value, name)]),
  );
  return createHash('sha256')
    .update(canonicalize(hashed) ?? '', 'utf8')
    .digest('hex');
}

function hashedForm(value: unknown, path: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Object.is(value, -0)) throw unfit(path);
    return value;
  }
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item, index) => hashedForm(item, `${path}[${index}]`));
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, hashedForm(inner, `${path}.${name}`)]),
    );
  }
  throw unfit(path);
}

function unfit(path: string): TypeError {
  return new TypeError(`An event's field ${path} holds a value that cannot be sealed`);
}
