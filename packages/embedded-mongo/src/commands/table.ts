import { EngineError } from '../errors.js';
import { abortTransaction } from './abortTransaction.js';
import { aggregate } from './aggregate.js';
import { buildInfo } from './buildInfo.js';
import { bulkWrite } from './bulkWrite.js';
import type { Command } from './command.js';
import { commitTransaction } from './commitTransaction.js';
import { configureFailPoint } from './configureFailPoint.js';
import { connectionStatus } from './connectionStatus.js';
import { count } from './count.js';
import { create } from './create.js';
import { createIndexes } from './createIndexes.js';
import { currentOp } from './currentOp.js';
import { deleteCommand } from './delete.js';
import { distinct } from './distinct.js';
import { drop } from './drop.js';
import { dropDatabase } from './dropDatabase.js';
import { dropIndexes } from './dropIndexes.js';
import { endSessions } from './endSessions.js';
import { explain } from './explain.js';
import { find } from './find.js';
import { findAndModify } from './findAndModify.js';
import { getLog } from './getLog.js';
import { getMore } from './getMore.js';
import { getParameter } from './getParameter.js';
import { hello } from './hello.js';
import { hostInfo } from './hostInfo.js';
import { insert } from './insert.js';
import { killCursors } from './killCursors.js';
import { killOp } from './killOp.js';
import { listCollections } from './listCollections.js';
import { listDatabases } from './listDatabases.js';
import { listIndexes } from './listIndexes.js';
import { ping } from './ping.js';
import { serverStatus } from './serverStatus.js';
import { update } from './update.js';
import { validate } from './validate.js';
import { whatsmyuri } from './whatsmyuri.js';

/** Every command that the engine knows, in alphabetic order. */
const COMMANDS: readonly Command[] = [
  abortTransaction,
  aggregate,
  buildInfo,
  bulkWrite,
  commitTransaction,
  configureFailPoint,
  connectionStatus,
  count,
  create,
  createIndexes,
  currentOp,
  deleteCommand,
  distinct,
  drop,
  dropDatabase,
  dropIndexes,
  endSessions,
  explain,
  find,
  findAndModify,
  getLog,
  getMore,
  getParameter,
  hello,
  hostInfo,
  insert,
  killCursors,
  killOp,
  listCollections,
  listDatabases,
  listIndexes,
  ping,
  serverStatus,
  update,
  validate,
  whatsmyuri,
];

const byName = new Map<string, Command>(
  COMMANDS.flatMap((command) =>
    [command.name, ...(command.aliases ?? [])].map((name) => [name, command] as const),
  ),
);

/** The command of that name; throws CommandNotFound. Commands for tests are found only where they are wanted. */
export function findCommand(name: string, testCommands: boolean): Command {
  const command = byName.get(name);
  if (command === undefined || (command.testOnly === true && !testCommands))
    throw new EngineError('CommandNotFound', `no such command: '${name}'`);
  return command;
}
