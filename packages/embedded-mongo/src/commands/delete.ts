import { decodeRaw, type Reply } from '../bson/codec.js';
import type { Doc, RawDoc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { Arguments } from './arguments.js';
import { collationOf } from './collation.js';
import type { Command, CommandContext } from './command.js';
import { runDelete, type DeleteStatement } from './delete-statement.js';
import { andThen, type Eventually } from './eventually.js';
import { checkWritable, namespaceOf } from './namespace.js';
import { readFilter } from './reading.js';
import { countIn, Statements } from './statements.js';

export const DELETE_FIELDS = ['q', 'limit', 'hint', 'collation'];

/** `delete`: statements upon one collection, each of one document (`limit` 1) or of all (0). */
export const deleteCommand: Command = {
  name: 'delete',
  fields: ['deletes', 'ordered', 'let'],
  inTransaction: true,
  write: true,
  retryable: true,
  run(context: CommandContext): Eventually<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const args = Arguments.ofCommand('delete', context.request.body);
    const deletes = args.raw('deletes');
    const variables = args.document('let');
    const statements = new Statements(context, deletes.length, args.flag('ordered', true));
    let n = 0;
    const ran = statements.runEach((index) => {
      const before = statements.before(index);
      const statement = (): DeleteStatement => readDelete(deletes[index] as RawDoc, variables, statements);
      const removed = before
        ? countIn(before, 'n')
        : runDelete(context, namespace.ns, statement(), statements.recorder(index));
      return andThen(removed, (count) => {
        n += count;
      });
    });
    return andThen(ran, () => statements.complete({ n }));
  },
};

function readDelete(raw: RawDoc, variables: Doc | undefined, statements: Statements): DeleteStatement {
  const args = Arguments.of('delete.deletes', decodeRaw(raw), DELETE_FIELDS);
  const collation = collationOf(args);
  const filter = args.document('q');
  if (filter === undefined) throw args.missing('q');
  const limit = args.wholeNumber('limit');
  if (limit === undefined) throw args.missing('limit');
  if (limit !== 0 && limit !== 1) {
    throw new EngineError(
      'FailedToParse',
      `The limit field in delete objects must be 0 or 1. Got ${String(limit)}`,
    );
  }
  const multi = limit === 0;
  statements.refuseMulti(multi);
  return { query: { filter: readFilter(filter, variables, collation), hint: args.hint(), collation }, multi };
}
