import type { Reply } from '../bson/codec.js';
import { asksForAll, countRows } from '../query/execute/count.js';
import { TimeSlice } from '../query/execute/slice.js';
import type { Collection } from '../storage/collection.js';
import { Arguments } from './arguments.js';
import { collationOf } from './collation.js';
import type { Command, CommandContext } from './command.js';
import { namespaceOf } from './namespace.js';
import { collectionToRead, readFilter, scanFor, type Query } from './reading.js';

/** What a `count` asks for. */
export interface CountRequest {
  readonly query: Query;
  readonly skip: number;
  /** 0 for all. */
  readonly limit: number;
}

/** `count`: how many documents there are that satisfy a filter. Refused in transactions, as by MongoDB. */
export const count: Command = {
  name: 'count',
  fields: ['query', 'limit', 'skip', 'hint', 'collation', 'fields'],
  inTransaction: false,
  write: false,
  async run(context: CommandContext): Promise<Reply> {
    const { ns } = namespaceOf(context);
    const request = readCount(Arguments.ofCommand('count', context.request.body));
    const collection = await collectionToRead(context, ns);
    return { n: collection === undefined ? 0 : await countMatching(context, collection, request) };
  },
};

/** Reads the arguments that say what to count. Throws what MongoDB answers to bad ones. */
export function readCount(args: Arguments): CountRequest {
  const collation = collationOf(args);
  return {
    query: {
      filter: readFilter(args.documentOrEmpty('query'), undefined, collation),
      hint: args.hint(),
      collation,
    },
    skip: args.size('skip') ?? 0,
    // A negative limit means the same as a positive one here.
    limit: Math.abs(args.wholeNumber('limit') ?? 0),
  };
}

/** How many documents a count comes to. A filter that an index expresses is counted there, no filter at all at once. */
export async function countMatching(
  context: CommandContext,
  collection: Collection,
  request: CountRequest,
): Promise<number> {
  const { query, skip, limit } = request;
  const { scan } = scanFor(collection, query, context.shownUpTo);
  const most = limit === 0 ? Infinity : skip + limit;
  const isPlain = context.transaction === undefined && !context.body.has('readConcern');
  const all = isPlain && asksForAll(collection, scan.plan);
  const found = all
    ? context.engine.store.counts.count(scan.plan.scans[0]?.index.prefix ?? '')
    : await walk();
  return Math.max(0, Math.min(found, most) - skip);

  async function walk(): Promise<number> {
    const view = context.view();
    try {
      return (await countRows(scan, view, most, new TimeSlice(context))).count;
    } finally {
      view.release();
    }
  }
}
