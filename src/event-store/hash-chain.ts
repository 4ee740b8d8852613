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
 * null, and is hashed as null. Anything else (undefined, a BSON type, a class, half a surrogate pair) is refused with a
 * TypeError, since it would not come back from the database as it was hashed.
 */
export function hashOf(document: StoredFields): string {
  const names = Object.keys(document).filter((name) => name !== 'hash');
  return hash('sha256', objectForm(document, names, null));
}

/** Where a value stands in the document, as a chain of names; put together only when it is to be told. */
interface Place {
  readonly within: Place | null;
  readonly name: string | number;
}

/** The RFC 8785 form, written in one pass: every event that is recorded is hashed. */
function formOf(value: unknown, within: Place | null, name: string | number): string {
  if (typeof value === 'string') return textForm(value, within, name);
  if (typeof value === 'number') {
    // What is left, JavaScript writes as RFC 8785 wants it.
    if (!Number.isFinite(value) || Object.is(value, -0)) throw unfit(within, name);
    return String(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return `"${value.toISOString()}"`;
  if (Array.isArray(value)) return listForm(value, { within, name });
  if (isPlain(value)) return objectForm(value, Object.keys(value), { within, name });
  throw unfit(within, name);
}

function listForm(list: readonly unknown[], place: Place): string {
  let form = '[';
  for (let index = 0; index < list.length; index += 1) {
    form += `${index === 0 ? '' : ','}${formOf(list[index], place, index)}`;
  }
  return `${form}]`;
}

/** Members in the order of their names' UTF-16 code units, as `sort` has them. */
function objectForm(object: StoredFields, names: string[], place: Place | null): string {
  let form = '';
  for (const name of names.sort()) {
    const separator = form === '' ? '{' : ',';
    form += `${separator}${textForm(name, place, name)}:${formOf(object[name], place, name)}`;
  }
  return form === '' ? '{}' : `${form}}`;
}

/** Text that JSON writes as it is, and most of what is sealed: ids, hashes, dates, names of fields. */
const PLAIN_TEXT = /^[\w ./:+-]*$/;
/** A surrogate that is not part of a pair. */
const HALF_PAIR = /\p{Surrogate}/u;

function textForm(text: string, within: Place | null, name: string | number): string {
  if (PLAIN_TEXT.test(text)) return `"${text}"`;
  if (HALF_PAIR.test(text)) throw unfit(within, name);
  return JSON.stringify(text);
}

function isPlain(value: unknown): value is StoredFields {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function unfit(within: Place | null, name: string | number): TypeError {
  return new TypeError(`An event's field ${pathOf(within, name)} holds a value that cannot be sealed`);
}

function pathOf(within: Place | null, name: string | number): string {
  const parent = within === null ? '' : pathOf(within.within, within.name);
  if (typeof name === 'number') return `${parent}[${name}]`;
  return parent === '' ? name : `${parent}.${name}`;
}
