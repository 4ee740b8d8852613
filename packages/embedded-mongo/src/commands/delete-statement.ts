import { Int32 } from 'bson';
import { deleteDocument } from '../storage/records.js';
import type { CommandContext } from './command.js';
import type { Query } from './reading.js';
import type { Recorder } from './statements.js';
import { onEach, onFirst } from './writing.js';

/** One removal: of the first document of the query, or of each. */
export interface DeleteStatement {
  readonly query: Query;
  readonly multi: boolean;
}

/** Runs one removal; returns how many documents are gone. */
export async function runDelete(
  context: CommandContext,
  ns: string,
  { query, multi }: DeleteStatement,
  record: Recorder | undefined,
): Promise<number> {
  const collection = context.engine.store.catalogue.find(ns);
  if (collection === undefined) return 0;
  if (!multi) {
    const removed = await onFirst(context, collection, query, (transaction, { idKey, doc }) => {
      deleteDocument(transaction, collection, idKey, doc);
      record?.(transaction, new Map([['n', new Int32(1)]]));
      return 1;
    });
    return removed ?? 0;
  }
  let n = 0;
  await onEach(
    context,
    collection,
    query,
    (transaction, { idKey, doc }) => {
      deleteDocument(transaction, collection, idKey, doc);
    },
    () => {
      n += 1;
    },
  );
  return n;
}
