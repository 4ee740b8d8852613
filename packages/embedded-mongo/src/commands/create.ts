import type { Reply } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import { Arguments } from './arguments.js';
import { isCappedAs, readCapped } from './capped-options.js';
import type { Command, CommandContext } from './command.js';
import { checkWritable, namespaceOf } from './namespace.js';
import { makeCollection } from './new-collection.js';

/** What MongoDB knows and this engine does not. */
const REFUSED = [
  'viewOn',
  'changeStreamPreAndPostImages',
  'clusteredIndex',
  'encryptedFields',
  'expireAfterSeconds',
  'indexOptionDefaults',
  'pipeline',
  'storageEngine',
  'timeseries',
  'validationAction',
  'validationLevel',
  'validator',
];

/** `create`: an empty collection. One that is there already is left as it is (outside transactions). */
export const create: Command = {
  name: 'create',
  fields: [...REFUSED, 'capped', 'size', 'max', 'collation', 'idIndex', 'autoIndexId'],
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
    const capped = readCapped(args);
    const { store } = context.engine;
    const existing = store.catalogue.find(namespace.ns);
    if (existing !== undefined) {
      if (context.transaction === undefined && isCappedAs(existing.options, capped)) return {};
      throw new EngineError('NamespaceExists', `Collection ${namespace.ns} already exists.`);
    }
    await makeCollection(context, namespace, capped);
    return {};
  },
};
