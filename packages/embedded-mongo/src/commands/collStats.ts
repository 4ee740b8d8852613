import { isNumeric, toDouble } from '../bson/numbers.js';
import type { Reply } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import { isCapped } from '../storage/capped.js';
import { sizesOf } from '../storage/sizes.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { namespaceOf } from './namespace.js';

/** `collStats`: how many documents and bytes a collection holds. One that does not exist holds none. */
export const collStats: Command = {
  name: 'collStats',
  aliases: ['collstats'],
  fields: ['scale'],
  inTransaction: false,
  write: false,
  run(context: CommandContext): Reply {
    const { ns } = namespaceOf(context);
    const scale = readScale(Arguments.ofCommand('collStats', context.body));
    const { store } = context.engine;
    const collection = store.catalogue.find(ns);
    if (collection === undefined) {
      return {
        ns,
        size: 0,
        count: 0,
        storageSize: 0,
        totalSize: 0,
        nindexes: 0,
        totalIndexSize: 0,
        indexSizes: {},
      };
    }
    const sizes = sizesOf(store.counts, collection);
    const scaled = (bytes: number): number => Math.floor(bytes / scale);
    const { options } = collection;
    return {
      ns,
      size: scaled(sizes.documents),
      count: sizes.count,
      ...(sizes.count === 0 ? {} : { avgObjSize: Math.floor(sizes.documents / sizes.count) }),
      numOrphanDocs: 0,
      storageSize: scaled(sizes.documents),
      freeStorageSize: 0,
      capped: isCapped(collection),
      ...(isCapped(collection) ? { max: options.get('max') ?? 0, maxSize: options.get('size') ?? 0 } : {}),
      nindexes: collection.indexes.length,
      indexBuilds: collection.indexes.filter(({ ready }) => !ready).map(({ name }) => name),
      totalIndexSize: scaled(sizes.indexes),
      totalSize: scaled(sizes.documents + sizes.indexes),
      indexSizes: Object.fromEntries([...sizes.byIndex].map(([name, bytes]) => [name, scaled(bytes)])),
      scaleFactor: scale,
    };
  },
};

/** What sizes are divided by: a whole number from 1 up. */
export function readScale(args: Arguments): number {
  const scale = args.value('scale');
  if (scale === undefined) return 1;
  const factor = isNumeric(scale) ? Math.trunc(toDouble(scale)) : Number.NaN;
  if (factor >= 1) return factor;
  throw new EngineError('BadValue', "BSON field 'scale' value must be >= 1");
}
