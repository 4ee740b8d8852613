import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess, type EngineProcess, type ProcessExit } from './child.js';

export type { ProcessExit } from './child.js';

/** Options of {@link EmbeddedMongo.start}. Exactly one of `port` and `socket`. */
export interface EmbeddedMongoOptions {
  /** The data folder; made (mode 0700) when it does not exist. */
  readonly dbPath: string;
  /** A TCP port on 127.0.0.1; 0 takes any free one. Any local user may connect to it. */
  readonly port?: number;
  /** A Unix socket that ends in `.sock`, in a folder that only this user can enter (made when missing). */
  readonly socket?: string;
  /** Starts the engine again, at the same address, when it ends unasked. Default false. */
  readonly restart?: boolean;
  /** How long to wait for another process to leave the folder, in milliseconds. Default 5,000. */
  readonly lockWaitMs?: number;
  /** Gets each line that the engine's process prints. Without it, its warnings and errors go to stderr. */
  readonly onLog?: (line: string) => void;
  /** Called when the engine has ended unasked. */
  readonly onExit?: (exit: ProcessExit) => void;
  /** Called with its new process id when it has been started again (`restart`). */
  readonly onRestart?: (pid: number) => void;
  /** Called with the reason each time it could not be started again; the next attempt follows. */
  readonly onRestartFailed?: (error: Error) => void;
}

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
/** An engine that ran this long starts the backoff anew: only one that cannot stay up is started ever more slowly. */
const STEADY_MS = 1_000;
/** The engine's process ends itself within 10 s; beyond this it is killed. */
const KILL_AFTER_MS = 12_000;

/**
 * The engine, running as a child process of this one. It ends with this process, however that ends; it ignores SIGINT
 * and SIGHUP, which a terminal sends to both, so that `stop` can be the last step of this process's own shutdown.
 */
export class EmbeddedMongo {
  private current: EngineProcess | undefined;
  private stopping: Promise<void> | undefined;
  private readonly stopped = new AbortController();
  private readonly watching: Promise<void>;

  private constructor(
    private readonly options: EmbeddedMongoOptions,
    private readonly args: readonly string[],
    first: EngineProcess,
  ) {
    this.uri = first.uri;
    this.current = first;
    this.watching = this.watch(first);
  }

  /** What a driver connects to. It stays the same over restarts. */
  readonly uri: string;

  /** The process id of the engine; undefined while it is down. */
  get pid(): number | undefined {
    return this.current?.child.pid;
  }

  /** Starts the engine and resolves when it accepts connections. Rejects with the reason when it cannot start. */
  static async start(options: EmbeddedMongoOptions): Promise<EmbeddedMongo> {
    const first = await startProcess(commandLine(options), options.onLog);
    const port = options.port === undefined ? undefined : Number(new URL(first.uri).port);
    return new EmbeddedMongo(
      options,
      commandLine({ ...options, ...(port === undefined ? {} : { port }) }),
      first,
    );
  }

  /** Stops the engine: it finishes the commands under way and closes its store. Safe to call twice. */
  stop(): Promise<void> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  private async stopOnce(): Promise<void> {
    this.stopped.abort();
    const running = this.current;
    if (running) await end(running);
    await this.watching;
  }

  /** Waits for the process to end and, where wanted, starts it again, until `stop`. Rejects only when a callback throws. */
  private async watch(first: EngineProcess): Promise<void> {
    let running: EngineProcess | undefined = first;
    let backoff = FIRST_BACKOFF_MS;
    while (running) {
      const since = performance.now();
      const exit = await running.exited;
      this.current = undefined;
      if (this.stopped.signal.aborted) return;
      this.options.onExit?.(exit);
      if (!this.options.restart) return;
      if (performance.now() - since > STEADY_MS) backoff = FIRST_BACKOFF_MS;
      running = undefined;
      while (!running && (await this.pause(backoff))) {
        backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
        running = await this.startAgain();
      }
    }
  }

  /** False when `stop` was called meanwhile. */
  private async pause(ms: number): Promise<boolean> {
    const { signal } = this.stopped;
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  }

  private async startAgain(): Promise<EngineProcess | undefined> {
    let started: EngineProcess;
    try {
      started = await startProcess(this.args, this.options.onLog);
    } catch (error) {
      this.options.onRestartFailed?.(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
    this.current = started;
    if (this.stopped.signal.aborted) await end(started);
    else this.options.onRestart?.(started.child.pid ?? 0);
    return started;
  }
}

function commandLine(options: EmbeddedMongoOptions): string[] {
  const { dbPath, port, socket, lockWaitMs } = options;
  return [
    `--dbpath=${resolve(dbPath)}`,
    ...(port === undefined ? [] : [`--port=${port}`]),
    ...(socket === undefined ? [] : [`--socket=${resolve(socket)}`]),
    ...(lockWaitMs === undefined ? [] : [`--lock-wait=${lockWaitMs}`]),
  ];
}

async function end({ child, exited }: EngineProcess): Promise<void> {
  // The end of the channel tells the engine to stop; signals it leaves to its parent.
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  await exited;
  clearTimeout(timer);
}
