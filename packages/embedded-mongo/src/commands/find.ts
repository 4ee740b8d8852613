import type { Reply } from '../bson/codec.js';
import { positionOf } from '../query/match/position.js';
import { compileProjection } from '../query/project/project.js';
import { compileVariables } from '../query/expression/variables.js';
import { Arguments } from './arguments.js';
import { checkCollatedChange, collationOf } from './collation.js';
import type { Command, CommandContext } from './command.js';
import { andThen, type Eventually } from './eventually.js';
import { namespaceOf } from './namespace.js';
import {
  collectionToRead,
  FIRST_BATCH,
  firstReply,
  noResults,
  readFilter,
  readSort,
  resultsOf,
  type Query,
  type Window,
} from './reading.js';

/** What a `find` asks for. */
export interface FindRequest {
  readonly query: Query;
  readonly window: Window;
}

const FIELDS = [
  'filter',
  'sort',
  'projection',
  'hint',
  'skip',
  'limit',
  'batchSize',
  'singleBatch',
  'let',
  'collation',
  'min',
  'max',
  'returnKey',
  'showRecordId',
  'tailable',
  'awaitData',
  'oplogReplay',
  'noCursorTimeout',
  'allowPartialResults',
  'allowDiskUse',
];

/** `find`: documents by filter, sorted, cut and projected, through a cursor. */
export const find: Command = {
  name: 'find',
  fields: FIELDS,
  inTransaction: true,
  write: false,
  run(context: CommandContext): Eventually<Reply> {
    const { ns } = namespaceOf(context);
    const args = Arguments.ofCommand('find', context.request.body);
    const { query, window } = readFind(args);
    const size = args.size('batchSize') ?? FIRST_BATCH;
    return andThen(collectionToRead(context, ns), (collection) => {
      const results = collection ? resultsOf(context, collection, query, window) : noResults(context);
      return firstReply(context, ns, results, size, {
        singleBatch: args.flag('singleBatch'),
        noTimeout: args.flag('noCursorTimeout'),
      });
    });
  },
};

/** Reads the arguments that say what to find. Throws what MongoDB answers to bad ones. */
export function readFind(args: Arguments): FindRequest {
  const collation = collationOf(args);
  args.refuse('min', 'max', 'returnKey', 'showRecordId', 'tailable', 'awaitData');
  const variables = args.document('let');
  const filter = readFilter(args.documentOrEmpty('filter'), variables, collation);
  const projection = args.document('projection');
  checkCollatedChange(collation, projection);
  return {
    query: { filter, sort: readSort(args), hint: args.hint(), collation },
    window: {
      skip: args.size('skip'),
      limit: args.size('limit'),
      project:
        projection === undefined || projection.size === 0
          ? undefined
          : compileProjection(
              projection,
              compileVariables(variables),
              'find',
              positionOf(filter.source, collation),
            ),
    },
  };
}
