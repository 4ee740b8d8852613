import { MongoClient, type Document } from 'mongodb';

import { EngineProcess } from './engine-process.js';

/** An embedded engine that fails on request. */
export interface FaultyEngine {
  readonly uri: string;
  readonly process: EngineProcess;
  /** Sets the fail point `failCommand`; `undefined` ends it. */
  fail(data: Document | undefined, times?: number): Promise<void>;
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
      await client.db('admin').command({ configureFailPoint: 'failCommand', mode, data: data ?? {} });
    },
    stop: async () => {
      await client.close();
      await engine.stop();
    },
  };
}
