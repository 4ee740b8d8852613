import type { Value } from '../bson/types.js';

/** What a modifier may know while it is applied. */
export interface UpdateContext {
  /** Whether the document is being inserted by an upsert. */
  readonly inserting: boolean;
  /** The document's `_id`, described for messages. */
  readonly describedId: () => string;
  /** The values that `$rename` takes from elsewhere in the document, by the destination's path. */
  readonly moved: ReadonlyMap<string, Value>;
  /** The array position that the query has found, which `$` stands for; throws BadValue where it has found none. */
  readonly position: () => number;
  /** Whether the array filter of that identifier (all, for the empty one) lets the element through. */
  readonly letsThrough: (identifier: string, element: Value) => boolean;
}

/** One operator upon one path. */
export interface Modifier {
  /** Whether the modifier may bring the field into being; those that may not leave a missing path alone. */
  readonly creates: boolean;
  /** The field's new value: the very same where nothing changes, `undefined` to remove it. */
  apply(current: Value | undefined, context: UpdateContext): Value | undefined;
}

/** Compiles an operator's argument for one path. */
export type ModifierOperator = (argument: Value, path: string) => Modifier;
