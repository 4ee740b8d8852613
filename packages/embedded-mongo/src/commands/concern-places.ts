import type { CommandDoc } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import type { Statement } from '../sessions/statement.js';
import type { Command } from './command.js';

/** The read concerns that a transaction can have. */
const IN_TRANSACTIONS: readonly unknown[] = [undefined, 'local', 'majority', 'snapshot'];

/** Throws InvalidOptions where a command has a read or write concern in a place where MongoDB takes none. */
export function checkConcernPlaces(command: Command, statement: Statement, body: CommandDoc): void {
  const concern = body.get('readConcern');
  const level = concern instanceof Map ? concern.get('level') : undefined;
  if (statement.kind === 'transaction') {
    if (body.has('writeConcern')) {
      throw misplaced('writeConcern is not allowed within a multi-statement transaction');
    }
    if (concern !== undefined && body.get('startTransaction') !== true) {
      throw misplaced('Only the first command in a transaction may specify a readConcern');
    }
    if (!IN_TRANSACTIONS.includes(level)) {
      throw misplaced(
        "The readConcern level must be either 'local' (default), 'majority' or 'snapshot' in order to run in a transaction",
      );
    }
    return;
  }
  if (command.write && level !== undefined && level !== 'local') {
    throw misplaced(`Command ${command.name} does not support this readConcern: read concern not supported`);
  }
  if (!command.write && command.name !== 'aggregate' && body.has('writeConcern')) {
    throw misplaced('Command does not support writeConcern');
  }
}

function misplaced(reason: string): EngineError {
  return new EngineError('InvalidOptions', reason);
}
