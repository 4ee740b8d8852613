import type { CollectionReader, LeadingQuery } from '../../aggregate/stage.js';
import type { Doc } from '../../bson/types.js';
import type { View } from '../../storage/view.js';
import { TimeSlice } from './slice.js';
import type { ScanResults } from './execute.js';

/** How many documents are read at a time. */
const READ = 128;

/** The results of a query upon a collection by its name, as the view shows it; `undefined` where there is no collection. */
export type OpenQuery = (collection: string, query: LeadingQuery, view: View) => ScanResults | undefined;

/** Reads all that one pipeline reads, from the picture that the batch under way is to show. */
export class PipelineReader implements CollectionReader {
  /** For the stages: it goes by the time limit of the batch under way. */
  readonly slice = new TimeSlice({ checkInterrupt: () => this.batch?.slice.checkInterrupt() });
  private readonly reading = new Set<ScanResults>();
  private batch: { readonly view: View; readonly slice: TimeSlice } | undefined;

  constructor(private readonly openQuery: OpenQuery) {}

  /** Reads from this view from now on. */
  open(view: View, slice: TimeSlice): void {
    this.batch = { view, slice };
  }

  /** Lets go of the view. */
  pause(): void {
    for (const results of this.reading) results.pause();
    this.batch = undefined;
  }

  close(): void {
    for (const results of this.reading) results.close();
    this.reading.clear();
  }

  read(collection: string, query: LeadingQuery): AsyncIterable<Doc> {
    return this.documents(this.openQuery(collection, query, this.opened().view));
  }

  /** The documents of a scan; none where there is no collection. */
  async *documents(results: ScanResults | undefined): AsyncGenerator<Doc> {
    if (results === undefined) return;
    this.reading.add(results);
    try {
      for (;;) {
        const { view, slice } = this.opened();
        const docs = await results.nextDocs(view, READ, slice);
        if (docs.length === 0) return;
        yield* docs;
      }
    } finally {
      results.close();
      this.reading.delete(results);
    }
  }

  private opened(): { readonly view: View; readonly slice: TimeSlice } {
    if (this.batch === undefined) throw new Error('a pipeline read between two batches');
    return this.batch;
  }
}
