import { EngineError } from '../errors.js';
import { abortTransaction } from './abortTransaction.js';
import { buildInfo } from './buildInfo.js';
import type { Command } from './command.js';
import { commitTransaction } from './commitTransaction.js';
import { connectionStatus } from './connectionStatus.js';
import { endSessions } from './endSessions.js';
import { hello } from './hello.js';
import { ping } from './ping.js';
import { serverStatus } from './serverStatus.js';
import { whatsmyuri } from './whatsmyuri.js';

/** Every command that the engine knows, in alphabetic order. */
const COMMANDS: readonly Command[] = [
  abortTransaction,
  buildInfo,
  commitTransaction,
  connectionStatus,
  endSessions,
  hello,
  ping,
  serverStatus,
  whatsmyuri,
];

const byName = new Map<string, Command>(
  COMMANDS.flatMap((command) =>
    [command.name, ...(command.aliases ?? [])].map((name) => [name, command] as const),
  ),
);

/** The command of that name; throws CommandNotFound. */
export function findCommand(name: string): Command {
  const command = byName.get(name);
  if (command === undefined) throw new EngineError('CommandNotFound', `no such command: '${name}'`);
  return command;
}
