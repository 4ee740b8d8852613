import type { Reply } from '../bson/codec.js';
import type { RawDoc } from '../bson/types.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { andThen, type Eventually } from './eventually.js';
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
  run(context: CommandContext): Eventually<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const args = Arguments.ofCommand('insert', context.request.body);
    const documents = args.raw('documents');
    const statements = new Statements(context, documents.length, args.flag('ordered', true));
    let n = 0;
    const ran = statements.runEach((index) => {
      const { bytes } = documents[index] as RawDoc;
      const inserted =
        statements.before(index) === undefined
          ? runInsert(context, namespace, bytes, statements.recorder(index))
          : undefined;
      return andThen(inserted, () => {
        n += 1;
      });
    });
    return andThen(ran, () => statements.complete({ n }));
  },
};
