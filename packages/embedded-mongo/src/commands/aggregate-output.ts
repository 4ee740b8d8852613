import type { Output } from '../aggregate/output.js';
import type { Reply } from '../bson/codec.js';
import type { RawDoc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { TimeSlice } from '../query/execute/slice.js';
import type { ResultSource } from '../query/execute/execute.js';
import { mergeResults } from './aggregate-merge.js';
import { replaceByResults } from './aggregate-out.js';
import type { CommandContext } from './command.js';
import { writeConcernError } from './concerns.js';
import { checkedNamespace, checkWritable, type Namespace } from './namespace.js';

/** How many results are computed, and then written, at a time. */
const BATCH = 1000;

/** Hands all results on, one by one; what they are computed from is as it was at the beginning. */
export type EachResult = (write: (doc: RawDoc) => Promise<void>) => Promise<void>;

/** Throws where the results may not be written: to the target, or with the read concern. */
export function checkOutput(context: CommandContext, output: Output): void {
  checkWritable(targetOf(context, output));
  const concern = context.body.get('readConcern');
  if (concern instanceof Map && concern.get('level') === 'linearizable') {
    throw new EngineError(
      'InvalidOptions',
      `${output.name} cannot be used with a 'linearizable' read concern level`,
    );
  }
}

/** Writes the results to where `$out` or `$merge` sends them; on disk when this resolves. */
export async function writeResults(
  context: CommandContext,
  results: ResultSource,
  output: Output,
): Promise<Reply> {
  const concernError = writeConcernError(context.body);
  const target = targetOf(context, output);
  const each: EachResult = (write) => eachResult(context, results, write);
  try {
    if (output.name === '$out') await replaceByResults(context, each, target);
    else await mergeResults(context, each, target, output);
  } finally {
    // What was written before a failure is acknowledged by the error, too.
    await context.engine.store.durable();
  }
  return concernError === undefined ? {} : { writeConcernError: concernError };
}

function targetOf(context: CommandContext, { target }: Output): Namespace {
  return checkedNamespace(target.db ?? context.db, target.collection);
}

async function eachResult(
  context: CommandContext,
  results: ResultSource,
  write: (doc: RawDoc) => Promise<void>,
): Promise<void> {
  const view = context.view();
  const slice = new TimeSlice(context);
  try {
    for (let finished = false; !finished;) {
      const batch = await results.nextBatch(view, BATCH, slice);
      for (const doc of batch.docs) {
        await write(doc);
        if (slice.isPast()) await slice.rest();
      }
      // What is not on disk yet is held in memory.
      await context.engine.store.durable();
      finished = batch.finished;
    }
  } finally {
    results.close();
    view.release();
  }
}
