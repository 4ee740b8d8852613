/** Which part of a list is asked for. */
export interface Slice {
  /** How many come before it. */
  readonly skip: number;
  /** How many to read at most. */
  readonly limit: number;
  readonly sort: Readonly<Record<string, 1 | -1>>;
  /** A condition that leaves out what came before; it doesn't change how many there are in all. */
  readonly after: Readonly<Record<string, unknown>>;
  /** The same in ranges of an index on the sort fields, which follow each other in the list; from the top, a single one. */
  readonly ranges: readonly Readonly<Record<string, unknown>>[];
}
