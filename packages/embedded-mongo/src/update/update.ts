import { Timestamp, type ObjectId } from 'bson';
import { compileDocumentStages } from '../aggregate/document-stages.js';
import { compareValues } from '../bson/compare.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Collation } from '../query/collation.js';
import type { Variables } from '../query/expression/types.js';
import type { Position } from '../query/match/position.js';
import { describe, firstField, isArray } from '../query/values.js';
import { compileVariables } from '../query/expression/variables.js';
import { applyToDocument } from './apply.js';
import { arrayFiltersOf, type ArrayFilters } from './array-filters.js';
import { equalityFields, equalityOf } from './equality.js';
import { checkId, withIdFirst } from './id.js';
import { identical } from './identical.js';
import { compileModifiers, type Modifiers } from './modifiers.js';
import { movedValue } from './rename.js';
import { checkDepth, dollarPrefixed } from './update-path.js';

/** A compiled update: operators upon a document, its replacement, or a pipeline that makes one of it. */
export interface Update {
  /** Whether the update replaces whole documents; MongoDB allows that for one document at a time only. */
  readonly isReplacement: boolean;
  /** Of a replacement: the new form of the document with that `_id`. Throws EngineError ImmutableField. */
  readonly replaced?: (id: Value | undefined) => Doc;
  /**
   * The top-level fields that `apply` reads and changes, besides `_id` and those of the query that gives `$` its meaning;
   * left out where they may be any.
   */
  readonly fields?: ReadonlySet<string> | undefined;
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

/** What an update refers to beside itself. */
export interface UpdateOptions {
  /** What `$[identifier]` stands for. */
  readonly arrayFilters?: readonly Doc[] | undefined;
  /** How strings compare in array filters. */
  readonly collation?: Collation | undefined;
  /** What `$` stands for: the array position that the query finds in a document. */
  readonly position?: Position;
  /** What takes the place of empty timestamps in a replacement's fields, save `_id`; left out, they stay. */
  readonly timestamp?: (() => Timestamp) | undefined;
  /** What a pipeline sees as `$$name`. */
  readonly variables?: Variables | undefined;
}

/**
 * Compiles an update document or pipeline.
 * @throws EngineError FailedToParse for unknown modifiers and array filters that are not used, InvalidOptions for
 *   stages that no update has, ConflictingUpdateOperators, and MongoDB's other codes for bad arguments.
 */
export function compileUpdate(update: Doc | Value[], options: UpdateOptions = {}): Update {
  if (isArray(update)) {
    if (options.arrayFilters) {
      throw new EngineError('FailedToParse', 'arrayFilters may not be specified for pipeline-syle updates');
    }
    return pipelineUpdate(update, options.variables ?? compileVariables());
  }
  const filters = arrayFiltersOf(options.arrayFilters, options.collation);
  if (!firstField(update)?.startsWith('$')) {
    filters.refuseUnused();
    return replacement(filledIn(update, options.timestamp));
  }
  const modifiers = compileModifiers(update, filters);
  filters.refuseUnused();
  return modification(modifiers, filters, options.position);
}

function modification(modifiers: Modifiers, filters: ArrayFilters, position: Position | undefined): Update {
  const modify = (doc: Doc, inserting: boolean): Doc =>
    applyToDocument(doc, modifiers.tree, {
      inserting,
      moved: movedValues(doc, modifiers),
      describedId: () => describe(doc.get('_id')),
      position: () => foundPosition(inserting ? undefined : position?.(doc)),
      letsThrough: (identifier, element) => filters.letsThrough(identifier, element),
    });
  return {
    isReplacement: false,
    fields: fieldsOf(modifiers),
    apply(doc) {
      const result = modify(doc, false);
      if (result !== doc) refuseChangedId(doc, result);
      return result;
    },
    upsert(filter, makeId) {
      const start = equalityFields(filter);
      const result = modify(start, true);
      if (start.has('_id')) refuseChangedId(start, result);
      return withIdFirst(result, makeId);
    },
  };
}

function fieldsOf({ tree }: Modifiers): ReadonlySet<string> | undefined {
  return tree.children.has('$') ? undefined : new Set(tree.children.keys());
}

const NOTHING_MOVED: ReadonlyMap<string, Value> = new Map();

function movedValues(doc: Doc, { renames }: Modifiers): ReadonlyMap<string, Value> {
  if (renames.length === 0) return NOTHING_MOVED;
  const moved = new Map<string, Value>();
  for (const rename of renames) {
    const value = movedValue(doc, rename);
    if (value === undefined) continue;
    checkDepth(value, rename.to.length);
    moved.set(rename.to.join('.'), value);
  }
  return moved;
}

function foundPosition(position: number | undefined): number {
  if (position !== undefined) return position;
  throw new EngineError('BadValue', 'The positional operator did not find the match needed from the query.');
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

function pipelineUpdate(stages: readonly Value[], variables: Variables): Update {
  const change = compileDocumentStages(stages, variables);
  const changed = (doc: Doc): Doc => {
    const result = change(doc);
    checkDepth(result, 0);
    return keepingId(result, doc.get('_id'));
  };
  return {
    isReplacement: false,
    apply(doc) {
      const result = changed(doc);
      return identical(result, doc) ? doc : result;
    },
    upsert: (filter, makeId) => withIdFirst(changed(equalityFields(filter)), makeId),
  };
}

function filledIn(doc: Doc, timestamp: UpdateOptions['timestamp']): Doc {
  if (timestamp === undefined) return doc;
  const isEmpty = (name: string, value: Value): boolean =>
    name !== '_id' && value instanceof Timestamp && value.toBigInt() === 0n;
  return new Map([...doc].map(([name, value]) => [name, isEmpty(name, value) ? timestamp() : value]));
}

function replacement(update: Doc): Update {
  for (const name of update.keys()) if (name.startsWith('$')) throw dollarPrefixed(name, name);
  const ownId = update.get('_id');
  if (ownId !== undefined) checkId(ownId);
  return {
    isReplacement: true,
    replaced: (id) => keepingId(update, id),
    apply(doc) {
      const result = keepingId(update, doc.get('_id'));
      return identical(result, doc) ? doc : result;
    },
    upsert: (filter, makeId) => withIdFirst(keepingId(update, equalityOf(filter, '_id')), makeId),
  };
}

/** A document's new form with the `_id` that it has always had, which comes first. Throws ImmutableField for another. */
function keepingId(doc: Doc, id: Value | undefined): Doc {
  if (id === undefined) return doc;
  const ownId = doc.get('_id');
  if (ownId !== undefined && compareValues(ownId, id) !== 0) {
    throw new EngineError(
      'ImmutableField',
      "After applying the update, the (immutable) field '_id' was found to have been altered to " +
        `_id: ${describe(ownId)}`,
    );
  }
  const result: Doc = new Map([['_id', id]]);
  for (const [name, value] of doc) if (name !== '_id') result.set(name, value);
  return result;
}
