import { BSONRegExp } from 'bson';
import { encodeKeyValue } from '../../bson/keystring.js';
import { Undefined, type Doc, type Value } from '../../bson/types.js';
import type { Collection, Index } from '../../storage/collection.js';
import { naturalIndex } from '../../storage/insertion-order.js';
import { boundPart } from '../../storage/keys.js';
import { best, candidatesFor, candidatesIn, isUsable, type Candidate, type IndexScan } from './candidates.js';
import { concernsCollation } from '../collation.js';
import { conjunctionOf, withoutStrings } from './conditions.js';
import { hintedIndex, type Hint } from './hint.js';
import { wholeRange } from './ranges.js';
import { sortFields } from './sort.js';
import { holdsOperators } from '../values.js';

/** How a query finds its documents. */
export interface QueryPlan {
  /** The only possible document's place, when the filter asks for one `_id`. */
  readonly idKey?: string;
  /** Read one after the other: one, or one for each branch of an `$or`. None when `idKey` is set. */
  readonly scans: readonly IndexScan[];
  /** Whether a document may be met more than once. */
  readonly repeats: boolean;
  /** Whether the rows come in the order that was asked for (as they always do when none was). */
  readonly sorted: boolean;
  /** Whether the rows come in that order only when all ranges of all scans are read at once and merged. */
  readonly merged: boolean;
  /** Whether the ranges express the whole filter, so that it need not be checked on the documents. */
  readonly exact: boolean;
}

export interface PlanOptions {
  /** A sort that `compileSort` accepts, or `{ $natural: ±1 }`. */
  readonly sort?: Doc | undefined;
  /** An index's name or key pattern, or `{ $natural: ±1 }`. */
  readonly hint?: Hint | undefined;
  /** Strings compare by a collation: then no index tells where they are, nor in which order. */
  readonly collated?: boolean;
  /** What is to be read shows everything up to this sequence; an index that is whole from a later one on is passed over. */
  readonly asOf?: number;
}

/**
 * Chooses how to find the documents of `filter`. The choice depends on the filter, the sort and the indexes alone,
 * never on the data: (1) one place: `_id` or all fields of a unique index have one value, or a few each; (2) single values of the
 * leading key fields that also give the sort; (3) without the sort; (4) a span of the leading field with and (5)
 * without the sort; (6) a whole index for its order; (7) all documents. Among equals: more leading equalities, more
 * bounded fields, the documents themselves, fewer key fields, the name. The branches of an `$or` become ranges of one
 * index where one serves all, else scans of several. Ranges that are each in order, but not one after the other, are
 * merged. Partial and sparse indexes count where the filter implies them.
 * Throws EngineError BadValue for a hint that names no usable index.
 */
export function planQuery(collection: Collection, filter: Doc, options: PlanOptions = {}): QueryPlan {
  const collated = options.collated === true;
  const idKey = placeAsked(filter, options);
  if (idKey !== undefined) return pointPlan(idKey, filter.size === 1);
  const query = collated ? withoutStrings(conjunctionOf(filter)) : conjunctionOf(filter);
  const natural = naturalDirection(options.hint) ?? naturalDirection(options.sort);
  if (natural !== undefined) {
    const sorted = options.sort === undefined || options.sort.has('$natural');
    return wholeScan(collection, natural, sorted, filter.size === 0);
  }
  const sort = options.sort === undefined || collated ? [] : sortFields(options.sort);
  const unsorted = collated && options.sort !== undefined;
  if (options.hint !== undefined) {
    const index = hintedIndex(collection, options.hint, (hinted) => isUsable(hinted, query));
    return planOf(best(candidatesIn(index, query, sort)) as Candidate, unsorted);
  }
  const found = best(candidatesFor(indexesFor(collection, options), query, sort)) as Candidate;
  if (sort.length === 0 && found.scans.every(({ index, bounded }) => index.id === 0 && !bounded)) {
    return wholeScan(collection, 1, !unsorted, found.exact);
  }
  return planOf(found, unsorted);
}

function indexesFor({ indexes }: Collection, { asOf = Infinity }: PlanOptions): readonly Index[] {
  return indexes.every(({ wholeFrom }) => wholeFrom <= asOf)
    ? indexes
    : indexes.filter(({ wholeFrom }) => wholeFrom <= asOf);
}

/** The place of the only possible document, when a filter asks for one `_id`; `undefined` when it does not. */
export function placeAsked(filter: Doc, { hint, collated }: PlanOptions): string | undefined {
  const id = filter.get('_id');
  if (id === undefined || hint !== undefined || (collated === true && concernsCollation(id)))
    return undefined;
  if (!holdsOperators(id)) return pointOf(id);
  return id.size === 1 ? pointOf(id.get('$eq')) : undefined;
}

function pointOf(id: Value | undefined): string | undefined {
  if (id === undefined || Array.isArray(id) || id instanceof BSONRegExp || id instanceof Undefined)
    return undefined;
  return boundPart(encodeKeyValue(id));
}

function pointPlan(idKey: string, exact: boolean): QueryPlan {
  return { idKey, scans: [], repeats: false, sorted: true, merged: false, exact };
}

function naturalDirection(order: Hint | undefined): 1 | -1 | undefined {
  if (!(order instanceof Map) || !order.has('$natural')) return undefined;
  return sortFields(order)[0]?.[1];
}

/** All documents in the order of their insertion, or where none is kept, in that of `_id`. */
function wholeScan(collection: Collection, direction: 1 | -1, sorted: boolean, exact: boolean): QueryPlan {
  const index = naturalIndex(collection);
  const scan = { index, ranges: [wholeRange], reverse: direction === -1, bounded: false, places: false };
  return { scans: [scan], repeats: false, sorted, merged: false, exact };
}

function planOf({ scans, repeats, sorted, merged, exact }: Candidate, unsorted: boolean): QueryPlan {
  return { scans, repeats, sorted: sorted && !unsorted, merged, exact };
}
