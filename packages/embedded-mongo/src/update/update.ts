import type { ObjectId } from 'bson';
import { compareValues } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { describe, firstField, isArray } from '../query/values.js';
import { equalityFields, equalityOf } from './equality.js';
import { checkId, withIdFirst } from './id.js';
import { identical } from './identical.js';
import { compileModifiers, type Modifiers } from './modifiers.js';
import { movedValue } from './rename.js';
import { applyToDocument } from './tree.js';
import { checkDepth, dollarPrefixed } from './update-path.js';

/** A compiled update: operators upon a document, or its replacement. */
export interface Update {
  /** Whether the update replaces whole documents; MongoDB allows that for one document at a time only. */
  readonly isReplacement: boolean;
  /**
   * The updated document; the very same one where nothing changes. The document given is not changed.
   * @throws EngineError ImmutableField, PathNotViable, TypeMismatch and others that depend on the document.
   */
  apply(doc: Doc): Doc;
  /**
   * The document that an upsert inserts: of the filter's equalities (a replacement takes only `_id`), then the update
   * with `$setOnInsert`; `_id` comes first, made by `makeId` where neither gives one.
   */
  upsert(filter: Doc, makeId: () => ObjectId): Doc;
}

/**
 * Compiles an update document.
 * @throws EngineError FailedToParse for unknown modifiers and pipelines (not supported), ConflictingUpdateOperators,
 *   and MongoDB's other codes for bad arguments.
 */
export function compileUpdate(update: Doc | Value[]): Update {
  if (isArray(update)) {
    throw new EngineError('FailedToParse', 'Updates by an aggregation pipeline are not supported');
  }
  return firstField(update)?.startsWith('$') ? modification(compileModifiers(update)) : replacement(update);
}

function modification(modifiers: Modifiers): Update {
  return {
    isReplacement: false,
    apply(doc) {
      const result = modify(doc, modifiers, false);
      if (result !== doc) refuseChangedId(doc, result);
      return result;
    },
    upsert(filter, makeId) {
      const start = equalityFields(filter);
      const result = modify(start, modifiers, true);
      if (start.has('_id')) refuseChangedId(start, result);
      return withIdFirst(result, makeId);
    },
  };
}

function modify(doc: Doc, { tree, renames }: Modifiers, inserting: boolean): Doc {
  const moved = new Map<string, Value>();
  for (const rename of renames) {
    const value = movedValue(doc, rename);
    if (value === undefined) continue;
    checkDepth(value, rename.to.length);
    moved.set(rename.to.join('.'), value);
  }
  return applyToDocument(doc, tree, { inserting, moved, describedId: () => describe(doc.get('_id')) });
}

/** Both have an `_id`, save that the update may have taken it away. */
function refuseChangedId(before: Doc, after: Doc): void {
  const old = before.get('_id');
  const now = after.get('_id');
  if (old === now || (old !== undefined && now !== undefined && compareValues(old, now) === 0)) return;
  throw new EngineError(
    'ImmutableField',
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  );
}

function replacement(update: Doc): Update {
  for (const name of update.keys()) if (name.startsWith('$')) throw dollarPrefixed(name, name);
  const ownId = update.get('_id');
  if (ownId !== undefined) checkId(ownId);
  const replaceKeeping = (id: Value | undefined): Doc => {
    if (id === undefined) return update;
    if (ownId !== undefined && compareValues(ownId, id) !== 0) {
      throw new EngineError(
        'ImmutableField',
        "After applying the update, the (immutable) field '_id' was found to have been altered to " +
          `_id: ${describe(ownId)}`,
      );
    }
    return new Map([['_id', id], ...[...update].filter(([name]) => name !== '_id')]);
  };
  return {
    isReplacement: true,
    apply(doc) {
      const result = replaceKeeping(doc.get('_id'));
      return identical(result, doc) ? doc : result;
    },
    upsert: (filter, makeId) => withIdFirst(replaceKeeping(equalityOf(filter, '_id')), makeId),
  };
}
