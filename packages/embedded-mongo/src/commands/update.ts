import type { Reply } from '../bson/codec.js';
import { decodeCommand } from '../bson/codec.js';
import { Layouts } from '../bson/command-doc.js';
import type { Doc, RawDoc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { positionOf } from '../query/match/position.js';
import { isArray } from '../query/values.js';
import { compileVariables } from '../query/expression/variables.js';
import { compileUpdate, type Update } from '../update/update.js';
import { Arguments } from './arguments.js';
import { checkCollatedChange, collationOf } from './collation.js';
import type { Command, CommandContext } from './command.js';
import { commonOptions, type CommonOptions } from './common-options.js';
import { andThen, type Eventually } from './eventually.js';
import { checkWritable, namespaceOf } from './namespace.js';
import { readFilter, readSort, type Query } from './reading.js';
import { Statements } from './statements.js';
import { restoredOutcome, runUpdate, type UpdateStatement } from './update-statement.js';

export const UPDATE_FIELDS = [
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
  fields: ['updates', 'ordered', 'bypassDocumentValidation', 'bypassEmptyTsReplacement', 'let'],
  inTransaction: true,
  write: true,
  retryable: true,
  run(context: CommandContext): Eventually<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const args = Arguments.ofCommand('update', context.request.body);
    const updates = args.raw('updates');
    const common = commonOptions(args);
    const statements = new Statements(context, updates.length, args.flag('ordered', true));
    const upserted: Reply[] = [];
    let n = 0;
    let nModified = 0;
    const ran = statements.runEach((index) => {
      const before = statements.before(index);
      const statement = (): UpdateStatement => readUpdate(updates[index] as RawDoc, common, statements);
      const outcome = before
        ? restoredOutcome(before)
        : runUpdate(context, namespace, statement(), statements.recorder(index));
      return andThen(outcome, ({ matched, modified, upsertedId }) => {
        n += matched;
        nModified += modified;
        if (upsertedId === undefined) return;
        n += 1;
        upserted.push({ index, _id: upsertedId });
      });
    });
    return andThen(ran, () => {
      const counts = { n, nModified };
      return statements.complete(upserted.length > 0 ? { ...counts, upserted } : counts);
    });
  },
};

const layouts = new Layouts(new Set());

function readUpdate(raw: RawDoc, common: CommonOptions, statements: Statements): UpdateStatement {
  const fields = decodeCommand(raw.source, layouts, raw.start);
  const args = Arguments.of('update.updates', fields, UPDATE_FIELDS);
  args.refuse('upsertSupplied', 'c');
  const filter = args.document('q');
  if (filter === undefined) throw args.missing('q');
  const collation = collationOf(args);
  const multi = args.flag('multi');
  statements.refuseMulti(multi);
  const query: Query = {
    filter: readFilter(filter, common.variables, collation),
    hint: args.hint(),
    sort: readUpdateSort(args, multi),
    collation,
  };
  return {
    query,
    update: readModification(args, 'u', query, common),
    multi,
    upsert: args.flag('upsert'),
  };
}

/**
 * The change of an update statement, whose query gives `$` its meaning. Throws what MongoDB answers to a bad one.
 * @param name - the field that holds it.
 */
export function readModification(
  args: Arguments,
  name: string,
  { filter, collation }: Query,
  { variables, timestamp }: CommonOptions,
): Update {
  const value = args.value(name);
  if (value === undefined) throw args.missing(name);
  checkCollatedChange(collation, value);
  if (!(value instanceof Map) && !isArray(value)) {
    throw new EngineError('FailedToParse', 'Update argument must be either an object or an array');
  }
  return compileUpdate(value, {
    arrayFilters: args.documents('arrayFilters'),
    collation,
    position: positionOf(filter.source, collation),
    timestamp,
    variables: isArray(value) ? compileVariables(variables) : undefined,
  });
}

/** The sort that picks the document of an update of one. */
export function readUpdateSort(args: Arguments, multi: boolean): Doc | undefined {
  const sort = readSort(args);
  if (sort !== undefined && multi) {
    throw new EngineError('FailedToParse', 'Cannot specify sort with multi=true');
  }
  return sort;
}
