import { Double } from 'bson';
import type { Reply } from '../bson/codec.js';
import { sizesOf } from '../storage/sizes.js';
import { Arguments } from './arguments.js';
import { readScale } from './collStats.js';
import type { Command, CommandContext } from './command.js';
import { checkDatabase } from './namespace.js';
import { isVisible } from './new-collection.js';

/** `dbStats`: how many collections, documents and bytes a database holds. */
export const dbStats: Command = {
  name: 'dbStats',
  aliases: ['dbstats'],
  fields: ['scale', 'freeStorage'],
  inTransaction: false,
  write: false,
  run(context: CommandContext): Reply {
    const { db } = context;
    checkDatabase(db);
    const scale = readScale(Arguments.ofCommand('dbStats', context.body));
    const { store } = context.engine;
    const collections = store.catalogue.list(db).filter((collection) => isVisible(context, collection));
    let [objects, dataSize, indexes, indexSize] = [0, 0, 0, 0];
    for (const collection of collections) {
      const sizes = sizesOf(store.counts, collection);
      objects += sizes.count;
      dataSize += sizes.documents;
      indexes += collection.indexes.length;
      indexSize += sizes.indexes;
    }
    return {
      db,
      collections: collections.length,
      views: 0,
      objects,
      avgObjSize: new Double(objects === 0 ? 0 : dataSize / objects),
      dataSize: new Double(dataSize / scale),
      storageSize: new Double(dataSize / scale),
      indexes,
      indexSize: new Double(indexSize / scale),
      totalSize: new Double((dataSize + indexSize) / scale),
      scaleFactor: scale,
    };
  },
};
