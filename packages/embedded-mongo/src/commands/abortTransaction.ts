import { EngineError } from '../errors.js';
import { noSuchTransaction } from '../sessions/statement.js';
import { adminOnly, type Command } from './command.js';

/** Gives up the session's open transaction. */
export const abortTransaction: Command = {
  name: 'abortTransaction',
  fields: ['recoveryToken'],
  inTransaction: false,
  write: true,
  run(context) {
    adminOnly(context, 'abortTransaction');
    if (context.ending === undefined) throw new Error('dispatch ran abortTransaction outside a transaction');
    const { session, number } = context.ending;
    if (number === session.number && session.state === 'committed') {
      throw new EngineError('TransactionCommitted', `Transaction ${String(number)} has been committed.`);
    }
    const { transaction } = session;
    if (number !== session.number || transaction === undefined) throw noSuchTransaction(number);
    const wasOpen = transaction.isOpen;
    transaction.end();
    session.transaction = undefined;
    session.state = 'aborted';
    if (!wasOpen) throw noSuchTransaction(number);
    return {};
  },
};
