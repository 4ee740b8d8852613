import type { SortKeys, SortValue } from './cursor.js';

/** Which part of a list to read from the database. */
export interface KeysetSlice {
  /** How many items come before it. */
  readonly skip: number;
  /** How many items to read: one more than the page has, which tells whether there is a next one. */
  readonly limit: number;
  readonly sort: Readonly<Record<string, 1 | -1>>;
  /**
   * Where it begins: ranges of an index on the sort fields, which follow each other in the list; from the top, a single
   * one without an end.
   */
  readonly ranges: readonly Readonly<Record<string, unknown>>[];
}

/** The part of a list that a request asks for, for a collection that has its sort fields. */
export function keysetSlice(request: {
  readonly skip: number;
  readonly page_size: number;
  readonly keys: SortKeys;
  readonly order_dir: 'asc' | 'desc';
  readonly after: readonly SortValue[] | null;
}): KeysetSlice {
  const { skip, page_size, keys, order_dir, after } = request;
  const direction = order_dir === 'asc' ? 1 : -1;
  const fields = Object.keys(keys);
  return {
    skip,
    limit: page_size + 1,
    sort: Object.fromEntries(fields.map((field) => [field, direction])),
    ranges: after ? rangesBeyond(fields, after, order_dir) : [{}],
  };
}

/** First what is equal in all fields but the last one, in the end what is further in the first. */
function rangesBeyond(
  fields: readonly string[],
  values: readonly SortValue[],
  direction: 'asc' | 'desc',
): Record<string, unknown>[] {
  const further = direction === 'asc' ? '$gt' : '$lt';
  const ranges = fields.map((field, place) => ({
    ...Object.fromEntries(fields.slice(0, place).map((equal, index) => [equal, values[index]])),
    [field]: { [further]: values[place] },
  }));
  return ranges.reverse();
}
