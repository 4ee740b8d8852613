import { toDouble, isNumeric } from '../../bson/numbers.js';
import type { Doc } from '../../bson/types.js';
import type { Index } from '../../storage/collection.js';

/** One field of a sort, upwards (1) or downwards (-1). */
export type SortField = readonly [path: string, direction: 1 | -1];

/** Which way to read an index so that its rows come sorted. */
export type ScanDirection = 'forward' | 'backward';

/** The fields of a sort document that `compileSort` has accepted. */
export function sortFields(sort: Doc): SortField[] {
  const fields: SortField[] = [];
  for (const [path, direction] of sort) {
    fields.push([path, isNumeric(direction) && toDouble(direction) < 0 ? -1 : 1]);
  }
  return fields;
}

/**
 * How the index yields rows in the wanted order: its key fields follow the sort, all the same way round or all the
 * other, passing over fields that have one value only. `undefined` when it cannot: never by arrays (a document has
 * several places then) nor with cut keys.
 */
export function directionFor(
  index: Index,
  sort: readonly SortField[],
  constants: ReadonlySet<string>,
): ScanDirection | undefined {
  if (index.multikey || index.hasLongKeys) return undefined;
  let turn = 0;
  let position = 0;
  for (const [path, direction] of sort) {
    if (constants.has(path)) continue;
    while (position < index.key.length && index.key[position]?.[0] !== path) {
      if (!constants.has(index.key[position]?.[0] as string)) return undefined;
      position += 1;
    }
    const field = index.key[position];
    // Behind all fields of a unique index there is nothing left to order.
    if (field === undefined) return index.unique && !index.sparse ? named(turn) : undefined;
    const relation = field[1] * direction;
    if (turn !== 0 && turn !== relation) return undefined;
    turn = relation;
    position += 1;
  }
  return named(turn);
}

function named(turn: number): ScanDirection {
  return turn < 0 ? 'backward' : 'forward';
}
