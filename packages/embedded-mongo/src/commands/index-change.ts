import { equalValues } from '../bson/compare.js';
import type { Reply } from '../bson/codec.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { describe } from '../query/values.js';
import type { IndexChange } from '../storage/catalogue.js';
import type { Collection, Index } from '../storage/collection.js';
import { Arguments } from './arguments.js';

/** Another time after which an index lets documents expire. */
export interface ExpiryChange {
  readonly index: Index;
  readonly expireAfterSeconds: Value;
}

/** Reads `collMod`'s `index: { name or keyPattern, expireAfterSeconds }`. Throws what MongoDB answers to a bad one. */
export function readIndexChange(given: Doc, collection: Collection): ExpiryChange {
  const args = Arguments.of('collMod.index', given, [
    'name',
    'keyPattern',
    'expireAfterSeconds',
    'hidden',
    'unique',
    'prepareUnique',
  ]);
  args.refuse('hidden', 'unique', 'prepareUnique');
  const index = indexNamed(collection, args.text('name'), args.document('keyPattern'));
  const seconds = args.value('expireAfterSeconds');
  if (seconds === undefined) {
    throw new EngineError('InvalidOptions', 'no expireAfterSeconds, hidden, unique, or prepareUnique field');
  }
  const number = isNumeric(seconds) ? toDouble(seconds) : Number.NaN;
  if (!(number >= 0 && number < 2 ** 31)) {
    throw new EngineError(
      'InvalidOptions',
      `expireAfterSeconds must be a number from 0 to ${String(2 ** 31 - 1)}, found ${describe(seconds)}`,
    );
  }
  if (index.key.length > 1 || index.key[0]?.[0] === '_id') {
    throw new EngineError(
      'InvalidOptions',
      'TTL indexes are single-field indexes upon another field than _id',
    );
  }
  return { index, expireAfterSeconds: seconds };
}

function indexNamed({ indexes, ns }: Collection, name: string | undefined, pattern: Doc | undefined): Index {
  if ((name === undefined) === (pattern === undefined)) {
    throw new EngineError('InvalidOptions', 'must specify either index name or key pattern');
  }
  const index = indexes.find((each) =>
    pattern === undefined ? each.name === name : equalValues(each.spec.get('key') ?? null, pattern),
  );
  if (index !== undefined) return index;
  throw new EngineError('IndexNotFound', `cannot find index ${name ?? describe(pattern)} for ns ${ns}`);
}

/** The change as the catalogue takes it. */
export function withExpiry({ index, expireAfterSeconds }: ExpiryChange): IndexChange {
  return { index, to: { spec: new Map([...index.spec, ['expireAfterSeconds', expireAfterSeconds]]) } };
}

/** What `collMod` answers, before the change is made. */
export function replyTo({ index, expireAfterSeconds }: ExpiryChange): Reply {
  const before = index.spec.get('expireAfterSeconds');
  return {
    ...(before === undefined ? {} : { expireAfterSeconds_old: before }),
    expireAfterSeconds_new: expireAfterSeconds,
  };
}
