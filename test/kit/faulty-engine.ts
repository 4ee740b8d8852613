import { MongoClient, type Document } from 'mongodb';

import { EngineProcess } from './engine-process.js';

/** An embedded engine that fails on request. */
export interface FaultyEngine {
  readonly uri: string;
  readonly process: EngineProcess;
  /** Sets the fail point `failCommand`; `undefined` ends it. Gives how often it took effect as it was set before. */
  fail(data: Document | undefined, times?: number): Promise<number>;
  stop(): Promise<void>;
}

/** Starts one in a temporary folder. */
export async function startFaultyEngine(): Promise<FaultyEngine> {
  const engine = await EngineProcess.start();
  const client = await MongoClient.connect(engine.uri, { appName: 'saboteur' });
  return {
    uri: engine.uri,
    process: engine,
    fail: async (data, times) => {
      const mode = data === undefined ? 'off' : times === undefined ? 'alwaysOn' : { times };
      const set = { configureFailPoint: 'failCommand', mode, data: data ?? {} };
      return Number((await client.db('admin').command(set))['count']);
    },
    stop: async () => {
      await client.close();
      await engine.stop();
    },
  };
}
