import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { childrenOf } from './processes.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const START_MS = 30_000;

/** The built service in a process of its own, on a data folder of its own. */
export class ServiceProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly origin: string,
  ) {}

  /** Starts it and waits until it is ready. `settings` are environment variables. */
  static async start(settings: Record<string, string> = {}): Promise<ServiceProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    const port = await freePort();
    const env = { ...process.env, PORT: String(port), DATA_DIR: folder, LOG_LEVEL: 'error', ...settings };
    const child = spawn(process.execPath, [MAIN], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const service = new ServiceProcess(child, folder, `http://127.0.0.1:${port}`);
    await service.ready();
    return service;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The engine's process; undefined with an external database. */
  get enginePid(): number | undefined {
    return childrenOf(this.pid)[0];
  }

  /** Ends it in order and removes its folder. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + START_MS;
    for (;;) {
      const answer = await fetch(`${this.origin}/health/ready`).catch(() => undefined);
      if (answer?.ok) return;
      if (this.child.exitCode !== null) throw new Error(`The service ended with ${this.child.exitCode}`);
      if (Date.now() > deadline) throw new Error('The service did not get ready');
      await pause(50);
    }
  }
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}
