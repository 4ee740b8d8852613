import type { Reply } from '../bson/codec.js';
import { equalValues } from '../bson/compare.js';
import { EngineError } from '../errors.js';
import { describe } from '../query/values.js';
import type { Collection, Index, IndexDefinition } from '../storage/collection.js';
import { scanDocuments } from '../storage/reading.js';
import { createIndex } from '../storage/index-changes.js';
import { Arguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { indexBuilds } from './index-builds.js';
import { readIndexDefinition } from './index-definition.js';
import { checkWritable, namespaceOf } from './namespace.js';
import { collectionToWrite } from './new-collection.js';

const MAX_INDEXES = 64;

/** `createIndexes`: builds what is not there yet, and waits until queries can use it. */
export const createIndexes: Command = {
  name: 'createIndexes',
  fields: ['indexes', 'commitQuorum', 'ignoreUnknownIndexOptions'],
  inTransaction: true,
  write: true,
  async run(context: CommandContext): Promise<Reply> {
    const namespace = namespaceOf(context);
    checkWritable(namespace);
    const specs = Arguments.ofCommand('createIndexes', context.request.body).documents('indexes') ?? [];
    if (specs.length === 0) throw new EngineError('BadValue', 'Must specify at least one index to create');
    const definitions = specs.map(readIndexDefinition);
    const { store } = context.engine;
    const isNew = store.catalogue.find(namespace.ns) === undefined;
    const collection = await collectionToWrite(context, namespace);
    let before = collection.indexes.length;
    if (!definitions.every((definition) => isReady(collection, definition))) {
      refuseToWait(context, collection);
      await indexBuilds.inTurn(collection, context.operation, async () => {
        before = collection.indexes.length;
        for (const definition of definitions) {
          if (isMissing(collection, definition)) await build(context, collection, definition);
        }
      });
    }
    const after = collection.indexes.length;
    return {
      numIndexesBefore: before,
      numIndexesAfter: after,
      createdCollectionAutomatically: isNew,
      ...(after === before ? { note: 'all indexes already exist' } : {}),
    };
  },
};

/** Whether queries use such an index already. Throws as `isMissing` does. */
function isReady(collection: Collection, definition: IndexDefinition): boolean {
  if (isMissing(collection, definition)) return false;
  return collection.indexes.some((index) => index.ready && isSame(index, definition));
}

/**
 * Inside a transaction, a build that waits for its turn might wait for one that waits for the end of this very
 * transaction. Throws LockTimeout, upon which the driver runs the transaction again.
 */
function refuseToWait({ transaction }: CommandContext, collection: Collection): void {
  if (transaction === undefined || !indexBuilds.isBusy(collection)) return;
  throw new EngineError(
    'LockTimeout',
    `Unable to acquire lock on ${collection.ns}: indexes of it are being built.`,
  );
}

async function build(
  context: CommandContext,
  collection: Collection,
  definition: IndexDefinition,
): Promise<void> {
  const { engine, operation, transaction } = context;
  if (transaction === undefined) {
    await createIndex(engine.store, collection, definition, operation);
    return;
  }
  const [first] = scanDocuments(transaction, collection);
  if (collection.changedAt <= transaction.sequence || first !== undefined) {
    throw new EngineError(
      'OperationNotSupportedInTransaction',
      `Cannot create new indexes on existing collection ${collection.ns} in a multi-document transaction.`,
    );
  }
  // The build waits for all users of the collection, of whom this transaction must not be one meanwhile.
  transaction.touched.delete(collection);
  try {
    await createIndex(engine.store, collection, definition, operation);
  } finally {
    transaction.touched.add(collection);
  }
}

/**
 * Whether the index has to be built. Throws IndexKeySpecsConflict when another one has its name, and
 * IndexOptionsConflict when the same one has another name.
 */
function isMissing(collection: Collection, definition: IndexDefinition): boolean {
  const named = collection.indexes.find((index) => index.name === definition.name);
  if (named !== undefined) {
    if (isSame(named, definition)) return refuseOtherExpiry(named, definition);
    throw new EngineError(
      'IndexKeySpecsConflict',
      'An existing index has the same name as the requested index. When index names are not specified, they are auto ' +
        'generated and can cause conflicts. Please refer to our documentation. ' +
        `Requested index: ${describe(definition.spec)}, existing index: ${describe(named.spec)}`,
    );
  }
  const same = collection.indexes.find((index) => isSame(index, definition));
  if (same?.id === 0) return false;
  if (same !== undefined) {
    throw new EngineError('IndexOptionsConflict', `Index already exists with a different name: ${same.name}`);
  }
  if (collection.indexes.length >= MAX_INDEXES) {
    throw new EngineError('CannotCreateIndex', `add index fails, too many indexes for ${collection.ns}`);
  }
  return true;
}

/** Throws IndexOptionsConflict where only the time is different after which documents expire; `collMod` changes it. */
function refuseOtherExpiry(index: Index, definition: IndexDefinition): false {
  const [is, wanted] = [index.spec, definition.spec].map((spec) => spec.get('expireAfterSeconds') ?? null);
  if (equalValues(is ?? null, wanted ?? null)) return false;
  throw new EngineError(
    'IndexOptionsConflict',
    `An equivalent index already exists with the same name but different options. Requested index: ${describe(definition.spec)}, existing index: ${describe(index.spec)}`,
  );
}

/** Whether key, partial filter, uniqueness and sparseness agree: what tells one index from another. */
function isSame(index: Index, definition: IndexDefinition): boolean {
  const sameKey =
    index.key.length === definition.key.length &&
    index.key.every(([path, direction], position) => {
      const [otherPath, otherDirection] = definition.key[position] ?? [];
      return path === otherPath && direction === otherDirection;
    });
  if (!sameKey) return false;
  // The index of _id is unique without saying so.
  if (index.id === 0) return !definition.sparse && definition.partialFilter === undefined;
  return (
    index.unique === definition.unique &&
    index.sparse === definition.sparse &&
    equalValues(index.partialFilter ?? null, definition.partialFilter ?? null)
  );
}
