import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../packages/embedded-mongo/bin/embedded-mongo.js', import.meta.url));

/** An embedded engine in a process that no service looks after, with fail points, on a temporary folder. */
export class EngineProcess {
  private constructor(
    /** The folder that its data and its socket are in. */
    readonly folder: string,
    private child: ChildProcess,
    readonly uri: string,
  ) {}

  static async start(): Promise<EngineProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'el-engine-'));
    return new EngineProcess(folder, ...(await launch(folder)));
  }

  /** The file of its socket. */
  get socket(): string {
    return socketIn(this.folder);
  }

  /** Sends a signal and leaves it at that. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Kills it without warning. */
  async kill9(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Starts it again on the same folder, with the same address. */
  async restart(): Promise<void> {
    [this.child] = await launch(this.folder);
  }

  /** Stops it and removes its folder. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}

const socketIn = (folder: string): string => join(folder, 'engine.sock');

async function launch(folder: string): Promise<[child: ChildProcess, uri: string]> {
  const args = [CLI, '--dbpath', join(folder, 'db'), '--socket', socketIn(folder), '--test-commands'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return [child, await readyUri(createInterface(child.stdout))];
}

async function readyUri(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const uri = /is ready: (mongodb:\S+)/.exec(line)?.[1];
    if (uri !== undefined) return uri;
  }
  throw new Error('The engine did not get ready');
}
