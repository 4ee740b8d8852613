import { Long } from 'bson';
import type { Reply } from '../bson/codec.js';
import { isNumeric, toInt64Exact } from '../bson/numbers.js';
import { EngineError } from '../errors.js';
import { MAX_BATCH_LENGTH } from '../query/execute/execute.js';
import { TimeSlice } from '../query/execute/slice.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';

/** `getMore`: the next batch of a cursor. */
export const getMore: Command = {
  name: 'getMore',
  fields: ['collection', 'batchSize'],
  inTransaction: true,
  write: false,
  run(context: CommandContext): Promise<Reply> {
    const args = Arguments.ofCommand('getMore', context.request.body);
    const value = args.value('getMore');
    const id = isNumeric(value) ? toInt64Exact(value) : undefined;
    if (!(value instanceof Long) || id === undefined) {
      throw new EngineError('TypeMismatch', "BSON field 'getMore.getMore' must be of type 'long'");
    }
    const name = args.text('collection');
    if (name === undefined) throw args.missing('collection');
    const size = args.size('batchSize') ?? 0;
    return nextReply(
      context,
      id,
      `${context.db}.${name}`,
      size === 0 ? MAX_BATCH_LENGTH : Math.min(size, MAX_BATCH_LENGTH),
    );
  },
};

async function nextReply(context: CommandContext, id: bigint, ns: string, size: number): Promise<Reply> {
  const { cursors } = context.engine;
  const { session, transaction } = context;
  return cursors.use(id, ns, { session, transaction }, async (cursor) => {
    const slice = new TimeSlice({
      checkInterrupt() {
        context.checkInterrupt();
        if (!cursors.has(id)) throw new EngineError('CursorKilled', `cursor id ${String(id)} was killed`);
      },
    });
    const view = cursor.view();
    try {
      const batch = await cursor.results.nextBatch(view, size, slice);
      if (batch.finished) cursors.kill(id);
      return { cursor: { nextBatch: batch.docs, id: batch.finished ? 0n : id, ns } };
    } finally {
      view.release();
    }
  });
}
