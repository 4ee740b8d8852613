import type { CommandDoc } from '../bson/codec.js';
import { EngineError } from '../errors.js';
import type { Statement } from '../sessions/statement.js';
import type { Command } from './command.js';

/** The read concerns that a transaction can have. */
const IN_TRANSACTIONS: readonly unknown[] = [undefined, 'local', 'majority', 'snapshot'];

/** The commands that read documents, and so can be asked for more than what is newest. */
const READS: ReadonlySet<string> = new Set(['aggregate', 'count', 'distinct', 'explain', 'find']);

/**
 * Throws InvalidOptions where a command has a read or write concern in a place where MongoDB takes none, and
 * CommandNotSupported for a snapshot outside transactions.
 */
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
  if (level !== undefined && level !== 'local' && !takesLevel(command, level)) {
    throw misplaced(`Command ${command.name} does not support this readConcern: read concern not supported`);
  }
  if (level === 'snapshot') {
    throw new EngineError(
      'CommandNotSupported',
      "readConcern level 'snapshot' is supported by this engine in transactions only",
    );
  }
  if (!command.write && command.name !== 'aggregate' && body.has('writeConcern')) {
    throw misplaced('Command does not support writeConcern');
  }
}

/** What is no level at all is refused where it is read. */
function takesLevel({ name }: Command, level: unknown): boolean {
  return READS.has(name) && !(name === 'count' && level === 'snapshot');
}

function misplaced(reason: string): EngineError {
  return new EngineError('InvalidOptions', reason);
}
