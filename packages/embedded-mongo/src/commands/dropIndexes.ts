import type { Reply } from '../bson/codec.js';
import { equalValues } from '../bson/compare.js';
import type { Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { describe } from '../query/values.js';
import type { Collection, Index } from '../storage/collection.js';
import { dropIndex } from '../storage/index-changes.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { checkWritable, namespaceOf } from './namespace.js';

/** `dropIndexes`: one index by name or key pattern, several by name, or (`*`) all but that of `_id`. */
export const dropIndexes: Command = {
  name: 'dropIndexes',
  aliases: ['deleteIndexes'],
  fields: ['index'],
  inTransaction: false,
  write: true,
  async run(context: CommandContext): Promise<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const args = Arguments.ofCommand('dropIndexes', context.request.body);
    const wanted = args.value('index');
    if (wanted === undefined) throw args.missing('index');
    const { store } = context.engine;
    const collection = store.catalogue.find(namespace.ns);
    if (collection === undefined) throw new EngineError('NamespaceNotFound', `ns not found ${namespace.ns}`);
    const before = collection.indexes.length;
    for (const index of chosen(collection, wanted)) {
      await dropIndex(store, collection, index, context.operation);
    }
    return {
      nIndexesWas: before,
      ...(wanted === '*' ? { msg: 'non-_id indexes dropped for collection' } : {}),
    };
  },
};

function chosen(collection: Collection, wanted: Value): readonly Index[] {
  if (wanted === '*') return collection.indexes.slice(1);
  const wantedOnes: readonly Value[] = Array.isArray(wanted) ? wanted : [wanted];
  return wantedOnes.map((one) => {
    const index = find(collection, one);
    if (index?.id === 0) throw new EngineError('InvalidOptions', 'cannot drop _id index');
    if (index !== undefined) return index;
    throw new EngineError(
      'IndexNotFound',
      typeof one === 'string'
        ? `index not found with name [${one}]`
        : `can't find index with key: ${describe(one)}`,
    );
  });
}

function find(collection: Collection, wanted: Value): Index | undefined {
  if (typeof wanted === 'string') return collection.indexes.find((index) => index.name === wanted);
  if (!(wanted instanceof Map))
    throw new EngineError('TypeMismatch', "BSON field 'dropIndexes.index' is of a wrong type");
  const matching = collection.indexes.filter((index) => equalValues(index.spec.get('key') ?? null, wanted));
  if (matching.length < 2) return matching[0];
  throw new EngineError(
    'AmbiguousIndexKeyPattern',
    `${String(matching.length)} indexes found for key: ${describe(wanted)}, identify by name instead.`,
  );
}
