import type { Reply } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import { dropCollection } from '../storage/schema.js';
import type { Command, CommandContext } from './command.js';
import { checkDatabase } from './namespace.js';

/** `dropDatabase`: removes all collections of a database, one after the other. */
export const dropDatabase: Command = {
  name: 'dropDatabase',
  fields: [],
  inTransaction: false,
  write: true,
  async run(context: CommandContext): Promise<Reply> {
    const { db } = context;
    checkDatabase(db);
    if (db === 'admin' || db === 'local' || db === 'config') {
      throw new EngineError('IllegalOperation', `Dropping the '${db}' database is prohibited.`);
    }
    const { store } = context.engine;
    const collections = store.catalogue.list(db);
    for (const collection of collections) {
      await dropCollection(store, collection, context.operation);
    }
    return collections.length > 0 ? { dropped: db } : {};
  },
};
