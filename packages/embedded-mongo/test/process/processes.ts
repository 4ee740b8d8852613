import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';

export const COMMAND = fileURLToPath(new URL('../../bin/embedded-mongo.js', import.meta.url));

/** What a process printed, and how it ended. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process with what it has printed so far. */
export class Running {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Outcome>;

  constructor(readonly child: ChildProcess) {
    child.stdout!.on('data', (text) => (this.stdout += String(text)));
    child.stderr!.on('data', (text) => (this.stderr += String(text)));
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code,
      signal,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** What `pattern` captures from the standard output, as soon as it has appeared there. */
  async printed(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.stdout);
      if (found) return found[1] ?? found[0];
      const news = once(this.child.stdout!, 'data').then(() => undefined);
      const outcome = await Promise.race([news, this.ended]);
      if (outcome) throw new Error(`ended without printing ${String(pattern)}: ${JSON.stringify(outcome)}`);
    }
  }
}

/** Starts Node with the given arguments; its standard input is at its end. */
export function startNode(args: string[]): Running {
  return new Running(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Starts the command line. */
export function startCommand(...args: string[]): Running {
  return startNode([COMMAND, ...args]);
}

/** Whether an engine answers a ping. */
export async function answers(uri: string): Promise<boolean> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 60_000 });
  try {
    return (await client.db('admin').command({ ping: 1 }))['ok'] === 1;
  } finally {
    await client.close();
  }
}

/** Resolves when no process has that id any more. */
export async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
