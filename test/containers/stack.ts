import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What the scripts call beside docker. */
const TOOLS = [
  ...['base64', 'bash', 'cat', 'chmod', 'dirname', 'env', 'grep', 'head', 'mv', 'od', 'rm'],
  ...['touch', 'tr', 'wc'],
];

/** How a script ended, and what it had said. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The scripts in a folder of their own, with a stand-in for docker and nothing else of this machine but some tools. */
export class Stack {
  private constructor(
    /** Where the scripts lie. */
    readonly folder: string,
    private readonly state: string,
    private readonly bin: string,
    /** The service's port here, and the first of the database's three. */
    readonly ports: readonly [service: number, database: number],
  ) {}

  static async make(): Promise<Stack> {
    const parent = await mkdtemp(join(tmpdir(), 'stack-'));
    const [folder, state, bin] = [join(parent, 'top'), join(parent, 'docker'), join(parent, 'bin')];
    for (const each of [folder, state, bin]) await mkdir(each);
    for (const tool of TOOLS) await symlink(pathOf(tool), join(bin, tool));
    for (const name of ['docker', 'sleep'])
      await symlink(resolve('test/containers/stand-in', name), join(bin, name));
    const own = (path: string) => !/\/(\.env|keyfile)(\.new)?$/.test(path);
    await cp('containers', join(folder, 'containers'), { recursive: true, filter: own });
    await cp('system-down.sh', join(folder, 'system-down.sh'));
    const first = await freePorts(4);
    const ports = [first, first + 1] as const;
    // A database may run on this machine on MongoDB's own ports.
    const up = (await readFile('system-up.sh', 'utf8')).replace('number=27017', `number=${ports[1]}`);
    if (!up.includes(`number=${ports[1]}`)) throw new Error('system-up.sh has its ports elsewhere');
    await writeFile(join(folder, 'system-up.sh'), up);
    await chmod(join(folder, 'system-up.sh'), 0o755);
    return new Stack(folder, state, bin, ports);
  }

  up(env: Readonly<Record<string, string>> = {}): Ran {
    return this.run('./system-up.sh', [], env, '');
  }

  down(args: readonly string[] = [], { env = {}, answer = '' } = {}): Ran {
    return this.run('./system-down.sh', args, env, answer);
  }

  /** Everything that docker was asked for since the last call, and when it said of a container that it is healthy. */
  async asked(): Promise<string[]> {
    const path = join(this.state, 'asked');
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    await rm(path);
    return lines;
  }

  /** Whether docker has it: `network`, `volumes`, the containers of `database` or `service`. */
  has(what: string): boolean {
    return existsSync(join(this.state, what));
  }

  /** Lets docker have it. */
  async put(what: string, content = ''): Promise<void> {
    await writeFile(join(this.state, what), content);
  }

  text(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  async removeDocker(): Promise<void> {
    await rm(join(this.bin, 'docker'));
  }

  async remove(): Promise<void> {
    await rm(join(this.folder, '..'), { recursive: true, force: true });
  }

  private run(script: string, args: readonly string[], more: object, input: string): Ran {
    const env = { PATH: this.bin, STAND_IN: this.state, LEDGER_PORT: String(this.ports[0]), ...more };
    const { status, stdout, stderr } = spawnSync(script, args, {
      ...{ cwd: this.folder, env, input, encoding: 'utf8' },
    });
    return { status, stdout, stderr };
  }
}

/** Occupies a port of this machine. */
export async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function pathOf(tool: string): string {
  const { stdout } = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' });
  if (stdout.trim() === '') throw new Error(`${tool} is not installed`);
  return stdout.trim();
}

/** The first of so many ports in a row that nobody listens on, below those that systems hand out by themselves. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 12_000);
    const row = Array.from({ length: count }, (_, index) => first + index);
    const servers = await Promise.allSettled(row.map(listen));
    for (const each of servers) if (each.status === 'fulfilled') each.value.close();
    if (servers.every(({ status }) => status === 'fulfilled')) return first;
  }
}
