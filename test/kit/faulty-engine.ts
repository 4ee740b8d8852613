import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { MongoClient, type Document } from 'mongodb';

const CLI = fileURLToPath(new URL('../../packages/embedded-mongo/bin/embedded-mongo.js', import.meta.url));

/** An embedded engine that fails on request. */
export interface FaultyEngine {
  readonly uri: string;
  /** Sets the fail point `failCommand`; `undefined` ends it. */
  fail(data: Document | undefined, times?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one in a temporary folder. */
export async function startFaultyEngine(): Promise<FaultyEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'el-faulty-'));
  const args = [
    CLI,
    '--dbpath',
    join(folder, 'db'),
    '--socket',
    join(folder, 'engine.sock'),
    '--test-commands',
  ];
  const engine = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(engine, 'exit');
  const uri = await readyUri(createInterface(engine.stdout));
  const client = await MongoClient.connect(uri, { appName: 'saboteur' });
  return {
    uri,
    fail: async (data, times) => {
      const mode = data === undefined ? 'off' : times === undefined ? 'alwaysOn' : { times };
      await client.db('admin').command({ configureFailPoint: 'failCommand', mode, data: data ?? {} });
    },
    stop: async () => {
      await client.close();
      engine.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function readyUri(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const uri = /is ready: (mongodb:\S+)/.exec(line)?.[1];
    if (uri !== undefined) return uri;
  }
  throw new Error('The engine did not get ready');
}
