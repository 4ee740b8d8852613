import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort } from './service-process.js';

const ENGINE = fileURLToPath(new URL('../../packages/embedded-mongo/bin/embedded-mongo.js', import.meta.url));

/** The engine in a process and a folder of its own, for services that find it by a connection string. */
export class EngineProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(): Promise<EngineProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'bench-engine-'));
    const port = await freePort();
    const child = spawn(process.execPath, [ENGINE, '--dbpath', folder, '--port', String(port)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return new EngineProcess(child, folder, port);
  }

  get uri(): string {
    return `mongodb://127.0.0.1:${this.port}/bench?directConnection=true`;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
