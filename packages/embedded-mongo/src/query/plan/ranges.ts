import type { Index } from '../../storage/collection.js';
import { LongList, type Steps } from '../long-list.js';
import { isLongPart, KEPT_OF_LONG_PART } from '../../storage/keys.js';
import {
  afterAllKeys,
  behind,
  boundsOf,
  intersect,
  union,
  type FieldBounds,
  type KeyRange,
} from './bounds.js';
import type { Conjunction, FieldCondition } from './conditions.js';
import { mayHoldArrays } from './sort.js';

/** The part of an index that a filter needs. */
export interface IndexRanges {
  /** Ascending and disjoint; none at all when nothing can match. */
  readonly ranges: readonly KeyRange[] | LongPoints;
  /** How many leading key fields have one value each. */
  readonly equalities: number;
  /** How many leading key fields bound the ranges. */
  readonly bounded: number;
  /** Whether the first field is bounded by single values (equality or `$in`), and not by a span of them. */
  readonly byPoints: boolean;
  /** Every key field is bounded by single values, so that each range's `from` is one whole key. */
  readonly complete: boolean;
  /** The paths of the bounded fields that have one value each. */
  readonly constants: ReadonlySet<string>;
  /** The paths of the bounded fields that have one value each within each of the ranges. */
  readonly points: ReadonlySet<string>;
  /** The documents within the ranges are those that satisfy the filter, each found once. */
  readonly exact: boolean;
}

/** The places of a long list, which are not in order yet. */
export class LongPoints {
  private ordered: readonly string[] | undefined;

  constructor(
    private readonly list: LongList,
    private readonly descending: boolean,
  ) {}

  /** How many there are, each as often as it was given. */
  get length(): number {
    return this.list.length;
  }

  /** The key strings in order, each once. */
  *inOrder(): Steps<readonly string[]> {
    return (this.ordered ??= yield* this.list.keys(this.descending));
  }
}

/** Every key of an index. */
export const wholeRange: KeyRange = { from: '', to: afterAllKeys };

/** Combinations of `$in` lists beyond this many ranges are left to the filter, as far as they multiply. */
const maxCombinations = 1000;

/**
 * The ranges of the index that hold every document satisfying the query: single values of the leading fields, in all
 * their combinations, then at most one field with a span; what is left is for the filter.
 */
export function rangesIn(index: Index, query: Conjunction): IndexRanges {
  let ranges: KeyRange[] = [wholeRange];
  let prefixes: string[] = [''];
  let equalities = 0;
  let bounded = 0;
  let byPoints = false;
  let complete = false;
  const constants = new Set<string>();
  const points = new Set<string>();
  const expressed = new Set<FieldCondition>();
  for (const [position, [path, direction]] of index.key.entries()) {
    const used: FieldCondition[] = [];
    const bounds = fieldBounds(index, position, direction === -1, query, used);
    if (bounds === undefined) {
      const long = position === 0 ? longPointsIn(index, query) : undefined;
      if (long !== undefined) return long;
      break;
    }
    if (bounded > 0 && prefixes.length * bounds.ranges.length > maxCombinations) break;
    for (const condition of used) expressed.add(condition);
    if (bounds.points) points.add(path);
    if (bounds.points && bounds.ranges.length === 1) {
      constants.add(path);
      if (equalities === bounded) equalities += 1;
    }
    if (bounded === 0) byPoints = bounds.points;
    bounded += 1;
    ranges = combine(prefixes, bounds);
    complete = bounds.points && bounded === index.key.length;
    if (!bounds.points || ranges.length === 0 || bounded === index.key.length) break;
    prefixes = ranges.map((range) => range.from);
  }
  const exact = isExpressed(index, query, expressed);
  return shorten(index, { ranges, equalities, bounded, byPoints, complete, constants, points, exact });
}

function isExpressed(index: Index, query: Conjunction, by: ReadonlySet<FieldCondition>): boolean {
  const all = query.conditions.every((condition) => by.has(condition));
  return all && !query.opaque && query.alternatives.length === 0 && !index.multikey && !index.hasLongKeys;
}

/**
 * A long `$in` upon the first field, where nothing else bounds that: its places alone, as further fields would make more
 * ranges than are combined.
 */
function longPointsIn(index: Index, query: Conjunction): IndexRanges | undefined {
  const [path, direction] = index.key[0] as Index['key'][number];
  for (const condition of query.conditions) {
    if (condition.path !== path || condition.operator !== '$in') continue;
    const list = LongList.of(condition.value);
    if (list === undefined || (list.hasNull && mayHoldArrays(index, 0))) continue;
    return {
      ranges: new LongPoints(list, direction === -1),
      equalities: 0,
      bounded: 1,
      byPoints: true,
      complete: index.key.length === 1,
      constants: new Set(),
      points: new Set(),
      exact: isExpressed(index, query, new Set([condition])),
    };
  }
  return undefined;
}

function combine(prefixes: readonly string[], bounds: FieldBounds): KeyRange[] {
  if (prefixes.length === 1 && prefixes[0] === '') return [...bounds.ranges];
  const ranges: KeyRange[] = [];
  for (const prefix of prefixes) {
    for (const { from, to } of bounds.ranges) ranges.push({ from: prefix + from, to: prefix + to });
  }
  return ranges;
}

/** The bounds of one key field; the conditions that they express are added to `used`. */
function fieldBounds(
  index: Index,
  position: number,
  descending: boolean,
  query: Conjunction,
  used: FieldCondition[],
): FieldBounds | undefined {
  const path = index.key[position]?.[0] as string;
  const arrays = mayHoldArrays(index, position);
  if (arrays && sharesArray(index, position)) return undefined;
  let result: FieldBounds | undefined;
  for (const condition of query.conditions) {
    if (condition.path !== path) continue;
    const bounds = boundsOf(condition, descending, arrays);
    if (bounds === undefined) continue;
    if (result === undefined) result = bounds;
    else if (!arrays) result = intersect(result, bounds);
    else if (bounds.points && (!result.points || bounds.ranges.length < result.ranges.length))
      result = bounds;
    used.push(condition);
  }
  return result;
}

/**
 * Whether an earlier key field may lie in the same array: conditions on both may then hold for different elements,
 * which have different keys, so that only one of the two may bound the range.
 */
function sharesArray(index: Index, position: number): boolean {
  const root = rootOf(index.key[position]?.[0] as string);
  return index.key.slice(0, position).some(([path]) => rootOf(path) === root);
}

function rootOf(path: string): string {
  const dot = path.indexOf('.');
  return dot < 0 ? path : path.slice(0, dot);
}

/**
 * Key strings too long to be kept whole are stored cut, and their order is lost: the ranges then reach to all that
 * begins the same.
 */
function shorten(index: Index, found: IndexRanges & { readonly ranges: readonly KeyRange[] }): IndexRanges {
  const isCut = (part: string): boolean =>
    index.hasLongKeys ? part.length > KEPT_OF_LONG_PART : isLongPart(part);
  if (!found.ranges.some(({ from, to }) => isCut(from) || isCut(to))) return found;
  const ranges = found.ranges.map(({ from, to }) => ({
    from: isCut(from) ? from.slice(0, KEPT_OF_LONG_PART) : from,
    to: isCut(to) ? behind(to.slice(0, KEPT_OF_LONG_PART)) : to,
  }));
  return {
    ...found,
    ranges: union(ranges),
    exact: false,
    complete: false,
    constants: new Set(),
    points: new Set(),
  };
}
