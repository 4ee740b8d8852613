import type { CommandDoc } from '../bson/codec.js';
import { RawDoc, type Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { Arguments } from './arguments.js';
import type { BulkCounts } from './bulkWrite.js';
import { collationOf } from './collation.js';
import type { CommandContext } from './command.js';
import type { CommonOptions } from './common-options.js';
import { andThen, type Eventually } from './eventually.js';
import { runDelete, type DeleteStatement } from './delete-statement.js';
import { runInsert } from './insert-statement.js';
import type { Namespace } from './namespace.js';
import { readFilter, type Query } from './reading.js';
import { countIn, type Statements } from './statements.js';
import { readModification, readUpdateSort } from './update.js';
import { restoredOutcome, runUpdate, type UpdateOutcome, type UpdateStatement } from './update-statement.js';

/** One operation of a `bulkWrite`. */
export type Operation =
  | { readonly kind: 'insert'; readonly document: Uint8Array }
  | { readonly kind: 'update'; readonly statement: UpdateStatement }
  | { readonly kind: 'delete'; readonly statement: DeleteStatement };

/** What an operation answers, and what it adds to the sums. */
export interface OperationOutcome {
  readonly fields: {
    readonly n: number;
    readonly nModified?: number;
    readonly upserted?: { readonly _id: Value };
  };
  readonly counts: Partial<BulkCounts>;
}

const UPDATE_FIELDS = [
  'update',
  'filter',
  'updateMods',
  'multi',
  'upsert',
  'sort',
  'hint',
  'collation',
  'arrayFilters',
];
const INSERT_FIELDS = ['insert', 'document'];
const DELETE_FIELDS = ['delete', 'filter', 'multi', 'hint', 'collation'];

const FIELDS = { insert: INSERT_FIELDS, update: UPDATE_FIELDS, delete: DELETE_FIELDS };
type Kind = Operation['kind'];

/** The kind of an operation by the name of its first field. Throws FailedToParse for one that there is not. */
export function operationKind(name: string): Kind {
  if (name === 'insert' || name === 'update' || name === 'delete') return name;
  throw new EngineError('FailedToParse', `Unrecognized bulkWrite op '${name}'`);
}

/** The fields of an operation. Throws IDLUnknownField where there are others than its kind has. */
export function operationArguments(kind: Kind, fields: CommandDoc): Arguments {
  return Arguments.of(`bulkWrite.ops.${kind}`, fields, FIELDS[kind]);
}

/** Reads an operation. Throws what MongoDB answers to a bad one. */
export function readOperation(
  kind: Kind,
  fields: CommandDoc,
  args: Arguments,
  common: CommonOptions,
  statements: Statements,
): Operation {
  switch (kind) {
    case 'insert': {
      const document = fields.get('document');
      if (!(document instanceof RawDoc)) throw args.missing('document');
      return { kind, document: document.bytes };
    }
    case 'update': {
      const multi = args.flag('multi');
      statements.refuseMulti(multi);
      const { filter, hint, collation } = queryOf(args, common);
      const query = { filter, sort: readUpdateSort(args, multi), hint, collation };
      const update = readModification(args, 'updateMods', query, common);
      return { kind, statement: { query, update, multi, upsert: args.flag('upsert') } };
    }
    case 'delete': {
      const multi = args.flag('multi');
      statements.refuseMulti(multi);
      return { kind, statement: { query: queryOf(args, common), multi } };
    }
  }
}

/** Runs an operation, or tells what it answered when the same command ran before. */
export function runOperation(
  context: CommandContext,
  namespace: Namespace,
  operation: Operation,
  statements: Statements,
  index: number,
): Eventually<OperationOutcome> {
  const before = statements.before(index);
  const record = statements.recorder(index);
  switch (operation.kind) {
    case 'insert': {
      const done = before ? undefined : runInsert(context, namespace, operation.document, record);
      return andThen(done, () => ({ fields: { n: 1 }, counts: { nInserted: 1 } }));
    }
    case 'delete': {
      const removed = before
        ? countIn(before, 'n')
        : runDelete(context, namespace.ns, operation.statement, record);
      return andThen(removed, (n) => ({ fields: { n }, counts: { nDeleted: n } }));
    }
    case 'update': {
      const updated = before
        ? restoredOutcome(before)
        : runUpdate(context, namespace, operation.statement, record);
      return andThen(updated, outcomeOfUpdate);
    }
  }
}

function outcomeOfUpdate({ matched, modified, upsertedId }: UpdateOutcome): OperationOutcome {
  if (upsertedId !== undefined) {
    return { fields: { n: 1, nModified: 0, upserted: { _id: upsertedId } }, counts: { nUpserted: 1 } };
  }
  return { fields: { n: matched, nModified: modified }, counts: { nMatched: matched, nModified: modified } };
}

function queryOf(args: Arguments, { variables }: CommonOptions): Query {
  const filter = args.document('filter');
  if (filter === undefined) throw args.missing('filter');
  const collation = collationOf(args);
  return { filter: readFilter(filter, variables, collation), hint: args.hint(), collation };
}
