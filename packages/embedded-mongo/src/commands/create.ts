import type { Reply } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { checkWritable, namespaceOf } from './namespace.js';
import { makeCollection } from './new-collection.js';

/** What MongoDB knows and this engine does not. */
const REFUSED = [
  'viewOn',
  'capped',
  'changeStreamPreAndPostImages',
  'clusteredIndex',
  'encryptedFields',
  'expireAfterSeconds',
  'indexOptionDefaults',
  'max',
  'pipeline',
  'size',
  'storageEngine',
  'timeseries',
  'validationAction',
  'validationLevel',
  'validator',
];

/** `create`: an empty collection. One that is there already is left as it is (outside transactions). */
export const create: Command = {
  name: 'create',
  fields: [...REFUSED, 'collation', 'idIndex', 'autoIndexId'],
  inTransaction: true,
  write: true,
  async run(context: CommandContext): Promise<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const args = new Arguments('create', context.request.body);
    args.refuse(...REFUSED);
    args.refuseCollation();
    if (!args.flag('autoIndexId', true)) {
      throw new EngineError('CommandNotSupported', 'create: every collection has its _id index');
    }
    const { store } = context.engine;
    if (store.catalogue.find(namespace.ns) !== undefined) {
      if (context.transaction === undefined) return {};
      throw new EngineError('NamespaceExists', `Collection ${namespace.ns} already exists.`);
    }
    await makeCollection(context, namespace, new Map());
    return {};
  },
};
