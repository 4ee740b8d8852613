import { EngineError } from '../errors.js';
import { abortTransaction } from './abortTransaction.js';
import type { Command } from './command.js';
import { commitTransaction } from './commitTransaction.js';
import { endSessions } from './endSessions.js';

/** Every command that the engine knows, in alphabetic order. */
const COMMANDS: readonly Command[] = [abortTransaction, commitTransaction, endSessions];

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
