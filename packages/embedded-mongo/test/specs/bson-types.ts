import { BSON } from 'mongodb';

/** Names as `$type` spells them, by the names of the driver's classes. */
const BY_CLASS: Readonly<Record<string, readonly string[]>> = {
  Binary: ['binData'],
  BSONRegExp: ['regex'],
  BSONSymbol: ['symbol'],
  Code: ['javascript'],
  Decimal128: ['decimal', 'number'],
  Double: ['double', 'number'],
  Int32: ['int', 'number'],
  Long: ['long', 'number'],
  MaxKey: ['maxKey'],
  MinKey: ['minKey'],
  ObjectId: ['objectId'],
  Timestamp: ['timestamp'],
};

/**
 * The BSON types that a value from the driver may have had: the driver turns every kind of number but Decimal128 into
 * a JavaScript number.
 */
export function typesOf(value: unknown): readonly string[] {
  switch (typeof value) {
    case 'string':
      return ['string'];
    case 'boolean':
      return ['bool'];
    case 'bigint':
      return ['long', 'number'];
    case 'number':
      return Number.isInteger(value) ? ['int', 'long', 'double', 'number'] : ['double', 'number'];
    case 'object':
      return value === null ? ['null'] : typesOfObject(value);
    default:
      return [];
  }
}

function typesOfObject(value: object): readonly string[] {
  if (Array.isArray(value)) return ['array'];
  if (value instanceof Date) return ['date'];
  if (value instanceof RegExp) return ['regex'];
  if (value instanceof Uint8Array) return ['binData'];
  if (value instanceof BSON.Code && value.scope !== null) return ['javascriptWithScope'];
  const name: unknown = '_bsontype' in value ? value._bsontype : undefined;
  if (typeof name !== 'string') return ['object'];
  return BY_CLASS[name] ?? [];
}
