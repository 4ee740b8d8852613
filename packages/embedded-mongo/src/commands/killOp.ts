import { EngineError } from '../errors.js';
import { adminOnly, type Command } from './command.js';
import { wholeNumber } from './concerns.js';

/** `killOp`: interrupts a command under way, by the number that `currentOp` shows. One that is over is no error. */
export const killOp: Command = {
  name: 'killOp',
  fields: ['op'],
  inTransaction: false,
  write: false,
  run(context) {
    adminOnly(context, 'killOp');
    const op = wholeNumber(context.body.get('op'));
    if (op === undefined) throw new EngineError('TypeMismatch', "BSON field 'killOp.op' must be a number");
    context.engine.operations.kill(op);
    return { info: 'attempting to kill op' };
  },
};
