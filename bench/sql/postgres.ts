import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import pg from 'pg';

import { familyCpuSeconds } from '../processes.js';
import { freePort } from '../service-process.js';

const DEBIAN = '/usr/lib/postgresql';
const START_MS = 30_000;
/** Who the server runs as where we are root, which it refuses to be. */
const USER = 'nobody';

/** The folder of PostgreSQL's programs: the newest of Debian's packages, else from the path; undefined without any. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

function owner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (kind: string) => Number(execFileSync('id', [kind, USER], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A PostgreSQL server of our own, in a folder of its own, that waits for the disk at each commit. */
export class Postgres {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly uri: string,
    readonly version: string,
  ) {}

  /** Makes a cluster and starts the server on it, with the programs of that folder. */
  static async start(programs: string): Promise<Postgres> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-postgres-'));
    const as = owner();
    const data = join(folder, 'data');
    mkdirSync(data);
    chmodSync(folder, 0o755);
    if (as) chownSync(data, as.uid, as.gid);
    const options = { ...as, cwd: data, env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } };
    const setUp = ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--locale=C'];
    execFileSync(join(programs, 'initdb'), setUp, { ...options, stdio: 'pipe' });
    const port = await freePort();
    const settings = [
      ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'],
      ...['fsync=on', 'synchronous_commit=on', 'shared_buffers=256MB', 'max_wal_size=4GB'],
    ];
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    const child = spawn(join(programs, 'postgres'), args, {
      ...options,
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    const uri = `postgres://bench@127.0.0.1:${port}/postgres`;
    return new Postgres(child, folder, uri, await ready(child, uri));
  }

  /** CPU time of all its processes so far, in seconds. */
  cpuSeconds(): number {
    return familyCpuSeconds(this.child.pid ?? 0);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGINT');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until the server answers, and gives its version. */
async function ready(child: ChildProcess, uri: string): Promise<string> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: uri });
    try {
      await client.connect();
      const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
      await client.end();
      return rows[0]?.server_version ?? '';
    } catch (error) {
      if (child.exitCode !== null)
        throw new Error(`PostgreSQL ended with ${child.exitCode}`, { cause: error });
      if (Date.now() > deadline) throw error;
      await pause(100);
    }
  }
}
