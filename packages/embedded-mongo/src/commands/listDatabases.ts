import { Long } from 'bson';
import type { Reply } from '../bson/codec.js';
import type { Doc, Value } from '../bson/types.js';
import { sizesOf } from '../storage/sizes.js';
import { Arguments } from './arguments.js';
import { adminOnly, type Command, type CommandContext } from './command.js';
import { readFilter } from './reading.js';

/** `listDatabases`: the databases that have collections. Their size is that of documents and indexes. */
export const listDatabases: Command = {
  name: 'listDatabases',
  fields: ['filter', 'nameOnly', 'authorizedDatabases'],
  inTransaction: false,
  write: false,
  run(context: CommandContext): Reply {
    adminOnly(context, 'listDatabases');
    const args = Arguments.ofCommand('listDatabases', context.request.body);
    const filter = readFilter(args.documentOrEmpty('filter'), undefined);
    const nameOnly = args.flag('nameOnly');
    const names = new Set(context.engine.store.catalogue.list().map((collection) => collection.db));
    const databases: Doc[] = [];
    let totalSize = 0;
    for (const name of [...names].sort()) {
      const size = nameOnly ? 0 : sizeIn(context, name);
      const database = describeDatabase(name, nameOnly ? undefined : size);
      if (!filter.matches(database)) continue;
      databases.push(database);
      totalSize += size;
    }
    if (nameOnly) return { databases };
    return {
      databases,
      totalSize: Long.fromNumber(totalSize),
      totalSizeMb: Long.fromNumber(Math.floor(totalSize / 1024 / 1024)),
    };
  },
};

function describeDatabase(name: string, size: number | undefined): Doc {
  const database: Doc = new Map<string, Value>([['name', name]]);
  if (size === undefined) return database;
  return database.set('sizeOnDisk', Long.fromNumber(size)).set('empty', size === 0);
}

function sizeIn({ engine: { store } }: CommandContext, db: string): number {
  return store.catalogue.list(db).reduce((sum, collection) => {
    const { documents, indexes } = sizesOf(store.counts, collection);
    return sum + documents + indexes;
  }, 0);
}
