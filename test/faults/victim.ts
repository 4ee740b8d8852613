import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { childrenOf } from '../../bench/processes.js';
import { freePort } from '../../bench/service-process.js';
import { startCommand } from '../kit/operator-command.js';
import { startService, type Ended, type TestService } from '../kit/service.js';
import type { Killable } from './rounds.js';

/** How long anything that has to come may take before the test gives up. Far more than it should take. */
const PATIENCE_MS = 120_000;

/** What a kill is aimed at; `both` are killed one right after the other. */
export type Target = 'service' | 'engine' | 'both';

/** The built service and its engine, which get killed. Data folder and port stay the same over restarts. */
export class Victim implements Killable<Target> {
  private constructor(
    private readonly dataDir: string,
    private readonly port: number,
    private service: TestService,
  ) {}

  static async start(): Promise<Victim> {
    const dataDir = await mkdtemp(join(tmpdir(), 'faults-'));
    const port = await freePort();
    return new Victim(dataDir, port, await launch(dataDir, port));
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The engine's own address, for looking past the service. */
  get databaseUri(): string {
    const socket = encodeURIComponent(join(this.dataDir, 'run', 'engine.sock'));
    return `mongodb://${socket}/envelope_ledger?directConnection=true`;
  }

  /** What the service's log calls an error, for finding out why a round went wrong. */
  get complaints(): string {
    const lines = this.service.stdout.split('\n').filter((line) => line.includes('"level":"error"'));
    return [...lines.slice(-20), this.service.stderr].join('\n');
  }

  /**
   * Kills with SIGKILL, sees to it that the service runs again, and gives the milliseconds until it was ready. The engine
   * of a service that was killed follows it.
   */
  async kill(target: Target): Promise<number> {
    const engine = this.enginePid;
    const killed = performance.now();
    if (target !== 'service') process.kill(engine, 'SIGKILL');
    if (target !== 'engine') await this.service.kill9();
    const gone = target === 'service' ? waitUntil('the engine to follow', () => !isAlive(engine)) : undefined;
    if (target === 'engine') await waitUntil('another engine', () => this.hasAnotherEngine(engine));
    else this.service = await launch(this.dataDir, this.port);
    await this.service.ready(PATIENCE_MS);
    const readyMs = performance.now() - killed;
    await gone;
    return readyMs;
  }

  /** Runs `ledger:verify` on the data folder, beside the service. */
  verify(): Promise<Ended> {
    return startCommand('ledger-verify', { cwd: this.dataDir, env: { DATA_DIR: this.dataDir } }).ended;
  }

  /** Ends the service with SIGTERM, and starts it again. */
  async stopInOrder(): Promise<Ended> {
    this.service.signal('SIGTERM');
    const ended = await this.service.ended;
    this.service = await launch(this.dataDir, this.port);
    return ended;
  }

  /** Ends the service in order, with SIGTERM, and removes its data. */
  async stop(): Promise<void> {
    await this.service.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  get servicePid(): number {
    return this.service.pid;
  }

  private get enginePid(): number {
    const [pid] = childrenOf(this.service.pid).filter(isAlive);
    if (pid === undefined) throw new Error(`The service has no engine\n${this.service.stdout}`);
    return pid;
  }

  private hasAnotherEngine(before: number): boolean {
    return childrenOf(this.service.pid).some((pid) => pid !== before && isAlive(pid));
  }
}

function launch(dataDir: string, port: number): Promise<TestService> {
  return startService({ dataDir, env: { PORT: String(port), LOG_LEVEL: 'warn' } });
}

/** Resolves when the condition is seen to hold. */
async function waitUntil(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}`);
    await pause(20);
  }
}

/** A zombie is dead: in a container nobody may be there to bury it. */
function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
