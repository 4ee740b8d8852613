import type { Pipeline } from '../aggregate/pipeline.js';
import { encodeDoc } from '../bson/codec.js';
import { RawDoc, type Doc } from '../bson/types.js';
import type { View } from '../storage/view.js';
import type { TimeSlice } from './execute-slice.js';
import { BatchBuilder, type Batch, type ResultSource, type ScanResults } from './execute.js';

/** How many documents are read at a time. */
const READ = 128;

/** The results of a pipeline over the results of a query. Stages that stream read no further than a batch needs. */
export class PipelineResults implements ResultSource {
  private readonly docs: AsyncIterator<Doc>;
  private view: View | undefined;
  private slice: TimeSlice | undefined;
  private pending: RawDoc | undefined;

  /** @param source - the documents to begin with; left out where there is no collection. */
  constructor(
    private readonly source: ScanResults | undefined,
    pipeline: Pipeline,
  ) {
    const work = { checkInterrupt: (): void => this.slice?.checkInterrupt() };
    this.docs = pipeline.rest(this.input(), work)[Symbol.asyncIterator]();
  }

  async nextBatch(view: View, size: number, slice: TimeSlice): Promise<Batch> {
    this.view = view;
    this.slice = slice;
    const batch = new BatchBuilder(size);
    try {
      while (!batch.isFull) {
        const doc = this.pending ?? (await this.next());
        if (doc === undefined) return { docs: batch.docs, finished: true };
        this.pending = doc;
        if (!batch.add(doc)) break;
        this.pending = undefined;
        if (slice.isOver()) await slice.rest();
      }
      return { docs: batch.docs, finished: false };
    } finally {
      this.source?.pause();
      this.view = undefined;
    }
  }

  close(): void {
    this.source?.close();
  }

  private async next(): Promise<RawDoc | undefined> {
    const step = await this.docs.next();
    return step.done === true ? undefined : new RawDoc(encodeDoc(step.value));
  }

  private async *input(): AsyncGenerator<Doc> {
    if (this.source === undefined) return;
    for (;;) {
      if (this.view === undefined || this.slice === undefined)
        throw new Error('a pipeline read between two batches');
      const docs = await this.source.nextDocs(this.view, READ, this.slice);
      if (docs.length === 0) return;
      yield* docs;
    }
  }
}
