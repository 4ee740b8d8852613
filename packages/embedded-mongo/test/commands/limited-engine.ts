import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { Engine } from '../../src/engine.js';
import type { Limits } from '../../src/expiry/limits.js';
import { WireServer } from '../../src/wire/server.js';

/** An engine in this process whose idle and forgotten things end soon, with a connected client. */
export interface LimitedEngine {
  readonly engine: Engine;
  readonly client: MongoClient;
  readonly faults: unknown[];
  stop(): Promise<void>;
}

export async function startLimited(limits: Partial<Limits>): Promise<LimitedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => {
    faults.push(error);
  };
  const engine = await Engine.open(folder, { onFatal: onFault, onFault, limits });
  const server = new WireServer((request) => engine.run(request), { onFault });
  const address = await server.listen({ port: 0 });
  const client = new MongoClient(`mongodb://${address}/?directConnection=true`);
  await client.connect();
  return {
    engine,
    client,
    faults,
    async stop() {
      await client.close();
      await server.close();
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Looks again and again until `look` finds something. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
