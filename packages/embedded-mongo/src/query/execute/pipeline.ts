import type { Pipeline } from '../../aggregate/pipeline.js';
import { encodeDoc } from '../../bson/codec.js';
import { RawDoc, type Doc } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import type { View } from '../../storage/view.js';
import type { TimeSlice } from './slice.js';
import { BatchBuilder, type Batch, type ResultSource } from './execute.js';
import type { QueryMemory } from '../memory.js';
import type { PipelineReader } from './pipeline-reader.js';

/** The most bytes of one result: MongoDB's 16 MB and 16 kB for what it adds. */
const MAX_RESULT_BYTES = 16 * 1024 * 1024 + 16 * 1024;

/** The results of a pipeline upon documents. Stages that stream read no further than a batch needs. */
export class PipelineResults implements ResultSource {
  private readonly docs: AsyncIterator<Doc>;
  private pending: RawDoc | undefined;

  /**
   * @param input - the documents to begin with.
   * @param reader - what those, and stages that read other collections, are read by.
   */
  constructor(
    input: Iterable<Doc> | AsyncIterable<Doc>,
    pipeline: Pipeline,
    private readonly reader: PipelineReader,
    memory: QueryMemory,
  ) {
    this.docs = pipeline.rest(input, { reader, slice: reader.slice, memory })[Symbol.asyncIterator]();
  }

  async nextBatch(view: View, size: number, slice: TimeSlice): Promise<Batch> {
    this.reader.open(view, slice);
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
      this.reader.pause();
    }
  }

  close(): void {
    // The stages give back what they hold; one that is at work ends at its next step, which finds itself interrupted.
    void this.docs.return?.();
    this.reader.close();
  }

  private async next(): Promise<RawDoc | undefined> {
    const step = await this.docs.next();
    if (step.done === true) return undefined;
    const bytes = encodeDoc(step.value);
    if (bytes.length <= MAX_RESULT_BYTES) return new RawDoc(bytes);
    throw new EngineError(
      'BSONObjectTooLarge',
      `BSONObj size: ${String(bytes.length)} is invalid. Size must be between 0 and ${String(MAX_RESULT_BYTES)}(16MB)`,
    );
  }
}
