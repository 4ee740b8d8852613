import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { freePort } from '../../bench/service-process.js';

/** What the sources need to be compiled and served, with what was compiled before. */
const PARTS = [
  ...['package.json', 'tsconfig.json', 'tsconfig.base.json', 'src', 'dist', 'scripts'],
  ...['package.json', 'tsconfig.json', 'bin', 'src', 'dist'].map((part) => `packages/embedded-mongo/${part}`),
];
const READY = /Envelope Ledger is ready/g;
const PATIENCE_MS = 240_000;

/** The checkout in a folder of its own, served by `npm run start:dev`. */
class DevelopedService {
  private said = '';

  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
    private readonly origin: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    }
  }

  static async start(): Promise<DevelopedService> {
    const folder = await mkdtemp(join(tmpdir(), 'dev-'));
    for (const part of PARTS) {
      await cp(part, join(folder, part), { recursive: true, preserveTimestamps: true });
    }
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    const port = await freePort();
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, PORT: String(port), LOG_LEVEL: 'warn' };
    const child = spawn('npm', ['run', 'start:dev'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    return new DevelopedService(folder, child, `http://127.0.0.1:${port}`);
  }

  /** Resolves when it has become ready so many times in all. */
  async ready(times: number): Promise<void> {
    await this.until(`${times} starts`, () => [...this.said.matchAll(READY)].length >= times);
  }

  async saying(text: string): Promise<void> {
    await this.until(text, () => this.said.includes(text));
  }

  async edit(path: string, change: (source: string) => string): Promise<void> {
    const file = join(this.folder, path);
    await writeFile(file, change(await readFile(file, 'utf8')));
  }

  async status(method: string, path: string, body?: object): Promise<number> {
    const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return (await fetch(`${this.origin}${path}`, { method, ...json })).status;
  }

  async stop(): Promise<number | null> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await ended;
    await rm(this.folder, { recursive: true });
    return this.child.exitCode;
  }

  private async until(what: string, isSo: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!isSo()) {
      if (Date.now() > deadline || this.child.exitCode !== null) throw new Error(`No ${what}:\n${this.said}`);
      await delay(50);
    }
  }
}

describe('npm run start:dev', () => {
  it('starts again on a change, with the same data; goes on as it was while the sources do not compile', async () => {
    const service = await DevelopedService.start();
    try {
      await service.ready(1);
      const rosa = { username: 'rosa', email: 'rosa@example.org', password: 'correct horse battery' };
      expect(await service.status('POST', '/users/signup', rosa)).toBe(201);
      expect(await service.status('GET', '/health/alive')).toBe(404);
      await service.edit('src/main.ts', (source) => `${source}\nconst broken: number = 'text';\n`);
      await service.saying('Found 1 error.');
      expect(await service.status('GET', '/health/live')).toBe(200);
      await service.edit('src/main.ts', (source) => source.replace(/\nconst broken.*\n$/, ''));
      await service.edit('src/health/health.controller.ts', (source) =>
        source.replace("@Get('live')", "@Get('alive')"),
      );
      await service.ready(2);
      expect(await service.status('GET', '/health/alive')).toBe(200);
      expect(await service.status('POST', '/users/signup', rosa)).toBe(409);
    } finally {
      expect(await service.stop()).toBe(0);
    }
  }, 600_000);
});
