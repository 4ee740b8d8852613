import { encodeDoc, type Reply } from '../bson/codec.js';
import { RawDoc } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { BufferedResults } from '../query/execute/execute.js';
import { Arguments } from './arguments.js';
import { batchSize } from './cursor-option.js';
import type { Command, CommandContext } from './command.js';
import type { Eventually } from './eventually.js';
import { namespaceOf } from './namespace.js';
import { isVisible } from './new-collection.js';
import { firstReply } from './reading.js';

/** `listIndexes`: the indexes of a collection, through a cursor. */
export const listIndexes: Command = {
  name: 'listIndexes',
  fields: ['cursor', 'includeIndexBuildInfo', 'includeBuildUUIDs'],
  inTransaction: false,
  write: false,
  run(context: CommandContext): Eventually<Reply> {
    const { ns } = namespaceOf(context);
    const collection = context.engine.store.catalogue.find(ns);
    if (collection === undefined || !isVisible(context, collection))
      throw new EngineError('NamespaceNotFound', `ns does not exist: ${ns}`);
    const args = Arguments.ofCommand('listIndexes', context.request.body);
    const size = batchSize(args) ?? Infinity;
    const docs = collection.indexes
      .filter((index) => index.ready)
      .map((index) => new RawDoc(encodeDoc(index.spec)));
    return firstReply(context, ns, new BufferedResults(docs, context.engine.queryMemory), size);
  },
};
