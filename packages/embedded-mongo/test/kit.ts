import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MongoClient, type MongoClientOptions } from 'mongodb';

const COMMAND = fileURLToPath(new URL('../bin/embedded-mongo.js', import.meta.url));

export interface StartOptions {
  /** The data folder; without it, a fresh one that `stop` removes. */
  readonly dbPath?: string;
  /** Options of the client. */
  readonly client?: MongoClientOptions;
  /** The script to run instead of the package's own command; it takes the same arguments. */
  readonly command?: string;
  /** Environment variables of the engine's process, besides those of this one. */
  readonly env?: Readonly<Record<string, string>>;
}

/** An engine in a process of its own, as built (`dist`), with a connected client. */
export interface TestEngine {
  readonly uri: string;
  readonly dbPath: string;
  readonly client: MongoClient;
  /** The process id of the engine that runs now. */
  readonly pid: number;
  /** Ends client and engine, and removes what the kit made. */
  stop(): Promise<void>;
  /** Kills the engine without warning; the client stays, and works again after `restart`. */
  kill9(): Promise<void>;
  /** Starts the engine again at the same address, after stopping it where it still runs. */
  restart(): Promise<void>;
}

/** Starts an engine over a Unix socket and connects a client to it. */
export async function startEngine(options: StartOptions = {}): Promise<TestEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const dbPath = options.dbPath ?? join(folder, 'data');
  const socket = join(folder, 'run', 'e.sock');
  const { command = COMMAND, env = {} } = options;
  let running = await launch(command, dbPath, socket, env);
  const client = new MongoClient(running.uri, { serverSelectionTimeoutMS: 10_000, ...options.client });
  await client.connect();
  return {
    uri: running.uri,
    dbPath,
    client,
    get pid() {
      return running.child.pid ?? 0;
    },
    async stop() {
      await client.close();
      await end(running.child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
    kill9: () => end(running.child, 'SIGKILL'),
    async restart() {
      await end(running.child, 'SIGTERM');
      running = await launch(command, dbPath, socket, env);
    },
  };
}

interface Launched {
  readonly child: ChildProcess;
  readonly uri: string;
}

async function launch(
  command: string,
  dbPath: string,
  socket: string,
  env: Readonly<Record<string, string>>,
): Promise<Launched> {
  const child = spawn(
    process.execPath,
    [command, `--dbpath=${dbPath}`, `--socket=${socket}`, '--exit-with-parent'],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    const uri = /is ready: (\S+)/.exec(line)?.[1];
    if (uri === undefined) continue;
    child.stdout.resume();
    return { child, uri };
  }
  throw new Error('the engine ended before it was ready');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
