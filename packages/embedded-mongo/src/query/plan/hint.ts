import { compareNumbers, isNumeric } from '../../bson/numbers.js';
import { Int32 } from 'bson';
import type { Doc } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import type { Collection, Index } from '../../storage/collection.js';

/** An index by its name or by its key pattern. */
export type Hint = string | Doc;

/**
 * The index that a hint names. Throws BadValue when there is none, and when the query asks for documents that a
 * partial or sparse index does not hold (MongoDB answers an incomplete result then, or fails).
 */
export function hintedIndex(collection: Collection, hint: Hint, isUsable: (index: Index) => boolean): Index {
  const index = collection.indexes.find((candidate) => candidate.ready && isNamedBy(candidate, hint));
  if (index === undefined) {
    throw new EngineError(
      'BadValue',
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
  }
  if (!isUsable(index)) {
    throw new EngineError(
      'BadValue',
      `the hinted index ${index.name} does not hold every document that the query asks for`,
    );
  }
  return index;
}

function isNamedBy(index: Index, hint: Hint): boolean {
  if (typeof hint === 'string') return index.name === hint;
  const fields = [...hint];
  return (
    fields.length === index.key.length &&
    index.key.every(([path, direction], position) => {
      const field = fields[position];
      if (field?.[0] !== path || !isNumeric(field[1])) return false;
      return compareNumbers(field[1], new Int32(direction)) === 0;
    })
  );
}
