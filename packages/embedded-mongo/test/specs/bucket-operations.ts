import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import type { GridFSBucket, ObjectId } from 'mongodb';
import type { Operations } from './call.js';

export const BUCKET_OPERATIONS: Operations<GridFSBucket> = {
  delete: async (on, { args }) => {
    await on.delete(args.id as ObjectId);
  },
  download: async (on, { args }) => buffer(on.openDownloadStream(args.id as ObjectId)),
  upload: async (on, { args, options }) => {
    const stream = on.openUploadStream(args.filename, options('filename', 'source'));
    stream.end(Buffer.from(args.source.$$hexBytes, 'hex'));
    await finished(stream);
    return stream.id;
  },
};
