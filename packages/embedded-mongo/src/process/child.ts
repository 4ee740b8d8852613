import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { isStartMessage } from './messages.js';

/**
 * Node's options for an engine. Its heap is small and mostly garbage: the threads that V8 would have help with that only
 * take the processor from clients, or wait for it, which cost a transaction of 48 writes a fifth of its rate on two cores.
 */
const MEMORY_OPTIONS = ['--single-threaded-gc'] as const;

const COMMAND = fileURLToPath(new URL('../../bin/embedded-mongo.js', import.meta.url));

/** How an engine's process ended. */
export interface ProcessExit {
  /** Its exit code, or null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One engine process that accepts connections. */
export interface EngineProcess {
  readonly child: ChildProcess;
  readonly uri: string;
  /** Resolves when the process has ended. */
  readonly exited: Promise<ProcessExit>;
}

/**
 * Starts an engine process with the given command line. Resolves when it is ready; rejects with the reason when it
 * cannot start. `onLog` gets each line it prints; without it, its warnings go to this process's stderr.
 */
export async function startProcess(
  args: readonly string[],
  onLog?: (line: string) => void,
): Promise<EngineProcess> {
  const output = onLog ? 'pipe' : 'inherit';
  const child = fork(COMMAND, args, {
    stdio: ['ignore', onLog ? 'pipe' : 'ignore', output, 'ipc'],
    // Inspector and loader flags of this process are not the engine's.
    execArgv: [...MEMORY_OPTIONS],
  });
  if (onLog) {
    for (const stream of [child.stdout, child.stderr]) printLines(stream, onLog);
  }
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const uri = await readyUri(child, exited);
  return { child, uri, exited };
}

function printLines(stream: Readable | null, onLog: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', onLog);
}

/** The URI that the process tells when it is ready. Rejects only after a process that cannot start has ended. */
function readyUri(child: ChildProcess, exited: Promise<ProcessExit>): Promise<string> {
  return new Promise((resolve, reject) => {
    let reason: string | undefined;
    child.on('error', reject);
    child.on('message', (message) => {
      if (!isStartMessage(message)) return;
      if (message.type === 'ready') resolve(message.uri);
      else reason = message.reason;
    });
    void exited.then(({ code, signal }) => {
      reason ??= `the process ended before it was ready (${signal ?? `exit code ${String(code)}`})`;
      reject(new Error(`embedded-mongo could not start: ${reason}`));
    });
  });
}
