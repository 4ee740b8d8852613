import type { ClientSession } from 'mongodb';
import type { Operations } from './call.js';

export const SESSION_OPERATIONS: Operations<ClientSession> = {
  abortTransaction: async (on) => {
    await on.abortTransaction();
  },
  commitTransaction: async (on) => {
    await on.commitTransaction();
  },
  endSession: async (on) => {
    await on.endSession();
  },
  startTransaction: (on, { options }) => {
    on.startTransaction(options());
    return Promise.resolve();
  },
  withTransaction: async (on, { args, options, run }) => {
    await on.withTransaction(async () => {
      for (const operation of args.callback) {
        const error = await run.perform(operation);
        // The driver decides by the error whether to run all of it again.
        if (error !== undefined) throw error as Error;
      }
    }, options('callback'));
  },
};
