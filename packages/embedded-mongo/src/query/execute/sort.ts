import { encodeKeyValue } from '../../bson/keystring.js';
import type { Doc } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import type { Collation } from '../collation.js';
import type { TimeSlice } from './slice.js';
import { MemoryShare, type QueryMemory } from '../memory.js';
import { sortFields } from '../plan/sort.js';
import { CollatedKey, compareSortKeys, compileSortOrder, type SortKey } from '../sort/sort.js';

/** MongoDB's internalQueryMaxBlockingSortMemoryUsageBytes. */
const MAX_SORT_BYTES = 100 * 1024 * 1024;
/** What an entry takes beside its document and its key, in bytes; a rough figure. */
const ENTRY_OVERHEAD = 64;
/** A limited sort that holds more bytes lets go of rows it does not need, once they are as many as those it does. */
const MUCH = 16 * 1024 * 1024;
/** One that is full goes on where so many bytes are enough: not much would be gained each time otherwise. */
const ENOUGH = 0.75 * MAX_SORT_BYTES;
/** Runs of this length are sorted at one go; a millisecond or so. */
const RUN = 1024;

interface Entry {
  readonly key: SortKey;
  readonly bytes: Uint8Array;
}

/**
 * Compiles a sort to the key of a document: rows in the order of their keys are sorted. Keys are key strings, except
 * under a collation, for which there are none.
 */
export function compileSortKey(sort: Doc): (doc: Doc) => string;
export function compileSortKey(sort: Doc, collation: Collation | undefined): (doc: Doc) => SortKey;
export function compileSortKey(sort: Doc, collation?: Collation): (doc: Doc) => SortKey {
  const { keyOf, compareKeys } = compileSortOrder(sort, collation);
  if (collation !== undefined) return (doc) => new CollatedKey(keyOf(doc), compareKeys);
  const descending = sortFields(sort).map(([, direction]) => direction === -1);
  return (doc) => {
    let key = '';
    for (const [position, value] of keyOf(doc).entries())
      key += encodeKeyValue(value, descending[position] === true);
    return key;
  };
}

/** Documents kept in memory until all have come and their order is known. Equal ones stay in the order they came. */
export class SortBuffer {
  private entries: Entry[] = [];
  private size = 0;
  private readonly share: MemoryShare;

  /** @param top - how many of the first rows are wanted; 0 for all. */
  constructor(
    private readonly top: number,
    memory: QueryMemory,
  ) {
    this.share = new MemoryShare(memory);
  }

  /**
   * Tells whether `trim` is due before more come. Throws QueryExceededMemoryLimitNoDiskUseAllowed beyond 100 MB of
   * documents and keys, and ExceededMemoryLimit where other queries hold too much for it.
   */
  add(key: SortKey, bytes: Uint8Array): boolean {
    this.entries.push({ key, bytes });
    this.size += sizeOf({ key, bytes });
    const { length } = this.entries;
    const mayTrim = this.top > 0 && length > this.top;
    if (this.size > MAX_SORT_BYTES && !mayTrim) throw sortTooLarge();
    this.share.resize(this.size);
    const isMuch = this.size > MUCH && length > 2 * this.top;
    return mayTrim && (isMuch || length >= 2 * this.top + RUN || this.size > MAX_SORT_BYTES);
  }

  /** Lets go of what is not among the first rows. Throws as `add` does. */
  async trim(slice: TimeSlice): Promise<void> {
    const wasFull = this.size > MAX_SORT_BYTES;
    this.entries = (await mergeSort(this.entries, byKey, slice)).slice(0, this.top);
    this.size = 0;
    for (const entry of this.entries) this.size += sizeOf(entry);
    if (wasFull && this.size > ENOUGH) throw sortTooLarge();
    this.share.resize(this.size);
  }

  /** The documents in order, as many as are wanted. */
  async sorted(slice: TimeSlice): Promise<Uint8Array[]> {
    const entries = await mergeSort(this.entries, byKey, slice);
    this.entries = [];
    const wanted = this.top > 0 ? entries.slice(0, this.top) : entries;
    return wanted.map((entry) => entry.bytes);
  }

  /** Gives the memory back; what was sorted must be let go as well. */
  release(): void {
    this.entries = [];
    this.share.release();
  }
}

function sizeOf({ key, bytes }: Entry): number {
  return bytes.length + key.length + ENTRY_OVERHEAD;
}

function sortTooLarge(): EngineError {
  return new EngineError(
    'QueryExceededMemoryLimitNoDiskUseAllowed',
    `Sort exceeded memory limit of ${String(MAX_SORT_BYTES)} bytes, but did not opt in to external sorting.`,
  );
}

function byKey(a: Entry, b: Entry): number {
  return compareSortKeys(a.key, b.key);
}

/** The order of two items: negative, 0 or positive. */
type Compare<T> = (a: T, b: T) => number;

/** Sorts in stretches, equal ones in the order they came; `entries` is used up. */
export async function mergeSort<T>(entries: T[], compare: Compare<T>, slice: TimeSlice): Promise<T[]> {
  for (let start = 0; start < entries.length; start += RUN) {
    const run = entries.slice(start, start + RUN).sort(compare);
    for (let i = 0; i < run.length; i += 1) entries[start + i] = run[i] as T;
    if (slice.isOver()) await slice.rest();
  }
  let from = entries;
  for (let length = RUN; length < entries.length; length *= 2) {
    const to: T[] = [];
    for (let start = 0; start < from.length; start += 2 * length)
      await mergeRuns(from, start, length, to, compare, slice);
    from = to;
  }
  return from;
}

/** Appends the two sorted runs of `from` at `start` to `to`, merged. */
async function mergeRuns<T>(
  from: readonly T[],
  start: number,
  length: number,
  to: T[],
  compare: Compare<T>,
  slice: TimeSlice,
): Promise<void> {
  const middle = Math.min(start + length, from.length);
  const end = Math.min(start + 2 * length, from.length);
  let one = start;
  let other = middle;
  while (one < middle || other < end) {
    const takesOne = one < middle && (other >= end || compare(from[one] as T, from[other] as T) <= 0);
    to.push((takesOne ? from[one] : from[other]) as T);
    if (takesOne) one += 1;
    else other += 1;
    if (slice.isOver()) await slice.rest();
  }
}
