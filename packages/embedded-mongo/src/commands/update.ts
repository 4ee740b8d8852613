import type { Reply } from '../bson/codec.js';
import { decodeDoc } from '../bson/codec.js';
import type { Doc, RawDoc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { TimeSlice } from '../query/execute-slice.js';
import { compileUpdate } from '../update/update.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { checkWritable, namespaceOf } from './namespace.js';
import { readFilter } from './reading.js';
import { Statements } from './statements.js';
import { restoredOutcome, runUpdate, type UpdateStatement } from './update-statement.js';

const STATEMENT_FIELDS = [
  'q',
  'u',
  'c',
  'multi',
  'upsert',
  'sort',
  'hint',
  'collation',
  'arrayFilters',
  'upsertSupplied',
];

/** `update`: statements upon one collection, each of one document or many. */
export const update: Command = {
  name: 'update',
  fields: ['updates', 'ordered', 'bypassDocumentValidation', 'let'],
  inTransaction: true,
  write: true,
  retryable: true,
  async run(context: CommandContext): Promise<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const args = new Arguments('update', context.request.body);
    const updates = args.raw('updates');
    const variables = args.document('let');
    const statements = new Statements(context, updates.length, args.flag('ordered', true));
    const slice = new TimeSlice(context);
    const upserted: Reply[] = [];
    let n = 0;
    let nModified = 0;
    for (const [index, raw] of updates.entries()) {
      try {
        const before = statements.before(index);
        const outcome = before
          ? restoredOutcome(before)
          : await runUpdate(
              context,
              namespace,
              readUpdate(raw, variables, statements),
              statements.recorder(index),
            );
        n += outcome.matched;
        nModified += outcome.modified;
        if (outcome.upsertedId !== undefined) {
          n += 1;
          upserted.push({ index, _id: outcome.upsertedId });
        }
      } catch (error) {
        if (statements.failed(index, error)) break;
      }
      if (slice.isOver()) await slice.rest();
    }
    return { n, nModified, ...(upserted.length > 0 ? { upserted } : {}), ...statements.reply };
  },
};

function readUpdate(raw: RawDoc, variables: Doc | undefined, statements: Statements): UpdateStatement {
  const args = new Arguments('update.updates', decodeDoc(raw.bytes));
  args.allowOnly(STATEMENT_FIELDS);
  const filter = args.document('q');
  if (filter === undefined) throw args.missing('q');
  const multi = args.flag('multi');
  statements.refuseMulti(multi);
  return {
    query: { filter: readFilter(filter, variables), hint: args.hint(), sort: readUpdateSort(args, multi) },
    update: readModification(args, 'u'),
    multi,
    upsert: args.flag('upsert'),
  };
}

/** The change of an update statement. Throws for what the engine does not do: pipelines, array filters, collations. */
export function readModification(args: Arguments, name: string): ReturnType<typeof compileUpdate> {
  args.refuseCollation();
  args.refuse('arrayFilters');
  const value = args.value(name);
  if (value === undefined) throw args.missing(name);
  if (value instanceof Map || Array.isArray(value)) return compileUpdate(value);
  throw new EngineError('FailedToParse', 'Update argument must be either an object or an array');
}

/** The sort that picks the document of an update of one. */
export function readUpdateSort(args: Arguments, multi: boolean): Doc | undefined {
  const sort = args.document('sort');
  if (sort !== undefined && multi) {
    throw new EngineError('FailedToParse', 'Cannot specify sort with multi=true');
  }
  return sort;
}
