import { spawn, type ChildProcess } from 'node:child_process';
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
  /** A command line that runs the engine's under it, in the process that it was started in. */
  readonly under?: readonly string[];
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
  /** Resolves when the engine that runs now has ended, by itself or not. */
  ended(): Promise<void>;
  /** Starts the engine again at the same address, after stopping it where it still runs. */
  restart(): Promise<void>;
}

/** Starts an engine over a Unix socket and connects a client to it. */
export async function startEngine(options: StartOptions = {}): Promise<TestEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const dbPath = options.dbPath ?? join(folder, 'data');
  const socket = join(folder, 'run', 'e.sock');
  const { command = COMMAND, env = {}, under = [] } = options;
  const line = [
    ...under,
    ...[process.execPath, command, `--dbpath=${dbPath}`, `--socket=${socket}`, '--exit-with-parent'],
  ];
  let running = await launch(line, env);
  const client = new MongoClient(running.uri, { serverSelectionTimeoutMS: 60_000, ...options.client });
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
      await end(running, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
    kill9: () => end(running, 'SIGKILL'),
    ended: () => running.ended,
    async restart() {
      await end(running, 'SIGTERM');
      running = await launch(line, env);
    },
  };
}

interface Launched {
  readonly child: ChildProcess;
  readonly uri: string;
  readonly ended: Promise<void>;
}

async function launch(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Launched> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    const uri = /is ready: (\S+)/.exec(line)?.[1];
    if (uri === undefined) continue;
    child.stdout.resume();
    return { child, uri, ended };
  }
  throw new Error('the engine ended before it was ready');
}

async function end({ child, ended }: Launched, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await ended;
}
