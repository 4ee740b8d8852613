import { Int32, ObjectId } from 'bson';
import { encodeDoc } from '../bson/codec.js';
import { validateDoc } from '../bson/validate.js';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import type { Collection } from '../storage/collection.js';
import { insertDocument } from '../storage/records.js';
import type { Transaction } from '../storage/transaction.js';
import type { Update } from '../update/update.js';
import { change } from './changing.js';
import type { CommandContext } from './command.js';
import { andThen, type Eventually } from './eventually.js';
import type { Namespace } from './namespace.js';
import { collectionToWrite } from './new-collection.js';
import type { Query } from './reading.js';
import { countIn, type Recorder } from './statements.js';
import { documentCheck } from './validation.js';
import { onEach, onFirst } from './writing.js';

/** One update: of the first document of the query, or of each. */
export interface UpdateStatement {
  readonly query: Query;
  readonly update: Update;
  readonly multi: boolean;
  readonly upsert: boolean;
}

/** What an update has come to. */
export interface UpdateOutcome {
  readonly matched: number;
  readonly modified: number;
  /** The `_id` of the document that an upsert has inserted. */
  readonly upsertedId?: Value | undefined;
}

const NOTHING: UpdateOutcome = { matched: 0, modified: 0 };

/** Runs one update. Throws what depends on the documents: DuplicateKey, ImmutableField, PathNotViable and others. */
export function runUpdate(
  context: CommandContext,
  namespace: Namespace,
  statement: UpdateStatement,
  record: Recorder | undefined,
): Eventually<UpdateOutcome> {
  if (statement.multi && statement.update.isReplacement) {
    throw new EngineError('FailedToParse', 'multi update is not supported for replacement-style update');
  }
  return andThen(collectionFor(context, namespace, statement.upsert), (collection) => {
    if (collection === undefined) return NOTHING;
    return statement.multi
      ? updateEach(context, collection, statement)
      : retryingUpsert(context, statement, () => updateFirst(context, collection, statement, record));
  });
}

/** The collection to change; made where there is none and an upsert may need it. */
export function collectionFor(
  context: CommandContext,
  namespace: Namespace,
  upsert: boolean,
): Eventually<Collection | undefined> {
  if (upsert) return collectionToWrite(context, namespace);
  return context.engine.store.catalogue.find(namespace.ns);
}

/**
 * An upsert that finds nothing and then fails by a duplicate key has met another one: it runs again, as an update.
 * (In a transaction that would be of no use, since the other one's document stays invisible.)
 */
export function retryingUpsert<T>(
  { transaction }: CommandContext,
  { upsert }: { readonly upsert: boolean },
  run: () => Eventually<T>,
): Eventually<T> {
  return upsert && transaction === undefined ? runTwice(run) : run();
}

async function runTwice<T>(run: () => Eventually<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof EngineError && error.codeName === 'DuplicateKey') return run();
    throw error;
  }
}

/** Inserts what an upsert makes of its query and update. */
export function insertUpserted(
  context: CommandContext,
  transaction: Transaction,
  collection: Collection,
  { query, update }: Pick<UpdateStatement, 'query' | 'update'>,
): Doc {
  const doc = update.upsert(query.filter.source, () => new ObjectId());
  const bytes = encodeDoc(doc);
  validateDoc(bytes);
  documentCheck(context, collection)?.(doc);
  insertDocument(transaction, collection, bytes);
  return doc;
}

/** The outcome as it is kept for a retry. */
function storedOutcome({ matched, modified, upsertedId }: UpdateOutcome): Doc {
  const result: Doc = new Map<string, Value>([
    ['n', new Int32(matched)],
    ['nModified', new Int32(modified)],
  ]);
  if (upsertedId !== undefined) result.set('upserted', upsertedId);
  return result;
}

/** The outcome that was kept when the statement ran before. */
export function restoredOutcome(result: Doc): UpdateOutcome {
  return {
    matched: countIn(result, 'n'),
    modified: countIn(result, 'nModified'),
    upsertedId: result.get('upserted'),
  };
}

function updateFirst(
  context: CommandContext,
  collection: Collection,
  statement: UpdateStatement,
  record: Recorder | undefined,
): Eventually<UpdateOutcome> {
  const kept = (transaction: Transaction, outcome: UpdateOutcome): UpdateOutcome => {
    record?.(transaction, storedOutcome(outcome));
    return outcome;
  };
  const outcome = onFirst(
    context,
    collection,
    statement.query,
    (transaction, found) => {
      const changed = change(context, transaction, collection, found, statement);
      return kept(transaction, { matched: 1, modified: changed === undefined ? 0 : 1 });
    },
    statement.upsert
      ? (transaction) => kept(transaction, upserted(context, transaction, collection, statement))
      : undefined,
  );
  return andThen(outcome, (known) => known ?? NOTHING);
}

async function updateEach(
  context: CommandContext,
  collection: Collection,
  statement: UpdateStatement,
): Promise<UpdateOutcome> {
  let matched = 0;
  let modified = 0;
  await onEach(
    context,
    collection,
    statement.query,
    (transaction, found) => change(context, transaction, collection, found, statement) !== undefined,
    (isModified) => {
      matched += 1;
      if (isModified) modified += 1;
    },
  );
  if (matched > 0 || !statement.upsert) return { matched, modified };
  const first = { ...statement, multi: false };
  return retryingUpsert(context, first, () => updateFirst(context, collection, first, undefined));
}

function upserted(
  context: CommandContext,
  transaction: Transaction,
  collection: Collection,
  statement: UpdateStatement,
): UpdateOutcome {
  const doc = insertUpserted(context, transaction, collection, statement);
  return { matched: 0, modified: 0, upsertedId: doc.get('_id') };
}
