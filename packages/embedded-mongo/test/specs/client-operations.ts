import type {
  AbstractCursor,
  AnyClientBulkWriteModel,
  ChangeStream,
  Collection,
  Db,
  Document,
  MongoClient,
  RunCommandCursor,
} from 'mongodb';
import type { OperationArguments } from './format.js';
import type { Call, Operations } from './call.js';

export const CLIENT_OPERATIONS: Operations<MongoClient> = {
  clientBulkWrite: async (on, { args, options }) =>
    on.bulkWrite(args.models.flatMap(modelsOf), options('models')),
  createChangeStream: async (on, { args, options }) =>
    openChangeStream(on, args.pipeline, options('pipeline')),
  listDatabases: async (on, { options }) => (await on.db('admin').admin().listDatabases(options())).databases,
};

export const DATABASE_OPERATIONS: Operations<Db> = {
  aggregate: async (on, { args, options }) => on.aggregate(args.pipeline, options('pipeline')).toArray(),
  createChangeStream: async (on, { args, options }) =>
    openChangeStream(on, args.pipeline, options('pipeline')),
  createCollection: async (on, { args, options }) => {
    await on.createCollection(args.collection, options('collection'));
  },
  createCommandCursor: async (on, call) => {
    const cursor = commandCursor(on, call);
    await cursor.hasNext();
    return cursor;
  },
  dropCollection: async (on, { args, options }) => on.dropCollection(args.collection, options('collection')),
  modifyCollection: async (on, { args, options }) =>
    on.command({ collMod: args.collection, ...options('collection') }),
  runCommand: async (on, { args, options }) => on.command(args.command, options('command', 'commandName')),
  runCursorCommand: async (on, call) => commandCursor(on, call).toArray(),
};

export const CURSOR_OPERATIONS: Operations<AbstractCursor | ChangeStream> = {
  // The format has errors of closing ignored.
  close: async (on) => {
    await on.close().catch(() => undefined);
  },
  iterateOnce: async (on) => (await on.tryNext()) as unknown,
  iterateUntilDocumentOrError: async (on) => (await on.next()) as unknown,
};

/** Watches for changes; the server has made the stream when this resolves. */
export async function openChangeStream(
  on: MongoClient | Db | Collection,
  pipeline: Document[],
  options: Document,
): Promise<ChangeStream> {
  const stream = on.watch(pipeline, options);
  await stream.tryNext();
  return stream;
}

/** The driver's form of `{ insertOne: { namespace, document } }`: the kind of write is a field of its own. */
function modelsOf(model: OperationArguments['models'][number]): AnyClientBulkWriteModel<Document>[] {
  return Object.entries(model).map(
    ([name, fields]) => ({ name, ...fields }) as unknown as AnyClientBulkWriteModel<Document>,
  );
}

function commandCursor(on: Db, { args, options }: Call): RunCommandCursor {
  const cursor = on.runCursorCommand(args.command, options('command', 'commandName', 'batchSize'));
  return args.batchSize === undefined ? cursor : cursor.setBatchSize(args.batchSize);
}
