import { Int32 } from 'bson';
import { isNumeric, toDouble } from '../bson/numbers.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compileFilter } from '../query/match/match.js';
import { describe, holdsOperators, isTruthy } from '../query/values.js';
import type { IndexDefinition } from '../storage/collection.js';

const MAX_KEY_FIELDS = 32;

const KNOWN = new Set([
  'v',
  'key',
  'name',
  'ns',
  'unique',
  'sparse',
  'background',
  'partialFilterExpression',
  'hidden',
  'collation',
  'expireAfterSeconds',
]);

/** What MongoDB's indexes can do and this engine's cannot. */
const REFUSED = new Set([
  '2dsphereIndexVersion',
  'bits',
  'bucketSize',
  'clustered',
  'default_language',
  'dropDups',
  'language_override',
  'max',
  'min',
  'prepareUnique',
  'storageEngine',
  'textIndexVersion',
  'weights',
  'wildcardProjection',
]);

/** What the specification of an index on `_id` alone may say. */
const ID_INDEX_FIELDS = new Set(['v', 'key', 'name', 'ns', 'background', 'collation']);

/** The operators that MongoDB allows in a partial index's filter. */
const PARTIAL_OPERATORS = new Set(['$eq', '$exists', '$gt', '$gte', '$in', '$lt', '$lte', '$type']);

/**
 * Reads one index specification of `createIndexes`. Throws CannotCreateIndex for a kind of index that the engine or
 * MongoDB does not do, CommandNotSupported for an option that only MongoDB does, InvalidIndexSpecificationOption for an option that nobody knows.
 */
export function readIndexDefinition(given: Doc): IndexDefinition {
  const keyDoc = given.get('key');
  if (!(keyDoc instanceof Map)) {
    throw new EngineError(
      'FailedToParse',
      "The 'key' field is a required property of an index specification",
    );
  }
  checkOptions(given);
  const key = readKey(keyDoc);
  if (key.length === 1 && key[0]?.[0] === '_id') checkIdIndex(given, key[0][1]);
  const name = readName(given.get('name'));
  const partialFilter = readPartialFilter(given.get('partialFilterExpression'));
  const unique = isTruthy(given.get('unique'));
  const sparse = isTruthy(given.get('sparse'));
  if (sparse && partialFilter !== undefined) {
    throw cannotCreate('cannot mix "partialFilterExpression" and "sparse" options');
  }
  const spec: Doc = new Map<string, Value>([
    ['v', new Int32(2)],
    ['key', keyDoc],
    ['name', name],
  ]);
  if (unique) spec.set('unique', true);
  if (sparse) spec.set('sparse', true);
  if (partialFilter !== undefined) spec.set('partialFilterExpression', partialFilter);
  const expiry = readExpiry(given.get('expireAfterSeconds'), key);
  if (expiry !== undefined) spec.set('expireAfterSeconds', expiry);
  return { name, key, unique, sparse, spec, ...(partialFilter === undefined ? {} : { partialFilter }) };
}

function checkOptions(given: Doc): void {
  for (const [name, value] of given) {
    if (REFUSED.has(name)) throw notDone(`the index option '${name}' is`);
    if (!KNOWN.has(name)) {
      throw new EngineError(
        'InvalidIndexSpecificationOption',
        `The field '${name}' is not valid for an index specification. Specification: ${describe(given)}`,
      );
    }
    if (name === 'hidden' && isTruthy(value)) throw notDone('hidden indexes are');
    if (
      name === 'collation' &&
      !(value instanceof Map && value.size === 1 && value.get('locale') === 'simple')
    ) {
      throw notDone('indexes with a collation are');
    }
  }
}

/** Every collection has its index on `_id`: another specification of it can only be the same. */
function checkIdIndex(given: Doc, direction: 1 | -1): void {
  for (const name of given.keys()) {
    if (ID_INDEX_FIELDS.has(name)) continue;
    throw new EngineError(
      'InvalidIndexSpecificationOption',
      `The field '${name}' is not valid for an _id index specification. Specification: ${describe(given)}`,
    );
  }
  if (direction === 1) return;
  throw new EngineError(
    'BadValue',
    `The field 'key' for an _id index must be {_id: 1}, but got ${describe(given.get('key') ?? null)}`,
  );
}

function readName(name: Value | undefined): string {
  if (name === undefined) {
    throw new EngineError(
      'FailedToParse',
      "The 'name' field is a required property of an index specification",
    );
  }
  if (typeof name !== 'string') throw new EngineError('TypeMismatch', "The field 'name' must be a string");
  if (name === '' || name === '*' || name.includes('\0'))
    throw cannotCreate(`The index name '${name}' is not valid`);
  return name;
}

function readKey(key: Doc): IndexDefinition['key'] {
  if (key.size === 0) throw cannotCreate('Index keys cannot be an empty object');
  if (key.size > MAX_KEY_FIELDS)
    throw cannotCreate(`Index keys have at most ${String(MAX_KEY_FIELDS)} fields`);
  return [...key].map(([path, direction]) => {
    checkPath(path);
    if (typeof direction === 'string')
      throw cannotCreate(`'${direction}' indexes are not supported by this engine`);
    if (!isNumeric(direction)) {
      throw cannotCreate(`Values in the index key pattern must be numbers, found ${describe(direction)}`);
    }
    const number = toDouble(direction);
    if (number === 0 || Number.isNaN(number))
      throw cannotCreate('Values in the index key pattern cannot be 0');
    return [path, number < 0 ? -1 : 1] as const;
  });
}

function checkPath(path: string): void {
  if (path === '$**' || path.endsWith('.$**'))
    throw cannotCreate('wildcard indexes are not supported by this engine');
  for (const part of path.split('.')) {
    if (part === '') throw cannotCreate('Index keys cannot contain an empty field.');
    if (part.startsWith('$') && !['$ref', '$id', '$db'].includes(part)) {
      throw cannotCreate(`Index key contains an illegal field name: field name starts with '$': ${part}`);
    }
  }
}

/** After how many seconds documents go, counted from the date in the one field of the index. */
function readExpiry(seconds: Value | undefined, key: IndexDefinition['key']): Value | undefined {
  if (seconds === undefined) return undefined;
  const number = isNumeric(seconds) ? toDouble(seconds) : Number.NaN;
  if (!(number >= 0 && number < 2 ** 31)) {
    throw cannotCreate(
      `TTL index 'expireAfterSeconds' option must be a number from 0 to ${String(2 ** 31 - 1)}, found ${describe(seconds)}`,
    );
  }
  if (key.length > 1)
    throw cannotCreate('TTL indexes are single-field indexes, compound indexes do not support TTL');
  return seconds;
}

function readPartialFilter(filter: Value | undefined): Doc | undefined {
  if (filter === undefined) return undefined;
  if (!(filter instanceof Map))
    throw cannotCreate('"partialFilterExpression" for an index must be a document');
  compileFilter(filter);
  checkPartialFilter(filter);
  return filter;
}

function checkPartialFilter(filter: Doc): void {
  for (const [name, value] of filter) {
    if (name === '$and' || name === '$or') {
      for (const branch of value as Doc[]) checkPartialFilter(branch);
    } else if (name.startsWith('$')) throw notInPartial(name);
    else if (holdsOperators(value)) {
      for (const [operator, argument] of value) {
        const allowed = PARTIAL_OPERATORS.has(operator) && (operator !== '$exists' || isTruthy(argument));
        if (!allowed) throw notInPartial(operator);
      }
    }
  }
}

function notInPartial(operator: string): EngineError {
  return cannotCreate(`Expression not supported in partial index: ${operator}`);
}

function notDone(what: string): EngineError {
  return new EngineError('CommandNotSupported', `${what} not supported by this engine`);
}

function cannotCreate(reason: string): EngineError {
  return new EngineError('CannotCreateIndex', reason);
}
