import { decodeDoc } from '../../bson/codec.js';
import { decodePart } from '../../bson/part.js';
import type { Doc } from '../../bson/types.js';
import type { Collection } from '../../storage/collection.js';
import { isNatural } from '../../storage/insertion-order.js';
import {
  readDocument,
  scanDocuments,
  scanIndex,
  type KeyRange as StoredRange,
} from '../../storage/reading.js';
import type { View } from '../../storage/view.js';
import type { Filter } from '../match/match.js';
import { pointRange, type KeyRange } from '../plan/bounds.js';
import type { IndexScan } from '../plan/candidates.js';
import type { QueryPlan } from '../plan/plan.js';
import { LongPoints } from '../plan/ranges.js';

/** A document that a scan found. */
export interface Row {
  readonly idKey: string;
  /** The document as stored. */
  readonly bytes: Uint8Array;
  /** The document decoded, where the filter needed all of it. */
  readonly doc: Doc | undefined;
}

/** What one step of a scan comes to: a row, `null` for an entry passed over, `undefined` at the end. */
export type Step = Row | null | undefined;

/** The document of a row. */
export function docOf(row: Row): Doc {
  return row.doc ?? decodeDoc(row.bytes);
}

/** Finds the rows of a plan one by one, over one view after the other. */
export interface Scan {
  readonly collection: Collection;
  readonly plan: QueryPlan;
  /** Index entries read so far. */
  readonly keysExamined: number;
  /** Documents read so far. */
  readonly docsExamined: number;
  /** Reads from this view from now on. */
  open(view: View): void;
  /** Lets go of the view; needed only to abandon a scan before its end. */
  pause(): void;
  next(): Step;
}

/** The places of the rows found so far; kept only where one may be met twice. */
export interface FoundPlaces {
  places: Set<string> | undefined;
}

/**
 * Follows a plan through the documents. It holds no view of its own: after `open` with another one it goes on behind
 * the last entry it met, so what is inserted there meanwhile is found and what is removed is not.
 */
export class RowScan implements Scan {
  keysExamined = 0;
  docsExamined = 0;
  private view: View | undefined;
  private steps: Generator<Row | null, void, undefined> | undefined;
  private scanAt = 0;
  private rangeAt = 0;
  /** The last key met in the current range. */
  private last: string | undefined;
  private finished = false;

  constructor(
    readonly collection: Collection,
    readonly plan: QueryPlan,
    private readonly filter: Filter,
    private readonly found: FoundPlaces = { places: undefined },
  ) {
    if (plan.repeats) found.places ??= new Set();
  }

  open(view: View): void {
    if (view === this.view) return;
    this.view = view;
    this.steps = undefined;
    // An index that an array has come into since the plan was made has several entries for one document.
    if (this.hasArrays()) this.found.places ??= new Set();
  }

  pause(): void {
    this.steps?.return();
    this.steps = undefined;
    this.view = undefined;
  }

  next(): Step {
    if (this.finished) return undefined;
    const { view } = this;
    if (view === undefined) throw new Error('a scan was asked for rows before it was opened');
    if (this.plan.idKey !== undefined) {
      this.finished = true;
      this.keysExamined += 1;
      return this.rowAt(view, this.plan.idKey) ?? undefined;
    }
    this.steps ??= this.walk(view);
    const step = this.steps.next();
    if (step.done === true) {
      this.finished = true;
      return undefined;
    }
    return step.value;
  }

  private *walk(view: View): Generator<Row | null, void, undefined> {
    const { scans, exact } = this.plan;
    const work = exact ? undefined : this.filter.prepare();
    if (work !== undefined) yield* work;
    for (; this.scanAt < scans.length; this.scanAt += 1) {
      const scan = scans[this.scanAt] as IndexScan;
      const { ranges } = scan;
      const places = ranges instanceof LongPoints ? yield* ranges.inOrder() : ranges;
      for (; this.rangeAt < places.length; this.rangeAt += 1) {
        const place = places[scan.reverse ? places.length - 1 - this.rangeAt : this.rangeAt] as
          KeyRange | string;
        yield* this.follow(view, scan, typeof place === 'string' ? pointRange(place) : place);
        this.last = undefined;
      }
      this.rangeAt = 0;
    }
  }

  private *follow(view: View, scan: IndexScan, range: KeyRange): Generator<Row | null, void, undefined> {
    if (scan.places) {
      if (this.last !== undefined) return;
      this.last = range.from;
      this.keysExamined += 1;
      const idKey = idKeyAt(view, scan, range.from);
      yield idKey === undefined ? null : this.rowAt(view, idKey);
      return;
    }
    const rest = restOf(range, scan.reverse, this.last);
    if (scan.index.id !== 0) {
      const isCollection = isNatural(scan.index);
      for (const { key, idKey } of scanIndex(view, scan.index, rest)) {
        this.last = key;
        if (!isCollection) this.keysExamined += 1;
        yield this.rowAt(view, idKey);
      }
      return;
    }
    for (const { idKey, bytes } of scanDocuments(view, this.collection, rest)) {
      this.last = idKey;
      if (scan.bounded) this.keysExamined += 1;
      yield this.examine(idKey, bytes);
    }
  }

  private rowAt(view: View, idKey: string): Row | null {
    if (this.found.places?.has(idKey) === true) return null;
    const bytes = readDocument(view, this.collection, idKey);
    return bytes === undefined ? null : this.examine(idKey, bytes);
  }

  private examine(idKey: string, bytes: Uint8Array): Row | null {
    this.docsExamined += 1;
    if (this.found.places?.has(idKey) === true) return null;
    let doc: Doc | undefined;
    if (!this.plan.exact || this.hasArrays()) {
      const { fields, matches } = this.filter;
      if (fields === undefined) doc = decodeDoc(bytes);
      if (!matches(doc ?? decodePart(bytes, fields as ReadonlySet<string>))) return null;
    }
    this.found.places?.add(idKey);
    return { idKey, bytes, doc };
  }

  /** With arrays in it, an index no longer expresses a filter wholly, whatever the plan says. */
  private hasArrays(): boolean {
    for (const { index } of this.plan.scans) if (index.multikey) return true;
    return false;
  }
}

function idKeyAt(view: View, scan: IndexScan, key: string): string | undefined {
  if (scan.index.id === 0) return key;
  const holder = view.get(scan.index.prefix + key);
  return holder && Buffer.from(holder.buffer, holder.byteOffset, holder.byteLength).toString('latin1');
}

/** What is left of a range behind the last key met. */
function restOf({ from, to }: KeyRange, reverse: boolean, last: string | undefined): StoredRange {
  if (last === undefined) return { from, to, reverse };
  return reverse ? { from, to: last, reverse } : { from: `${last}\0`, to, reverse };
}
