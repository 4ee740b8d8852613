import type { Reply } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import { Arguments } from './arguments.js';
import { isCappedAs, readCapped } from './capped-options.js';
import type { Command, CommandContext } from './command.js';
import { checkWritable, namespaceOf } from './namespace.js';
import { makeCollection } from './new-collection.js';
import { isValidatedAs, readValidation, VALIDATION_FIELDS, withValidation } from './validation.js';

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
];

/** `create`: an empty collection. One that is there already is left as it is (outside transactions). */
export const create: Command = {
  name: 'create',
  fields: [...REFUSED, ...VALIDATION_FIELDS, 'capped', 'size', 'max', 'collation', 'idIndex', 'autoIndexId'],
  inTransaction: true,
  write: true,
  async run(context: CommandContext): Promise<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const args = Arguments.ofCommand('create', context.request.body);
    args.refuse(...REFUSED);
    args.refuseCollation();
    if (!args.flag('autoIndexId', true)) {
      throw new EngineError('CommandNotSupported', 'create: every collection has its _id index');
    }
    const capped = readCapped(args);
    const options = withValidation(capped, readValidation(args, namespace));
    const { store } = context.engine;
    const existing = store.catalogue.find(namespace.ns);
    if (existing !== undefined) {
      const isSame = isCappedAs(existing.options, capped) && isValidatedAs(existing.options, options);
      if (context.transaction === undefined && isSame) return {};
      throw new EngineError('NamespaceExists', `Collection ${namespace.ns} already exists.`);
    }
    await makeCollection(context, namespace, options);
    return {};
  },
};
