import { EngineError } from '../errors.js';
import { adminOnly, type Command } from './command.js';

const LOGS = ['global', 'startupWarnings'];

/** The logs that MongoDB keeps in memory. Here they are empty: what there is to log goes to standard error. */
export const getLog: Command = {
  name: 'getLog',
  fields: [],
  inTransaction: false,
  write: false,
  run(context) {
    adminOnly(context, 'getLog');
    const name = context.body.get('getLog');
    if (name === '*') return { names: LOGS };
    if (typeof name !== 'string') {
      throw new EngineError('TypeMismatch', 'Argument to getLog must be of type String');
    }
    if (!LOGS.includes(name)) throw new EngineError('OperationFailed', `No log named '${name}'`);
    return { totalLinesWritten: 0, log: [] };
  },
};
