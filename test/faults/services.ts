import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../../bench/service-process.js';
import type { EngineProcess } from '../kit/engine-process.js';
import { startCommand } from '../kit/operator-command.js';
import { startService, type Ended, type TestService } from '../kit/service.js';

const SECRET = 'shared by all services of a test '.repeat(2);
const PATIENCE_MS = 120_000;

/** The database that a service makes for itself on an engine whose connection string names none. */
export const databaseOf = ({ uri }: EngineProcess): string => uri.replace(/\/(\?|$)/, '/envelope_ledger$1');

/** Services on one database that is not theirs. Each keeps its port over restarts. */
export class Services {
  private constructor(
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly ports: readonly number[],
    private readonly running: TestService[],
  ) {}

  /** Starts so many on the database of a connection string. */
  static async start(count: number, uri: string): Promise<Services> {
    const folder = await mkdtemp(join(tmpdir(), 'faults-'));
    const env = { DB_CONNECTION_STRING: uri, JWT_SECRET_KEY: SECRET, LOG_LEVEL: 'warn' };
    const ports = await Promise.all(Array.from({ length: count }, freePort));
    const services = new Services(folder, env, ports, []);
    // One makes the collections, the others find them.
    for (const index of ports.keys()) await services.launch(index);
    return services;
  }

  get origins(): string[] {
    return this.ports.map((port) => `http://127.0.0.1:${port}`);
  }

  at(index: number): TestService {
    const service = this.running[index];
    if (!service) throw new Error(`There is no service ${index}`);
    return service;
  }

  /** Starts one, again after its end. */
  async launch(index: number): Promise<void> {
    const env = { ...this.env, PORT: String(this.ports[index] ?? 0) };
    this.running[index] = await startService({ dataDir: join(this.folder, String(index)), env });
  }

  /** Resolves when all say that they are ready. */
  async ready(): Promise<void> {
    await Promise.all(this.running.map((service) => service.ready(PATIENCE_MS)));
  }

  /** What the services' logs call an error or a warning, for finding out why something went wrong. */
  get complaints(): string {
    const lines = this.running.flatMap(({ stdout }) => stdout.split('\n'));
    return lines
      .filter((line) => line.includes('"level":"error"'))
      .slice(-20)
      .join('\n');
  }

  /** Runs `ledger:verify` on their database. */
  verify(): Promise<Ended> {
    return startCommand('ledger-verify', { cwd: this.folder, env: this.env }).ended;
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.map((service) => service.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }
}
