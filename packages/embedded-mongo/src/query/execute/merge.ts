import { decodeDoc } from '../../bson/codec.js';
import type { Doc } from '../../bson/types.js';
import type { Collection } from '../../storage/collection.js';
import { readDocument } from '../../storage/reading.js';
import type { View } from '../../storage/view.js';
import { LeastFirst } from './least-first.js';
import { docOf, RowScan, type FoundPlaces, type Row, type Scan, type Step } from './scan.js';
import { compileSortKey } from './sort.js';
import type { Filter } from '../match/match.js';
import type { QueryPlan } from '../plan/plan.js';
import { LongPoints } from '../plan/ranges.js';

/** The scan that carries out a plan, made for this sort. */
export function scanOf(collection: Collection, plan: QueryPlan, filter: Filter, sort?: Doc): Scan {
  if (!plan.merged || sort === undefined) return new RowScan(collection, plan, filter);
  return new MergedScan(collection, plan, filter, compileSortKey(sort));
}

/** The next row of one of the ranges, the number of that range, and the row's sort key. */
interface Head {
  readonly stream: number;
  readonly row: Row;
  readonly key: string;
}

/** Of rows that sort alike, that of the earlier range comes first. */
function comesBefore(one: Head, other: Head): boolean {
  return one.key < other.key || (one.key === other.key && one.stream < other.stream);
}

/** Reads all ranges of a plan at once, each of which is in order, and gives their rows in the order of all. */
class MergedScan implements Scan {
  private readonly streams: RowScan[] = [];
  private readonly heads = new LeastFirst<Head>(comesBefore);
  /** The streams whose next row is to be fetched. */
  private readonly due: number[] = [];
  private readonly found: FoundPlaces = { places: undefined };
  private view: View | undefined;

  constructor(
    readonly collection: Collection,
    readonly plan: QueryPlan,
    private readonly filter: Filter,
    private readonly sortKey: (doc: Doc) => string,
  ) {
    for (const scan of plan.scans) {
      // A long list's places are more than are merged.
      if (scan.ranges instanceof LongPoints) throw new Error('a plan merges a long list');
      for (const range of scan.ranges) {
        const part = { ...plan, scans: [{ ...scan, ranges: [range] }], merged: false };
        this.due.push(this.streams.length);
        this.streams.push(new RowScan(collection, part, filter, this.found));
      }
    }
  }

  get keysExamined(): number {
    return this.streams.reduce((sum, stream) => sum + stream.keysExamined, 0);
  }

  get docsExamined(): number {
    return this.streams.reduce((sum, stream) => sum + stream.docsExamined, 0);
  }

  open(view: View): void {
    if (view === this.view) return;
    this.view = view;
    for (const stream of this.streams) stream.open(view);
    for (const head of this.heads.clear()) {
      const standing = this.standing(head, view);
      if (standing === undefined) this.due.push(head.stream);
      else this.heads.add(standing);
    }
  }

  pause(): void {
    for (const stream of this.streams) stream.pause();
    this.view = undefined;
  }

  next(): Step {
    const stream = this.due.pop();
    if (stream === undefined) return this.takeFirst();
    const row = this.streams[stream]?.next();
    if (row === null) this.due.push(stream);
    else if (row !== undefined) this.heads.add({ stream, row, key: this.sortKey(docOf(row)) });
    return null;
  }

  private takeFirst(): Row | undefined {
    const head = this.heads.take();
    if (head !== undefined) this.due.push(head.stream);
    return head?.row;
  }

  /** A row that waited between two batches, where it is still a row at its place; it is read again for that. */
  private standing({ stream, row, key }: Head, view: View): Head | undefined {
    const bytes = readDocument(view, this.collection, row.idKey);
    if (bytes !== undefined) {
      const doc = decodeDoc(bytes);
      if (this.filter.matches(doc) && this.sortKey(doc) === key) {
        return { stream, row: { idKey: row.idKey, bytes, doc }, key };
      }
    }
    this.found.places?.delete(row.idKey);
    return undefined;
  }
}
