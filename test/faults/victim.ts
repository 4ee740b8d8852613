import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { childrenOf } from '../../bench/processes.js';
import { freePort } from '../../bench/service-process.js';

const MAIN = resolve('dist/main.js');
const POLL_MS = 5;
/** How long anything that has to come may take before the test gives up. Far more than it should take. */
const PATIENCE_MS = 30_000;

/** What a kill is aimed at; `both` are killed one right after the other. */
export type Target = 'service' | 'engine' | 'both';

/** How long it took after a kill, in milliseconds. */
export interface Recovery {
  /** Until the service said that it was ready, counted from the kill. */
  readonly readyMs: number;
  /** Until the engine had followed its killed service; null when the engine was killed itself. */
  readonly engineGoneMs: number | null;
}

/** The built service and its engine, which get killed. Data folder and port stay the same over restarts. */
export class Victim {
  private output = '';

  private constructor(
    readonly dataDir: string,
    private readonly port: number,
    private service: ChildProcess,
  ) {}

  static async start(): Promise<Victim> {
    const dataDir = await mkdtemp(join(tmpdir(), 'faults-'));
    const port = await freePort();
    const victim = new Victim(dataDir, port, launch(dataDir, port));
    victim.listen();
    await victim.ready();
    return victim;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The engine's own address, for looking past the service. */
  get databaseUri(): string {
    const socket = encodeURIComponent(join(this.dataDir, 'run', 'engine.sock'));
    return `mongodb://${socket}/envelope_ledger?directConnection=true`;
  }

  /** Kills with SIGKILL, sees to it that the service runs again, and waits until it is ready. */
  async kill(target: Target): Promise<Recovery> {
    const engine = this.enginePid;
    const killed = performance.now();
    if (target !== 'service') process.kill(engine, 'SIGKILL');
    if (target !== 'engine') await this.killService();
    const gone =
      target === 'service' ? this.waitUntil('the engine to follow', () => !isAlive(engine)) : undefined;
    if (target === 'engine') await this.waitUntil('another engine', () => this.hasAnotherEngine(engine));
    else this.relaunch();
    await this.ready();
    const readyMs = performance.now() - killed;
    const engineGoneMs = gone ? (await gone) - killed : null;
    return { readyMs, engineGoneMs };
  }

  /** Ends the service in order, with SIGTERM, and removes its data. */
  async stop(): Promise<void> {
    if (this.service.exitCode === null && this.service.signalCode === null) {
      const exit = once(this.service, 'exit');
      this.service.kill('SIGTERM');
      await exit;
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private get enginePid(): number {
    const [pid] = childrenOf(this.service.pid ?? 0).filter(isAlive);
    if (pid === undefined) throw new Error(`The service has no engine\n${this.output}`);
    return pid;
  }

  private hasAnotherEngine(before: number): boolean {
    return childrenOf(this.service.pid ?? 0).some((pid) => pid !== before && isAlive(pid));
  }

  private async killService(): Promise<void> {
    const exit = once(this.service, 'exit');
    this.service.kill('SIGKILL');
    await exit;
  }

  private relaunch(): void {
    this.service = launch(this.dataDir, this.port);
    this.listen();
  }

  /** Keeps what the service says, to be shown when it doesn't come back. */
  private listen(): void {
    this.output = '';
    const keep = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString('utf8')).slice(-4000);
    };
    this.service.stdout?.on('data', keep);
    this.service.stderr?.on('data', keep);
  }

  private ready(): Promise<number> {
    return this.waitUntil('the service to be ready', async () => {
      if (this.service.exitCode !== null) throw new Error(`The service ended\n${this.output}`);
      const answer = await fetch(`${this.origin}/health/ready`, { signal: AbortSignal.timeout(5000) }).catch(
        () => undefined,
      );
      return answer?.status === 200;
    });
  }

  /** Resolves to the moment at which the condition was seen to hold. */
  private async waitUntil(what: string, condition: () => boolean | Promise<boolean>): Promise<number> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}\n${this.output}`);
      await pause(POLL_MS);
    }
    return performance.now();
  }
}

function launch(dataDir: string, port: number): ChildProcess {
  const env: NodeJS.ProcessEnv = { ...process.env, PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
  delete env['DB_CONNECTION_STRING'];
  delete env['NODE_OPTIONS'];
  // The folder has no .env file that could say otherwise.
  return spawn(process.execPath, ['--enable-source-maps', MAIN], {
    cwd: dataDir,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A zombie is dead: in a container nobody may be there to bury it. */
function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
