/** How the engine's process ended. */
export interface EmbeddedMongoExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

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
  /** Called when the engine ended unasked. */
  readonly onExit?: (exit: EmbeddedMongoExit) => void;
  /** Called when it has been started again (`restart`). */
  readonly onRestart?: (pid: number) => void;
}

/** The engine, running as a child process of this one. */
export class EmbeddedMongo {
  private constructor(
    /** What a driver connects to. */
    readonly uri: string,
  ) {}

  /** The process id of the engine; undefined while it is down. */
  get pid(): number | undefined {
    return undefined;
  }

  /** Starts the engine and resolves when it accepts connections. Rejects with the reason when it cannot start. */
  static start(options: EmbeddedMongoOptions): Promise<EmbeddedMongo> {
    return Promise.reject(new Error(`not yet: ${options.dbPath}`));
  }

  /** Stops the engine: it finishes the commands under way and closes its store. Safe to call twice. */
  stop(): Promise<void> {
    return Promise.resolve();
  }
}
