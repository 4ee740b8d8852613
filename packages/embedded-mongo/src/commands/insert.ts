import type { Reply } from '../bson/codec.js';
import { TimeSlice } from '../query/execute/slice.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { runInsert } from './insert-statement.js';
import { checkWritable, namespaceOf } from './namespace.js';
import { Statements } from './statements.js';

/** `insert`: documents into one collection, which is made where it does not exist. */
export const insert: Command = {
  name: 'insert',
  fields: ['documents', 'ordered', 'bypassDocumentValidation', 'bypassEmptyTsReplacement'],
  inTransaction: true,
  write: true,
  retryable: true,
  async run(context: CommandContext): Promise<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const args = new Arguments('insert', context.request.body);
    const documents = args.raw('documents');
    const statements = new Statements(context, documents.length, args.flag('ordered', true));
    const slice = new TimeSlice(context);
    let n = 0;
    for (const [index, document] of documents.entries()) {
      if (statements.before(index) !== undefined) n += 1;
      else {
        try {
          const running = runInsert(context, namespace, document.bytes, statements.recorder(index));
          if (running instanceof Promise) await running;
          n += 1;
        } catch (error) {
          if (statements.failed(index, error)) break;
        }
      }
      if (slice.isOver()) await slice.rest();
    }
    return { n, ...statements.reply };
  },
};
