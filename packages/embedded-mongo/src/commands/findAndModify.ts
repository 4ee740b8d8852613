import { Int32 } from 'bson';
import { decodeDoc, type Reply } from '../bson/codec.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { positionOf } from '../query/match/position.js';
import { compileProjection, type Projection } from '../query/project/project.js';
import { compileVariables } from '../query/expression/variables.js';
import type { Collection } from '../storage/collection.js';
import { deleteDocument } from '../storage/records.js';
import type { Transaction } from '../storage/transaction.js';
import { Arguments } from './arguments.js';
import { change } from './changing.js';
import { checkCollatedChange, collationOf } from './collation.js';
import type { Command, CommandContext } from './command.js';
import { commonOptions } from './common-options.js';
import { checkWritable, namespaceOf, type Namespace } from './namespace.js';
import { readFilter, readSort, type Query } from './reading.js';
import { Statements, type Recorder } from './statements.js';
import { readModification } from './update.js';
import { collectionFor, insertUpserted, retryingUpsert, type UpdateStatement } from './update-statement.js';
import { onFirst, type Found } from './writing.js';

/** What a `findAndModify` asks for; without `update` it removes. */
interface Modification {
  readonly query: Query;
  readonly update: UpdateStatement['update'] | undefined;
  readonly upsert: boolean;
  /** Whether to answer the document as it is afterwards. */
  readonly returnNew: boolean;
  readonly project: Projection;
}

/** `findAndModify`: changes or removes one document, and answers what it was before, or is after. */
export const findAndModify: Command = {
  name: 'findAndModify',
  aliases: ['findandmodify'],
  fields: [
    'query',
    'sort',
    'remove',
    'update',
    'new',
    'fields',
    'upsert',
    'bypassDocumentValidation',
    'bypassEmptyTsReplacement',
    'arrayFilters',
    'hint',
    'collation',
    'let',
  ],
  inTransaction: true,
  write: true,
  retryable: true,
  async run(context: CommandContext): Promise<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const request = readModify(Arguments.ofCommand('findAndModify', context.request.body));
    const statements = new Statements(context, 1, true);
    const before = statements.before(0);
    const result = before ?? (await modify(context, namespace, request, statements.recorder(0)));
    return statements.completeRetried(Object.fromEntries(result));
  },
};

function readModify(args: Arguments): Modification {
  const collation = collationOf(args);
  const common = commonOptions(args);
  const { variables } = common;
  checkCollatedChange(collation, args.value('fields'));
  const remove = args.flag('remove');
  const upsert = args.flag('upsert');
  const returnNew = args.flag('new');
  if (remove && args.has('update')) {
    throw new EngineError('FailedToParse', 'Cannot specify both an update and remove=true');
  }
  if (remove && upsert)
    throw new EngineError('FailedToParse', 'Cannot specify both upsert=true and remove=true');
  if (remove && returnNew) {
    throw new EngineError(
      'FailedToParse',
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  }
  if (remove && args.has('arrayFilters')) {
    throw new EngineError('FailedToParse', 'Cannot specify arrayFilters and remove=true');
  }
  if (!remove && !args.has('update')) {
    throw new EngineError('FailedToParse', 'Either an update or remove=true must be specified');
  }
  const query: Query = {
    filter: readFilter(args.documentOrEmpty('query'), variables, collation),
    sort: readSort(args),
    hint: args.hint(),
    collation,
  };
  const fields = args.documentOrEmpty('fields');
  // The position is the query's, which the document may not satisfy any more afterwards.
  if (returnNew && [...fields.keys()].some((path) => path.endsWith('.$'))) {
    throw new EngineError('BadValue', 'Cannot use a positional projection and return the new document');
  }
  const position = positionOf(query.filter.source, collation);
  return {
    query,
    update: remove ? undefined : readModification(args, 'update', query, common),
    upsert,
    returnNew,
    project: compileProjection(fields, compileVariables(variables), 'find', position),
  };
}

async function modify(
  context: CommandContext,
  namespace: Namespace,
  request: Modification,
  record: Recorder | undefined,
): Promise<Doc> {
  const collection = await collectionFor(context, namespace, request.upsert);
  const nothing = resultOf(request, 0, null);
  if (collection === undefined) return nothing;
  const kept = (transaction: Transaction, result: Doc): Doc => {
    record?.(transaction, result);
    return result;
  };
  const { update, upsert } = request;
  const result = await retryingUpsert(context, request, () =>
    onFirst(
      context,
      collection,
      request.query,
      (transaction, found) =>
        kept(transaction, modifyFound(context, transaction, collection, found, request)),
      upsert && update !== undefined
        ? (transaction) =>
            kept(transaction, modifyByUpsert(context, transaction, collection, request, update))
        : undefined,
    ),
  );
  return result ?? nothing;
}

function modifyFound(
  context: CommandContext,
  transaction: Transaction,
  collection: Collection,
  found: Found,
  request: Modification,
): Doc {
  const { query, update, returnNew } = request;
  if (update === undefined) {
    deleteDocument(transaction, collection, found.idKey, found.doc);
    return resultOf(request, 1, found.doc);
  }
  const changed = change(context, transaction, collection, found, { query, update });
  return resultOf(request, 1, returnNew && changed !== undefined ? decodeDoc(changed) : found.doc);
}

function modifyByUpsert(
  context: CommandContext,
  transaction: Transaction,
  collection: Collection,
  request: Modification,
  update: UpdateStatement['update'],
): Doc {
  const doc = insertUpserted(context, transaction, collection, { query: request.query, update });
  return resultOf(request, 1, request.returnNew ? doc : null, doc.get('_id'));
}

function resultOf({ update, project }: Modification, n: number, doc: Doc | null, upserted?: Value): Doc {
  const last: Doc = new Map([['n', new Int32(n)]]);
  if (update !== undefined) last.set('updatedExisting', n > 0 && upserted === undefined);
  if (upserted !== undefined) last.set('upserted', upserted);
  return new Map<string, Value>([
    ['lastErrorObject', last],
    ['value', doc && project(doc)],
  ]);
}
