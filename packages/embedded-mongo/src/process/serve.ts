import { mkdir } from 'node:fs/promises';
import { Engine } from '../engine.js';
import { clearForgottenChecks } from '../storage/check/process.js';
import { WireServer } from '../wire/server.js';
import { FolderLock } from './lock.js';
import type { ServeOptions } from './options.js';
import { listenPrivately } from './private-socket.js';
import { uriOf } from './uri.js';

/** How long commands under way may take to finish when the engine is stopped, in milliseconds. */
const GRACE_MS = 3_000;

/** An engine that accepts connections. */
export interface Serving {
  /** What a driver connects to. */
  readonly uri: string;
  /** Finishes the commands under way, then closes the store, then gives the folder free. */
  stop(): Promise<void>;
}

/** What an engine tells while it runs. */
export interface ServeEvents {
  /** One line about what went wrong, or what a person should know. */
  readonly log: (line: string) => void;
  /** The store failed: nothing may be answered any more, so the process must end at once. */
  readonly fatal: (error: unknown) => void;
}

/** Takes the folder, opens the store and listens. Rejects with the reason when any of it cannot be had. */
export async function serve(options: ServeOptions, events: ServeEvents): Promise<Serving> {
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    await mkdir(options.dbPath, { recursive: true, mode: 0o700 });
    const lock = await FolderLock.take(options.dbPath, options.lockWaitMs);
    undo.push(() => lock.release());
    clearForgottenChecks(lock.folder);
    const onFault = (error: unknown): void => events.log(`fault: ${describe(error)}`);
    const engine = await Engine.open(lock.folder, {
      onFatal: events.fatal,
      onFault,
      testCommands: options.testCommands,
    });
    undo.push(() => engine.close());
    const server = new WireServer((request) => engine.run(request), { onFault });
    undo.push(() => server.close(GRACE_MS));
    const address = await listen(server, options, lock.folder);
    if ('port' in options.address) {
      events.log('warning: there are no passwords: every user of this machine may connect to this TCP port');
    }
    return { uri: uriOf(address), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listen(server: WireServer, { address }: ServeOptions, lockedFolder: string): Promise<string> {
  if ('port' in address) return server.listen(address);
  return listenPrivately(address.socket, lockedFolder, (socket) => server.listen({ socket }));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
