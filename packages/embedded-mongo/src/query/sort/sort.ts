import { compareValues } from '../../bson/compare.js';
import { isNumeric, toDouble } from '../../bson/numbers.js';
import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import type { Collation } from '../collation.js';
import { checkFieldPath } from '../field-path.js';
import { compileKeys } from './keys.js';
import { describe } from '../values.js';

/** A compiled sort specification. */
export interface SortOrder {
  /** The document's key: of an array its least element (the greatest where descending); missing is null. */
  readonly keyOf: (doc: Doc) => Value[];
  /** The order of two keys: negative, 0 or positive. */
  readonly compareKeys: (a: readonly Value[], b: readonly Value[]) => number;
}

/** A document's key under a collation, whose order no key string can give. */
export class CollatedKey {
  /** About the bytes that it takes. */
  readonly length: number;

  constructor(
    private readonly values: readonly Value[],
    private readonly order: SortOrder['compareKeys'],
  ) {
    this.length = values.reduce<number>(
      (sum, value) => sum + (typeof value === 'string' ? value.length : 16),
      0,
    );
  }

  compareTo(other: CollatedKey): number {
    return this.order(this.values, other.values);
  }
}

/** What rows are sorted by: key strings, which compare as they are, or keys under a collation. */
export type SortKey = string | CollatedKey;

/** The order of two keys of one sort: negative, 0 or positive. */
export function compareSortKeys(a: SortKey, b: SortKey): number {
  if (typeof a === 'string' || typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return a.compareTo(b);
}

/**
 * Compiles a sort specification to the extraction and comparison of keys, for sorts that extract each key once.
 * @throws EngineError for directions other than 1 and -1, for `$meta` and bad paths; `keyOf` throws BadValue where
 *   two paths meet different arrays.
 */
export function compileSortOrder(sort: Doc, collation?: Collation): SortOrder {
  const compare = collation?.compare ?? compareValues;
  const signs = [...sort].map(([path, direction]) => {
    checkFieldPath(path);
    return sortDirection(path, direction);
  });
  const extract = compileKeys([...sort.keys()]);
  const compareKeys = (a: readonly Value[], b: readonly Value[]): number => {
    for (let i = 0; i < signs.length; i++) {
      const order = compare(a[i] as Value, b[i] as Value);
      if (order !== 0) return order * (signs[i] as number);
    }
    return 0;
  };
  const keyOf = (doc: Doc): Value[] =>
    extract(doc).reduce((best, tuple) => (compareKeys(tuple, best) < 0 ? tuple : best));
  return { keyOf, compareKeys };
}

function sortDirection(path: string, direction: Value): 1 | -1 {
  if (direction instanceof Map) {
    if (direction.has('$meta')) {
      throw new EngineError(
        'CommandNotSupported',
        'sorting by $meta is not supported: there are no text indexes',
      );
    }
    throw new EngineError('Location17312', '$meta is the only expression supported by $sort right now');
  }
  if (!isNumeric(direction)) {
    throw new EngineError(
      'Location15974',
      `Illegal key in $sort specification: ${path}: ${describe(direction)}`,
    );
  }
  const number = toDouble(direction);
  if (number !== 1 && number !== -1) {
    throw new EngineError(
      'Location15975',
      '$sort key ordering must be 1 (for ascending) or -1 (for descending)',
    );
  }
  return number;
}
