import { parseArgs } from 'node:util';
import type { ListenAddress } from '../wire/listen-address.js';
import { loopbackHost } from '../wire/listen-address.js';
import { DEFAULT_LOCK_WAIT_MS } from './lock.js';

/** Work on a folder that no engine uses meanwhile. */
export interface OfflineOptions {
  readonly task: 'repair' | 'compact';
  readonly dbPath: string;
  readonly lockWaitMs: number;
}

/** What the engine's process is told to do. */
export interface ServeOptions {
  readonly dbPath: string;
  readonly address: ListenAddress;
  /** End when the parent process has ended. */
  readonly exitWithParent: boolean;
  /** How long to wait for another process to leave the folder, in milliseconds. */
  readonly lockWaitMs: number;
  /** Let clients ask for faults (`configureFailPoint`). */
  readonly testCommands: boolean;
}

export const USAGE = `Usage: embedded-mongo --dbpath DIR (--port N | --socket PATH) [options]
       embedded-mongo --dbpath DIR (--repair | --compact)

  --dbpath DIR        the data folder; made when it does not exist
  --port N            listen on a TCP port of this machine; 0 takes any free one
  --socket PATH       listen on a Unix socket; PATH ends in .sock, its folder must be private (mode 0700)
  --bind ADDRESS      with --port: 127.0.0.1 (default), ::1 or localhost
  --exit-with-parent  stop when the process that started this one has ended
  --lock-wait MS      how long to wait while another process uses the folder (default ${DEFAULT_LOCK_WAIT_MS})
  --test-commands     let clients ask for faults (configureFailPoint), for tests of their own
  --repair            build a stopped folder's data anew from all documents that are sound, then end
  --compact           make a stopped folder's data file as small as it can be, then end
  --help              print this
  --version           print the version
`;

/** A command line that cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads a command line. Throws UsageError. */
export function parseCommandLine(args: string[]): ServeOptions | OfflineOptions | 'help' | 'version' {
  const { values } = parse(args);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const dbPath = values.dbpath;
  if (!dbPath) throw new UsageError('--dbpath is missing');
  const lockWaitMs = wholeNumber(
    '--lock-wait',
    values['lock-wait'] ?? String(DEFAULT_LOCK_WAIT_MS),
    2 ** 31 - 1,
  );
  if (values.repair || values.compact) {
    if (values.repair && values.compact)
      throw new UsageError('--repair and --compact are two tasks: one at a time');
    if (values.port !== undefined || values.socket !== undefined) {
      throw new UsageError(
        '--repair and --compact are for a stopped folder: they take no --port or --socket',
      );
    }
    return { task: values.repair ? 'repair' : 'compact', dbPath, lockWaitMs };
  }
  return {
    dbPath,
    address: addressOf(values.port, values.socket, values.bind),
    exitWithParent: values['exit-with-parent'] ?? false,
    testCommands: values['test-commands'] ?? false,
    lockWaitMs,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        dbpath: { type: 'string' },
        port: { type: 'string' },
        socket: { type: 'string' },
        bind: { type: 'string' },
        'exit-with-parent': { type: 'boolean' },
        'lock-wait': { type: 'string' },
        'test-commands': { type: 'boolean' },
        repair: { type: 'boolean' },
        compact: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function addressOf(port?: string, socket?: string, bind?: string): ListenAddress {
  if ((port === undefined) === (socket === undefined)) {
    throw new UsageError('exactly one of --port and --socket is needed');
  }
  if (port === undefined) {
    if (bind !== undefined) throw new UsageError('--bind goes with --port');
    return { socket: socket ?? '' };
  }
  return { port: wholeNumber('--port', port, 65_535), host: hostOf(bind ?? '127.0.0.1') };
}

function hostOf(bind: string): string {
  try {
    return loopbackHost(bind);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string, largest: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= largest) return value;
  throw new UsageError(`${name} takes a whole number from 0 to ${largest}, not ${JSON.stringify(text)}`);
}
