import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { CpuMeters } from './load/measured.js';
import { childrenOf, cpuSeconds } from './processes.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../package.json', import.meta.url));
const START_MS = 30_000;
const POLL_MS = 20;

/** How a service is started. */
export interface Start {
  /** Environment variables. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A module to load before the service's own program. */
  readonly preload?: string;
  /** A data folder that stays; a new one that goes with the process unless given. */
  readonly folder?: string;
}

/** The built service in a process of its own. */
export class ServiceProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly folder: string,
    private readonly keepFolder: boolean,
    readonly origin: string,
  ) {}

  /** Starts it and waits until it is ready. */
  static async start({ settings = {}, preload, folder: given }: Start = {}): Promise<ServiceProcess> {
    const folder = given ?? (await mkdtemp(join(tmpdir(), 'bench-')));
    const port = await freePort();
    const own = { PORT: String(port), DATA_DIR: folder, LOG_LEVEL: 'error' };
    const options = preload === undefined ? {} : { NODE_OPTIONS: `--import ${preload}` };
    const child = spawn(process.execPath, [...startOptions(), ...extraArguments(), MAIN], {
      cwd: folder,
      env: { ...process.env, ...own, ...options, ...settings },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const service = new ServiceProcess(child, folder, given !== undefined, `http://127.0.0.1:${port}`);
    await service.ready();
    return service;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What tells the CPU time of its processes. */
  get meters(): CpuMeters {
    const { pid, enginePid } = this;
    return {
      service: () => cpuSeconds(pid),
      ...(enginePid !== undefined && { engine: () => cpuSeconds(enginePid) }),
    };
  }

  /** The engine's process; undefined with an external database. */
  get enginePid(): number | undefined {
    return childrenOf(this.pid)[0];
  }

  /** Ends it in order; its folder goes too, unless it was given or is to be kept. */
  async stop(folder: 'keep' | 'remove' = this.keepFolder ? 'keep' : 'remove'): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    if (folder === 'remove') await rm(this.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + START_MS;
    for (;;) {
      const answer = await fetch(`${this.origin}/health/ready`).catch(() => undefined);
      if (answer?.ok) return;
      if (this.child.exitCode !== null) throw new Error(`The service ended with ${this.child.exitCode}`);
      if (Date.now() > deadline) throw new Error('The service did not get ready');
      await pause(POLL_MS);
    }
  }
}

/** Further options for node, such as `--cpu-prof`, from `BENCH_NODE_OPTIONS`. */
const extraArguments = (): string[] => (process.env['BENCH_NODE_OPTIONS'] ?? '').split(' ').filter(Boolean);

/** Node's options as `npm start` has them. */
function startOptions(): string[] {
  const { scripts } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
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
