import type { Index } from './collection.js';

/** What all writes ask of a collection's indexes. */
interface IndexFields {
  /** All but the first, which is the documents themselves. */
  readonly secondary: readonly Index[];
  /** The top-level fields that the entries of those depend on. */
  readonly ofSecondary: ReadonlySet<string>;
  /** The same and `_id`. */
  readonly all: ReadonlySet<string>;
}

/** By the list of indexes, which is replaced, never changed. */
const known = new WeakMap<readonly Index[], IndexFields>();

/** What a list of indexes comes to for writes; found out once for each list. */
export function indexFields(indexes: readonly Index[]): IndexFields {
  let found = known.get(indexes);
  if (found === undefined) {
    const secondary = indexes.slice(1);
    const ofSecondary = new Set(secondary.flatMap(({ fields }) => [...fields]));
    found = { secondary, ofSecondary, all: new Set(['_id', ...ofSecondary]) };
    known.set(indexes, found);
  }
  return found;
}
