import type { Reply } from '../bson/codec.js';
import { dropCollection } from '../storage/schema.js';
import type { Command, CommandContext } from './command.js';
import { checkWritable, namespaceOf } from './namespace.js';

/** `drop`: removes a collection with its indexes. One that does not exist is no error. */
export const drop: Command = {
  name: 'drop',
  fields: [],
  inTransaction: false,
  write: true,
  async run(context: CommandContext): Promise<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const { store } = context.engine;
    const collection = store.catalogue.find(namespace.ns);
    if (collection === undefined) return {};
    const nIndexesWas = collection.indexes.length;
    await dropCollection(store, collection, context.operation);
    return { nIndexesWas, ns: namespace.ns };
  },
};
