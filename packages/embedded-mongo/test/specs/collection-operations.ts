import type { Collection } from 'mongodb';
import { openChangeStream } from './client-operations.js';
import type { Operations } from './call.js';

export const COLLECTION_OPERATIONS: Operations<Collection> = {
  aggregate: async (on, { args, options }) => on.aggregate(args.pipeline, options('pipeline')).toArray(),
  bulkWrite: async (on, { args, options }) => on.bulkWrite(args.requests, options('requests')),
  count: async (on, { args, options }) => on.count(args.filter, options('filter')),
  countDocuments: async (on, { args, options }) => on.countDocuments(args.filter, options('filter')),
  createChangeStream: async (on, { args, options }) =>
    openChangeStream(on, args.pipeline, options('pipeline')),
  createFindCursor: async (on, { args, options }) => {
    const cursor = on.find(args.filter, options('filter'));
    await cursor.hasNext();
    return cursor;
  },
  createIndex: async (on, { args, options }) => on.createIndex(args.keys, options('keys')),
  deleteMany: async (on, { args, options }) => on.deleteMany(args.filter, options('filter')),
  deleteOne: async (on, { args, options }) => on.deleteOne(args.filter, options('filter')),
  distinct: async (on, { args, options }): Promise<unknown> => {
    const values: unknown[] = await on.distinct(args.fieldName, args.filter, options('fieldName', 'filter'));
    return values;
  },
  estimatedDocumentCount: async (on, { options }) => on.estimatedDocumentCount(options()),
  find: async (on, { args, options }) => on.find(args.filter, options('filter')).toArray(),
  findOne: async (on, { args, options }) => on.findOne(args.filter, options('filter')),
  findOneAndDelete: async (on, { args, options }) => on.findOneAndDelete(args.filter, options('filter')),
  findOneAndReplace: async (on, { args, options }) =>
    on.findOneAndReplace(args.filter, args.replacement, options('filter', 'replacement')),
  findOneAndUpdate: async (on, { args, options }) =>
    on.findOneAndUpdate(args.filter, args.update, options('filter', 'update')),
  insertMany: async (on, { args, options }) => on.insertMany(args.documents, options('documents')),
  insertOne: async (on, { args, options }) => on.insertOne(args.document, options('document')),
  replaceOne: async (on, { args, options }) =>
    on.replaceOne(args.filter, args.replacement, options('filter', 'replacement')),
  updateMany: async (on, { args, options }) =>
    on.updateMany(args.filter, args.update, options('filter', 'update')),
  updateOne: async (on, { args, options }) =>
    on.updateOne(args.filter, args.update, options('filter', 'update')),
};
