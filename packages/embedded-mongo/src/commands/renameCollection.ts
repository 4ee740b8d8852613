import type { Reply } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import { replaceCollection } from '../storage/replace-collection.js';
import { Arguments } from './arguments.js';
import { adminOnly, type Command, type CommandContext } from './command.js';
import { indexBuilds } from './index-builds.js';
import { checkWritable, parseNamespace } from './namespace.js';

/**
 * `renameCollection`, on the admin database: gives a collection another name, also in another database. With
 * `dropTarget` the one that has the name goes in the same change. Waits for transactions that have used either.
 */
export const renameCollection: Command = {
  name: 'renameCollection',
  fields: ['to', 'dropTarget', 'stayTemp'],
  inTransaction: false,
  write: true,
  async run(context: CommandContext): Promise<Reply> {
    adminOnly(context, 'renameCollection');
    const args = Arguments.ofCommand('renameCollection', context.request.body);
    const [from, to] = [args.text('renameCollection'), args.text('to')];
    if (from === undefined) throw args.missing('renameCollection');
    if (to === undefined) throw args.missing('to');
    const [source, target] = [parseNamespace(from), parseNamespace(to)];
    checkWritable(source);
    checkWritable(target);
    const dropTarget = args.flag('dropTarget');
    const { store } = context.engine;
    if (source.ns === target.ns) {
      throw new EngineError('IllegalOperation', "Can't rename a collection to itself");
    }
    const collection = store.catalogue.find(source.ns);
    const missing = (): EngineError =>
      new EngineError('NamespaceNotFound', `Source collection ${source.ns} does not exist`);
    if (collection === undefined) throw missing();
    const refuseTarget = (exists: boolean): void => {
      if (exists && !dropTarget) throw new EngineError('NamespaceExists', 'target namespace exists');
    };
    refuseTarget(store.catalogue.find(target.ns) !== undefined);
    const { operation } = context;
    await indexBuilds.inTurn(collection, operation, async () => {
      await replaceCollection(store, collection, target, operation, (current) => {
        if (store.catalogue.find(source.ns) !== collection) throw missing();
        refuseTarget(current !== undefined);
      });
    });
    return {};
  },
};
