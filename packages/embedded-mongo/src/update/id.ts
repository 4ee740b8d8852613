import { BSONRegExp, type ObjectId } from 'bson';
import { typeName } from '../bson/compare.js';
import { Undefined, type Doc, type Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { isArray } from '../query/values.js';

/** Refuses values that no `_id` may have. */
export function checkId(id: Value): void {
  if (isArray(id) || id instanceof BSONRegExp || id instanceof Undefined) {
    throw new EngineError('InvalidIdField', `The '_id' value cannot be of type ${typeName(id)}`);
  }
  if (!(id instanceof Map)) return;
  for (const name of id.keys()) {
    if (name.startsWith('$')) {
      throw new EngineError(
        'DollarPrefixedFieldName',
        `_id fields may not contain '$'-prefixed fields: ${name} is not valid for storage.`,
      );
    }
  }
}

/** The document with its `_id` in front, made by `makeId` where it has none. */
export function withIdFirst(doc: Doc, makeId: () => ObjectId): Doc {
  const id = doc.get('_id') ?? (doc.has('_id') ? null : makeId());
  checkId(id);
  const result: Doc = new Map([['_id', id]]);
  for (const [name, value] of doc) result.set(name, name === '_id' ? id : value);
  return result;
}
