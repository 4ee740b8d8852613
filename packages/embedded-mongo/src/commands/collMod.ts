import type { Reply } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import { whileUnused } from '../storage/schema.js';
import type { Transaction } from '../storage/transaction.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { indexBuilds } from './index-builds.js';
import { readIndexChange, replyTo, withExpiry } from './index-change.js';
import { checkWritable, namespaceOf } from './namespace.js';
import { readValidation, VALIDATION_FIELDS, withValidation } from './validation.js';

/** What MongoDB knows and this engine does not. */
const REFUSED = [
  'cappedMax',
  'cappedSize',
  'changeStreamPreAndPostImages',
  'expireAfterSeconds',
  'pipeline',
  'timeseries',
  'viewOn',
];

/**
 * `collMod`: changes what a collection asks of its documents, and the time after which an index lets them expire.
 * Waits for transactions that have used the collection; documents that are there already are not looked at.
 */
export const collMod: Command = {
  name: 'collMod',
  fields: [...REFUSED, ...VALIDATION_FIELDS, 'index', 'dryRun'],
  inTransaction: false,
  write: true,
  async run(context: CommandContext): Promise<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const args = Arguments.ofCommand('collMod', context.request.body);
    args.refuse(...REFUSED, 'dryRun');
    const { store } = context.engine;
    const collection = store.catalogue.find(namespace.ns);
    const missing = (): EngineError =>
      new EngineError('NamespaceNotFound', `ns does not exist: ${namespace.ns}`);
    if (collection === undefined) throw missing();
    const validation = readValidation(args, namespace);
    const given = args.document('index');
    const indexChange = given && readIndexChange(given, collection);
    const { operation } = context;
    return indexBuilds.inTurn(collection, operation, () => {
      const change = (own: Transaction): Reply => {
        if (collection.dropped) throw missing();
        const options = withValidation(collection.options, validation);
        store.catalogue.change(own, collection, { options }, indexChange && withExpiry(indexChange));
        return indexChange === undefined ? {} : replyTo(indexChange);
      };
      return whileUnused(store, [collection], operation, () => store.writeOnce(change));
    });
  },
};
