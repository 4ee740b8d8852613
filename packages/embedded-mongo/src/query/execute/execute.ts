import { decodeDoc, encodeDoc } from '../../bson/codec.js';
import { RawDoc, type Doc } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import type { Collection } from '../../storage/collection.js';
import { isNatural } from '../../storage/insertion-order.js';
import type { View } from '../../storage/view.js';
import { docOf, type Row, type Scan } from './scan.js';
import type { TimeSlice } from './slice.js';
import { SortBuffer } from './sort.js';
import { MemoryShare, type QueryMemory } from '../memory.js';
import type { SortKey } from '../sort/sort.js';

/** The most bytes of documents in one reply; the reply's other fields find room beside them. */
const MAX_BATCH_BYTES = 16 * 1024 * 1024;

/** The most documents in one reply where the client may ask for more: many small ones take long to put together. */
export const MAX_BATCH_LENGTH = 10_000;

/** Some results of a query. */
export interface Batch {
  readonly docs: readonly RawDoc[];
  /** There are no more. */
  readonly finished: boolean;
}

/** Results that are fetched batch by batch. Between two batches nothing is held but memory of its own. */
export interface ResultSource {
  /**
   * The next results: up to `size` documents, as far as they fit into one reply.
   * @param view - the picture to read from; the caller releases it afterwards.
   */
  nextBatch(view: View, size: number, slice: TimeSlice): Promise<Batch> | Batch;
  /** Ends it early. */
  close(): void;
}

/** Fills one reply. A single document always fits. */
export class BatchBuilder {
  readonly docs: RawDoc[] = [];
  private bytes = 0;

  constructor(private readonly size: number) {}

  get isFull(): boolean {
    return this.docs.length >= this.size;
  }

  /** Whether the document was taken; when not, it belongs to the next batch. */
  add(doc: RawDoc): boolean {
    if (this.docs.length > 0 && this.bytes + doc.length > MAX_BATCH_BYTES) return false;
    this.docs.push(doc);
    this.bytes += doc.length;
    return true;
  }
}

/** Results that are complete in memory. */
export class BufferedResults implements ResultSource {
  private next = 0;
  private readonly share: MemoryShare;

  /** They count as held until they are closed. */
  constructor(
    private docs: readonly RawDoc[],
    memory: QueryMemory,
  ) {
    this.share = new MemoryShare(memory);
    this.share.count(docs.reduce((sum, { length }) => sum + length, 0));
  }

  nextBatch(_view: View | undefined, size: number): Batch {
    const batch = new BatchBuilder(size);
    let doc = this.docs[this.next];
    while (doc !== undefined && !batch.isFull && batch.add(doc)) doc = this.docs[(this.next += 1)];
    return { docs: batch.docs, finished: doc === undefined };
  }

  close(): void {
    this.docs = [];
    this.share.release();
  }
}

/** What becomes of the rows of a scan, in this order. */
export interface Shaping {
  /** The sort key of a document, where the plan does not give the order. */
  readonly sortKey?: ((doc: Doc) => SortKey) | undefined;
  /** How many rows to pass over; 0 or more. */
  readonly skip: number;
  /** How many rows to give at most; 0 for all. */
  readonly limit: number;
  readonly project?: ((doc: Doc) => Doc) | undefined;
}

/** A document on its way out; decoded where the filter has needed it. */
type Found = Pick<Row, 'bytes' | 'doc'>;

/** The results of a scan: sorted where need be, cut, projected. Stored documents that stay as they are go out undecoded. */
export class ScanResults implements ResultSource {
  private toSkip: number;
  private left: number;
  private sorted: Uint8Array[] | undefined;
  private readonly buffer: SortBuffer;
  private pending: RawDoc | undefined;

  /** @param memory - where sorted rows are held until they are fetched or the results are closed. */
  constructor(
    readonly scan: Scan,
    private readonly shaping: Shaping,
    memory: QueryMemory,
  ) {
    const { skip, limit } = shaping;
    this.buffer = new SortBuffer(limit === 0 ? 0 : skip + limit, memory);
    this.toSkip = shaping.skip;
    this.left = shaping.limit === 0 ? Infinity : shaping.limit;
  }

  nextBatch(view: View, size: number, slice: TimeSlice): Promise<Batch> | Batch {
    const batch = new BatchBuilder(Math.min(size, this.left));
    const prepared = this.prepare(view, slice);
    if (prepared !== undefined) return prepared.then(() => this.fill(batch, slice));
    return this.fill(batch, slice);
  }

  /**
   * The next documents, up to `size` and none at the end, decoded and before projection. `pause` must follow before
   * the view is released.
   */
  async nextDocs(view: View, size: number, slice: TimeSlice): Promise<Doc[]> {
    const prepared = this.prepare(view, slice);
    if (prepared !== undefined) await prepared;
    const docs: Doc[] = [];
    while (docs.length < size && this.left > 0) {
      const found = this.step();
      if (found === undefined) break;
      if (found !== null) {
        docs.push(found.doc ?? decodeDoc(found.bytes));
        this.left -= 1;
      }
      if (slice.isOver()) await slice.rest();
    }
    return docs;
  }

  /** Lets go of the view. */
  pause(): void {
    this.scan.pause();
  }

  close(): void {
    this.pause();
    this.sorted = [];
    this.buffer.release();
    this.left = 0;
  }

  /** Opens the scan; what is returned is to be waited for. */
  private prepare(view: View, slice: TimeSlice): Promise<void> | undefined {
    refuseDropped(this.scan);
    this.scan.open(view);
    const { sortKey } = this.shaping;
    return sortKey === undefined || this.sorted !== undefined ? undefined : this.sortAll(sortKey, slice);
  }

  private fill(batch: BatchBuilder, slice: TimeSlice): Promise<Batch> | Batch {
    const end = this.fillOnce(batch, slice);
    return end === 'rest' ? this.fillFurther(batch, slice) : this.filled(batch, end);
  }

  private async fillFurther(batch: BatchBuilder, slice: TimeSlice): Promise<Batch> {
    for (;;) {
      await slice.rest();
      const end = this.fillOnce(batch, slice);
      if (end !== 'rest') return this.filled(batch, end);
    }
  }

  /** Fills the batch until it is full, there is nothing more, or a rest is due. */
  private fillOnce(batch: BatchBuilder, slice: TimeSlice): 'full' | 'end' | 'rest' {
    while (!batch.isFull) {
      const doc = this.pending ?? this.shaped(this.step());
      if (doc === undefined) return 'end';
      if (doc !== null) {
        this.pending = doc;
        if (!batch.add(doc)) return 'full';
        this.pending = undefined;
      }
      if (slice.isOver()) return 'rest';
    }
    return 'full';
  }

  private filled({ docs }: BatchBuilder, end: 'full' | 'end'): Batch {
    this.pause();
    this.left -= docs.length;
    return { docs, finished: end === 'end' || this.left <= 0 };
  }

  /** The next document to give, `null` where there is none at this step, `undefined` at the end. */
  private step(): Found | null | undefined {
    if (this.sorted !== undefined) {
      const bytes = this.sorted.pop();
      return bytes && { bytes, doc: undefined };
    }
    const row = this.scan.next();
    if (row === null || row === undefined || this.toSkip === 0) return row;
    this.toSkip -= 1;
    return null;
  }

  private shaped(found: Found | null | undefined): RawDoc | null | undefined {
    if (found === null || found === undefined) return found;
    const { project } = this.shaping;
    if (project === undefined) return new RawDoc(found.bytes);
    return new RawDoc(encodeDoc(project(found.doc ?? decodeDoc(found.bytes))));
  }

  /** Puts all rows that the window asks for in order, the first one last. */
  private async sortAll(sortKey: (doc: Doc) => SortKey, slice: TimeSlice): Promise<void> {
    for (let row = this.scan.next(); row !== undefined; row = this.scan.next()) {
      if (row !== null && this.buffer.add(sortKey(docOf(row)), row.bytes)) await this.buffer.trim(slice);
      if (slice.isOver()) await slice.rest();
    }
    const sorted = await this.buffer.sorted(slice);
    this.sorted = sorted.slice(this.shaping.skip).reverse();
  }
}

/** The error of what goes on with a collection that has been dropped since. */
export function collectionDropped({ ns, uuid }: Collection): EngineError {
  return new EngineError('QueryPlanKilled', `collection dropped: ${ns}. UUID ${uuid}`);
}

function refuseDropped({ collection, plan }: Scan): void {
  if (collection.dropped) throw collectionDropped(collection);
  const gone = plan.scans.find(({ index }) => !isNatural(index) && !collection.indexes.includes(index));
  if (gone !== undefined) throw new EngineError('QueryPlanKilled', `index '${gone.index.name}' dropped`);
}

/** Hands every row of an opened scan to `visit`, in stretches; ends early when that returns true. */
export async function eachRow(scan: Scan, slice: TimeSlice, visit: (row: Row) => unknown): Promise<void> {
  for (let row = scan.next(); row !== undefined; row = scan.next()) {
    if (row !== null && visit(row) === true) return;
    if (slice.isOver()) await slice.rest();
  }
}
