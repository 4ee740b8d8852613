import { join } from 'node:path';

import { startFaultyEngine, type FaultyEngine } from '../kit/faulty-engine.js';
import { WireProxy } from '../kit/wire-proxy.js';
import { Services } from './services.js';

/** An engine that fails on request, a way to it on which answers get lost on request, and services that use both. */
export interface FaultyDatabase {
  readonly engine: FaultyEngine;
  readonly proxy: WireProxy;
  readonly services: Services;
  /** The engine's own address, past the proxy. */
  readonly databaseUri: string;
  stop(): Promise<void>;
}

/** The name by which services tell the database who they are. */
export const SERVICE_APP = 'envelope-ledger';

export async function startFaultyDatabase(services: number): Promise<FaultyDatabase> {
  const engine = await startFaultyEngine();
  const socket = join(engine.process.folder, 'proxy.sock');
  const proxy = await WireProxy.start(socket, engine.process.socket);
  const uri = (file: string) => `mongodb://${encodeURIComponent(file)}/envelope_ledger?directConnection=true`;
  const started = await Services.start(services, uri(socket));
  return {
    engine,
    proxy,
    services: started,
    databaseUri: uri(engine.process.socket),
    stop: async () => {
      await started.stop();
      await proxy.stop();
      await engine.stop();
    },
  };
}
