import type { Reply } from '../bson/codec.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import type { Doc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { scanOf } from '../query/execute/merge.js';
import type { Scan } from '../query/execute/scan.js';
import { TimeSlice } from '../query/execute/slice.js';
import { compileSortKey } from '../query/execute/sort.js';
import {
  BufferedResults,
  MAX_BATCH_LENGTH,
  ScanResults,
  type Batch,
  type ResultSource,
} from '../query/execute/execute.js';
import type { Collation } from '../query/collation.js';
import { compileFilter, type Filter } from '../query/match/match.js';
import type { Hint } from '../query/plan/hint.js';
import { planQuery } from '../query/plan/plan.js';
import { compileSortOrder, type SortKey } from '../query/sort/sort.js';
import type { Collection } from '../storage/collection.js';
import type { View } from '../storage/view.js';
import type { Arguments } from './arguments.js';
import { checkCollatedFilter } from './collation.js';
import type { CommandContext } from './command.js';
import { settle, type Eventually } from './eventually.js';

/** The batch that a cursor begins with, where the client does not say (MongoDB's 101 documents). */
export const FIRST_BATCH = 101;

/** Which documents a command is about, in which order. */
export interface Query {
  readonly filter: Filter;
  readonly sort?: Doc | undefined;
  readonly hint?: Hint | undefined;
  /** How strings compare, in the filter (which is compiled with it) and in the sort. */
  readonly collation?: Collation | undefined;
}

/** How many of the documents, and what of them. */
export interface Window {
  readonly skip?: number | undefined;
  /** 0 or left out: all. */
  readonly limit?: number | undefined;
  readonly project?: ((doc: Doc) => Doc) | undefined;
}

/**
 * The collection to read from, if it exists. A transaction notes the use; a read of durable data waits until the
 * collection's newest indexes are on disk too.
 */
export function collectionToRead(context: CommandContext, ns: string): Eventually<Collection | undefined> {
  const { store } = context.engine;
  const collection = store.catalogue.find(ns);
  if (collection === undefined) return undefined;
  if (context.transaction !== undefined) context.transaction.touch(collection);
  else if (context.body.has('readConcern') && collection.changedAt > store.durableSequence) {
    return store.durable(collection.changedAt).then(() => collection);
  }
  return collection;
}

/** The filter of a command or statement, with its `let` and collation. Throws what MongoDB answers to a bad one. */
export function readFilter(filter: Doc, variables: Doc | undefined, collation?: Collation): Filter {
  checkCollatedFilter(collation, filter);
  return compileFilter(filter, { collation, let: variables });
}

/**
 * The sort that a command or statement asks for; an empty one counts as none. Throws what MongoDB answers to a bad
 * one, whether or not there is anything to sort.
 */
export function readSort(args: Arguments): Doc | undefined {
  const sort = args.document('sort');
  if (sort === undefined || sort.size === 0) return undefined;
  const natural = sort.get('$natural');
  if (natural === undefined) compileSortOrder(sort);
  else if (sort.size > 1 || !isNumeric(natural) || Math.abs(toDouble(natural)) !== 1) {
    throw new EngineError('BadValue', '$natural sort cannot be set to a value other than -1 or 1, alone');
  }
  return sort;
}

/**
 * A scan for the query, and the sort key where the plan does not give the order. Throws for a bad sort or hint.
 * @param asOf - what is to be read shows everything up to this sequence.
 */
export function scanFor(
  collection: Collection,
  query: Query,
  asOf = Infinity,
): { readonly scan: Scan; readonly sortKey: ((doc: Doc) => SortKey) | undefined } {
  const { sort } = query;
  const sortKey =
    sort === undefined || sort.has('$natural') ? undefined : compileSortKey(sort, query.collation);
  const plan = planQuery(collection, query.filter.source, {
    sort,
    hint: query.hint,
    collated: query.collation !== undefined,
    asOf,
  });
  const scan = scanOf(collection, plan, query.filter, sort);
  return { scan, sortKey: plan.sorted ? undefined : sortKey };
}

/**
 * The results of a query upon a collection.
 * @param asOf - what is to be read shows everything up to this sequence; by default, it is read from now on.
 */
export function resultsOf(
  { engine, shownUpTo }: CommandContext,
  collection: Collection,
  query: Query,
  window: Window,
  asOf = shownUpTo,
): ScanResults {
  const { scan, sortKey } = scanFor(collection, query, asOf);
  const shaping = {
    skip: window.skip ?? 0,
    limit: window.limit ?? 0,
    sortKey,
    project: window.project,
  };
  return new ScanResults(scan, shaping, engine.queryMemory);
}

/** The results of a query where there is nothing to read from. */
export function noResults({ engine }: CommandContext): ResultSource {
  return new BufferedResults([], engine.queryMemory);
}

/** What becomes of results behind the first batch. */
export interface CursorOptions {
  /** They are let go. */
  readonly singleBatch?: boolean;
  /** The cursor is not closed for being idle. */
  readonly noTimeout?: boolean;
  /** `Cursors.checkRoom` has been asked: what was done since cannot be undone for want of room. */
  readonly roomChecked?: boolean;
}

/** Answers with the first batch, and keeps a cursor where there is more. Throws where there is no room for one. */
export function firstReply(
  context: CommandContext,
  ns: string,
  results: ResultSource,
  size: number,
  { singleBatch = false, noTimeout = false, roomChecked = false }: CursorOptions = {},
): Eventually<Reply> {
  const { session, transaction } = context;
  const { cursors } = context.engine;
  return settle(
    () => fetch(context, results, singleBatch ? size : Math.min(size, MAX_BATCH_LENGTH)),
    (batch) => {
      let id = 0n;
      try {
        if (!batch.finished && !singleBatch) {
          if (!roomChecked) cursors.checkRoom();
          const view = (): View => context.view();
          id = cursors.open({ ns, session, transaction, results, noTimeout, view });
        }
        return { cursor: { firstBatch: batch.docs, id, ns } };
      } finally {
        if (id === 0n) results.close();
      }
    },
    (error) => {
      results.close();
      throw error;
    },
  );
}

function fetch(context: CommandContext, results: ResultSource, size: number): Eventually<Batch> {
  // To understand a large query may have taken all the time there was.
  context.checkInterrupt();
  const view = context.view();
  let batch: Eventually<Batch> | undefined;
  try {
    batch = results.nextBatch(view, size, new TimeSlice(context));
  } finally {
    if (!(batch instanceof Promise)) view.release();
  }
  if (!(batch instanceof Promise)) return batch;
  return batch.finally(() => {
    view.release();
  });
}
