import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MongoClient, type MongoClientOptions } from 'mongodb';

const ENGINE = fileURLToPath(new URL('../../bin/embedded-mongo.js', import.meta.url));
const STAND_IN = fileURLToPath(new URL('./stand-in.js', import.meta.url));

/** A server in a process of its own on a Unix socket. */
export interface Server {
  readonly uri: string;
  readonly pid: number;
  connect(options?: MongoClientOptions): Promise<MongoClient>;
  /** CPU time used so far, user and system, in microseconds. */
  cpu(): Promise<number>;
  /** Private memory (RssAnon) in MB; Linux only. */
  privateMemory(): number;
  stop(): Promise<void>;
}

/** Starts the engine on a data folder, with Node's options as `EmbeddedMongo.start` has them; `socket` ends in `.sock`. */
export function startEngine(dbPath: string, socket: string): Promise<Server> {
  return start([
    '--single-threaded-gc',
    ENGINE,
    '--dbpath',
    dbPath,
    '--socket',
    socket,
    '--exit-with-parent',
  ]);
}

/** Starts the stand-in, which answers canned replies of real size at once: the client's ceiling. */
export function startStandIn(socket: string): Promise<Server> {
  return start([STAND_IN, socket]);
}

async function start(args: string[]): Promise<Server> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const uri = await readyUri(child);
  const pid = child.pid ?? 0;
  const admin = await MongoClient.connect(uri, { maxPoolSize: 1 });
  return {
    uri,
    pid,
    connect: (options) => MongoClient.connect(uri, { maxPoolSize: 64, ...options }),
    async cpu() {
      const { extra_info: used } = await admin.db('admin').command({ serverStatus: 1 });
      const { user_time_us: user, system_time_us: system } = used as Record<string, number>;
      return Number(user) + Number(system);
    },
    privateMemory() {
      const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
      return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
    },
    async stop() {
      await admin.close();
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function readyUri(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output to read');
  for await (const line of createInterface({ input: child.stdout })) {
    const uri = /is ready: (\S+)/.exec(line)?.[1];
    if (uri === undefined) continue;
    child.stdout.resume();
    return uri;
  }
  throw new Error('the server ended before it was ready');
}
