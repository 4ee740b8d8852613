import { noSuchTransaction } from '../sessions/statement.js';
import { adminOnly, type Command } from './command.js';

/**
 * Publishes the session's open transaction with a record of its number. A commit that is sent again answers ok when
 * that record is there, and waits, like the first, until it is on disk.
 */
export const commitTransaction: Command = {
  name: 'commitTransaction',
  fields: ['recoveryToken'],
  inTransaction: false,
  write: true,
  run(context) {
    adminOnly(context, 'commitTransaction');
    if (context.ending === undefined) throw new Error('dispatch ran commitTransaction outside a transaction');
    const { session, number } = context.ending;
    if (number !== session.number) throw noSuchTransaction(number);
    if (session.state === 'committed') return {};
    const { transaction } = session;
    if (transaction?.isOpen !== true) throw noSuchTransaction(number);
    session.transaction = undefined;
    if (transaction.writes.size > 0) transaction.putLate(session.recordKey, () => session.encodeRecord());
    try {
      context.engine.store.publish(transaction);
    } catch (error) {
      // Refused as a whole, for want of disk space.
      transaction.end();
      session.state = 'aborted';
      throw error;
    }
    // The record is encoded with the batch, later than this.
    session.state = 'committed';
    return {};
  },
};
