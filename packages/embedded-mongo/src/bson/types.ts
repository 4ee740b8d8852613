import type {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';

/**
 * A BSON document in memory: insertion-ordered and safe for every field name (`__proto__` and integer-like
 * names included), which plain objects are not.
 */
export type Doc = Map<string, Value>;

/** A BSON UTC datetime, in milliseconds since 1970; the whole signed 64-bit range, which a `Date` cannot hold. */
export class DateTime {
  constructor(readonly ms: bigint) {}
}

/** BSON's deprecated `undefined` type: a stored value, not a missing field. */
export class Undefined {
  static readonly instance = new Undefined();
  /** Tells the type from others without members: an empty class would take in arrays. */
  readonly bsonType = 'undefined';
}

/** BSON's deprecated DBPointer. */
export class DBPointer {
  constructor(
    readonly namespace: string,
    readonly id: ObjectId,
  ) {}
}

/** JavaScript code, with a scope document where it was stored with one. */
export class JavaScript {
  constructor(
    readonly code: string,
    readonly scope?: Doc,
  ) {}
}

/** Every BSON value as the engine holds it. A missing field is `undefined`, never a `Value`. Numbers keep their type. */
export type Value =
  | null
  | boolean
  | string
  | Int32
  | Long
  | Double
  | Decimal128
  | ObjectId
  | Binary
  | DateTime
  | BSONRegExp
  | BSONSymbol
  | Timestamp
  | MinKey
  | MaxKey
  | JavaScript
  | DBPointer
  | Undefined
  | Doc
  | Value[];

/** A number in any of BSON's four numeric types. */
export type Numeric = Int32 | Long | Double | Decimal128;

/** A document that stays in its encoded form: stored and sent on without decoding. */
export class RawDoc {
  private alone: Uint8Array | undefined;

  /** @param source - holds the document from `start` to `end` (exclusive). */
  constructor(
    readonly source: Uint8Array,
    readonly start = 0,
    readonly end = source.length,
  ) {}

  get length(): number {
    return this.end - this.start;
  }

  /** The document's bytes alone. They are the source's own, not a copy. */
  get bytes(): Uint8Array {
    return (this.alone ??= this.length === this.source.length ? this.source : this.slice());
  }

  private slice(): Uint8Array {
    return this.source.subarray(this.start, this.end);
  }
}
