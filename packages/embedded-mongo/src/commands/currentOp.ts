import type { Doc } from '../bson/types.js';
import { adminOnly, type Command, type CommandContext } from './command.js';
import { describeOperation, isDecoded } from './operation-description.js';
import { readFilter } from './reading.js';

/** Fields of the command that are no part of the filter upon operations. */
const NOT_FILTER = new Set([
  'currentOp',
  '$db',
  '$readPreference',
  '$clusterTime',
  '$all',
  '$ownOps',
  '$truncateOps',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  'comment',
  'lsid',
  'maxTimeMS',
  'readConcern',
]);

/** `currentOp`: the commands under way, this one among them; other fields are a filter upon their descriptions. */
export const currentOp: Command = {
  name: 'currentOp',
  fields: 'any',
  inTransaction: false,
  write: false,
  run(context: CommandContext) {
    adminOnly(context, 'currentOp');
    const filter: Doc = new Map();
    for (const [field, value] of context.body) {
      if (!NOT_FILTER.has(field) && isDecoded(value)) filter.set(field, value);
    }
    const { matches } = readFilter(filter, undefined);
    return { inprog: context.engine.operations.list().map(describeOperation).filter(matches) };
  },
};
