import type { Doc } from '../../bson/types.js';
import type { Index } from '../../storage/collection.js';
import { union, type KeyRange } from './bounds.js';
import { conjunctionOf, type Conjunction } from './conditions.js';
import { impliesExistence, impliesFilter } from './partial.js';
import { LongPoints, rangesIn, type IndexRanges } from './ranges.js';
import { directionFor, type SortField } from './sort.js';

/** Ranges of one index, read in one direction. Index 0 holds the documents themselves, by `_id`. */
export interface IndexScan {
  readonly index: Index;
  /** Ascending and disjoint, also when read backwards; a long list's places are put in order first. */
  readonly ranges: readonly KeyRange[] | LongPoints;
  readonly reverse: boolean;
  /** Whether the filter bounds the ranges; otherwise the whole index is read. */
  readonly bounded: boolean;
  /** The index is unique, and each range is the one place `from`: a look-up, where there is an entry at all. */
  readonly places: boolean;
}

/** A way to answer the query, with what it is judged by. */
export interface Candidate extends Pick<IndexRanges, 'equalities' | 'bounded' | 'exact'> {
  readonly scans: readonly IndexScan[];
  readonly rank: number;
  readonly sorted: boolean;
  /** The order comes from merging the ranges of all scans. */
  readonly merged: boolean;
  readonly repeats: boolean;
}

/** An `$or` with more branches than this is left to the filter where there are several indexes to try them on. */
const maxBranches = 100;

/** Branches times indexes that are tried for an `$or` with more branches: that takes some ten milliseconds. */
const maxTries = 2000;

/** So many ranges are read at once and merged, rather than sorted in memory: of each, one document is held. */
const maxMerged = 100;

/** The order of preference; `planQuery` says it in words. */
const rank = {
  nothingToRead: 6,
  onePlace: 5,
  placesInOrder: 4.6,
  places: 4.5,
  pointsInOrder: 4,
  points: 3,
  spanInOrder: 2,
  span: 1,
  wholeIndexInOrder: 0.5,
  everything: 0,
};

/** All ways to answer the query: there is always that of reading everything. */
export function candidatesFor(
  indexes: readonly Index[],
  query: Conjunction,
  sort: readonly SortField[],
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const index of indexes) {
    if (index.ready && isUsable(index, query))
      candidates.push(...candidatesIn(index, query, sort, indexes.length));
  }
  for (const branches of worthwhile(query.alternatives, indexes.length)) {
    candidates.push(...separateScans(indexes, query, branches, sort));
  }
  return candidates;
}

/** Whether an index holds every document that the query asks for. */
export function isUsable(index: Index, query: Conjunction): boolean {
  if (index.partialFilter !== undefined && !impliesFilter(query, index.partialFilter)) return false;
  return (
    !index.sparse ||
    impliesExistence(
      query,
      index.key.map(([path]) => path),
    )
  );
}

/**
 * The ways to use one index: by each `$or` in the query, which makes the ranges narrower, and by the conditions that all
 * rows meet alone.
 * @param indexes - how many are tried on the same query.
 */
export function candidatesIn(
  index: Index,
  query: Conjunction,
  sort: readonly SortField[],
  indexes = 1,
): Candidate[] {
  const found = rangesIn(index, query);
  const candidates: Candidate[] = [];
  for (const branches of worthwhile(query.alternatives, indexes)) {
    const parts = branches.map((branch) => rangesIn(index, withBranch(query, branch)));
    const all = joined(parts);
    if (all !== undefined) candidates.push(candidateOf(index, all, found.constants, sort));
  }
  candidates.push(candidateOf(index, found, found.constants, sort));
  return candidates;
}

function worthwhile(alternatives: readonly Doc[][], indexes: number): Doc[][] {
  return alternatives.filter(({ length }) => length <= maxBranches || length * indexes <= maxTries);
}

/** `undefined` where a part is not bounded, or by a long list, which is not in order yet. */
function joined(parts: readonly IndexRanges[]): IndexRanges | undefined {
  const ranges: KeyRange[] = [];
  for (const part of parts) {
    if (part.bounded === 0 || part.ranges instanceof LongPoints) return undefined;
    for (const range of part.ranges) ranges.push(range);
  }
  return {
    ranges: union(ranges),
    equalities: Math.min(...parts.map((part) => part.equalities)),
    bounded: Math.min(...parts.map((part) => part.bounded)),
    byPoints: parts.every((part) => part.byPoints),
    complete: parts.every((part) => part.complete),
    constants: new Set(),
    points: new Set(),
    exact: parts.every((part) => part.exact),
  };
}

/** The query with one branch of an `$or` taken in; other alternatives are left to the filter. */
function withBranch(query: Conjunction, branch: Doc): Conjunction {
  const added = conjunctionOf(branch);
  return {
    conditions: [...query.conditions, ...added.conditions],
    alternatives: [],
    opaque: query.opaque || added.opaque || query.alternatives.length > 1 || added.alternatives.length > 0,
  };
}

function candidateOf(
  index: Index,
  found: IndexRanges,
  constants: ReadonlySet<string>,
  sort: readonly SortField[],
): Candidate {
  const inTurn = directionFor(index, sort, constants);
  const mergeable = inTurn === undefined && found.ranges.length <= maxMerged;
  const merging = mergeable ? directionFor(index, sort, found.points) : undefined;
  const direction = inTurn ?? merging;
  const sorted = sort.length === 0 || direction !== undefined;
  const bounded = found.bounded > 0;
  const places = index.unique && found.complete;
  const scan = { index, ranges: found.ranges, reverse: direction === 'backward', bounded, places };
  return {
    scans: [scan],
    rank: rankOf(index, found, sorted, sort.length > 0),
    sorted,
    merged: merging !== undefined,
    repeats: index.multikey,
    equalities: found.equalities,
    bounded: found.bounded,
    exact: found.exact,
  };
}

function rankOf(index: Index, found: IndexRanges, sorted: boolean, sorting: boolean): number {
  if (found.ranges.length === 0) return rank.nothingToRead;
  if (found.bounded === 0) return sorted && sorting ? rank.wholeIndexInOrder : rank.everything;
  if (index.unique && found.complete) {
    if (found.ranges.length === 1) return rank.onePlace;
    return sorted ? rank.placesInOrder : rank.places;
  }
  if (found.byPoints) return sorted ? rank.pointsInOrder : rank.points;
  return sorted ? rank.spanInOrder : rank.span;
}

/** Each branch of an `$or` by the index that suits it best; also those that give the order, to be merged. */
function separateScans(
  indexes: readonly Index[],
  query: Conjunction,
  branches: readonly Doc[],
  sort: readonly SortField[],
): Candidate[] {
  const found = branches.map((branch) => candidatesFor(indexes, withBranch(query, branch), []));
  const candidates = [separately(found, sort.length === 0 ? 'any order' : 'unsorted')];
  if (sort.length > 0) {
    const inOrder = branches.map((branch) =>
      candidatesFor(indexes, withBranch(query, branch), sort).filter(({ sorted }) => sorted),
    );
    candidates.push(separately(inOrder, 'merged'));
  }
  return candidates.filter((candidate) => candidate !== undefined);
}

function separately(
  branches: readonly (readonly Candidate[])[],
  order: 'any order' | 'unsorted' | 'merged',
): Candidate | undefined {
  const chosen: Candidate[] = [];
  for (const candidates of branches) {
    const found = best(candidates);
    if (found === undefined || found.bounded === 0) return undefined;
    chosen.push(found);
  }
  const merged = order === 'merged';
  const scans = chosen.flatMap((found) => found.scans);
  if (merged && scans.reduce((sum, { ranges }) => sum + ranges.length, 0) > maxMerged) return undefined;
  const byPoints = chosen.every((found) => found.rank >= rank.points);
  return {
    scans,
    rank: byPoints ? (merged ? rank.pointsInOrder : rank.points) : merged ? rank.spanInOrder : rank.span,
    sorted: order !== 'unsorted',
    merged,
    repeats: true,
    equalities: Math.min(...chosen.map((found) => found.equalities)),
    bounded: Math.min(...chosen.map((found) => found.bounded)),
    exact: false,
  };
}

/** The candidate to take; the same one whatever their order. */
export function best(candidates: readonly Candidate[]): Candidate | undefined {
  let winner: Candidate | undefined;
  for (const candidate of candidates) {
    if (winner === undefined || isBetter(candidate, winner)) winner = candidate;
  }
  return winner;
}

function isBetter(one: Candidate, other: Candidate): boolean {
  if (one.rank !== other.rank) return one.rank > other.rank;
  if (one.equalities !== other.equalities) return one.equalities > other.equalities;
  if (one.bounded !== other.bounded) return one.bounded > other.bounded;
  if (one.scans.length !== other.scans.length) return one.scans.length < other.scans.length;
  const [a, b] = [one.scans[0]?.index, other.scans[0]?.index] as [Index, Index];
  if ((a.id === 0) !== (b.id === 0)) return a.id === 0;
  if (a.key.length !== b.key.length) return a.key.length < b.key.length;
  return a.name < b.name;
}
