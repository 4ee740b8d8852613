import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import { addEnvelopes, archive, change, close, open, rename, reopen, restore } from './naive-accounts.js';
import { copyOf, type NaiveAccount, type NaiveData } from './naive-data.js';
import { recordOne } from './naive-money.js';
import { addPayer, changePayer, removePayer } from './naive-payers.js';
import { annotate, turn } from './naive-reversals.js';
import { refuseIf, Refused, type Of, type Verdict } from './naive-verdict.js';

const WHILE_CLOSED: ReadonlySet<string> = new Set(['AnnotateTransaction', 'CloseAccount', 'ReopenAccount']);

/**
 * The ledger written as plainly as it can be: one list of the transactions of all accounts, each undone or not, from
 * which every balance is added up anew whenever it is asked for. A command is tried, and what it did taken back where
 * it turns out to be refused. Shares no code with the domain.
 */
export class NaiveLedger {
  data: NaiveData = { accounts: new Map(), transactions: [], reversals: new Map(), told: new Map() };

  /** Takes the command of an account, null for those that are asked of none, or refuses it. */
  take(asked: string | null, command: LedgerCommand): Verdict {
    const before = copyOf(this.data);
    const closed = asked !== null && this.data.accounts.get(asked)?.closed === true;
    const verdict = this.attempt(asked, command);
    if (!closed || WHILE_CLOSED.has(command.type)) {
      if ('refused' in verdict) this.data = before;
      return verdict;
    }
    this.data = before;
    const first = 'refused' in verdict && ['invalid_request', 'not_found'].includes(verdict.refused);
    return first ? verdict : { refused: 'account_closed' };
  }

  private attempt(asked: string | null, command: LedgerCommand): Verdict {
    const before = this.events();
    try {
      const added = this.judge(asked, command);
      if (asked !== null) this.data.accounts.get(asked)!.count += added;
      return { events: this.events() - before };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { code: refused, index } = error;
      return index === undefined ? { refused } : { refused, index };
    }
  }

  private events(): number {
    return [...this.data.accounts.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** Gives how many events are to be added to the account's, beside those that were counted on the way. */
  private judge(asked: string | null, command: LedgerCommand): number {
    const { data } = this;
    if (command.type === 'OpenAccount') return open(data, command);
    if (command.type === 'UndoBatch' || command.type === 'RedoBatch') return turn(data, asked, command);
    const account = asked === null ? undefined : data.accounts.get(asked);
    if (asked === null || !account) throw new Refused('not_found');
    switch (command.type) {
      case 'ChangeAccount':
        return change(data, asked, account, command);
      case 'CloseAccount':
        return close(data, asked, account);
      case 'ReopenAccount':
        return reopen(data, asked, account);
      case 'AddEnvelopes':
        return addEnvelopes(account, command);
      case 'RenameEnvelope':
        return rename(account, command);
      case 'ArchiveEnvelope':
        return archive(data, asked, account, command.envelope_id);
      case 'RestoreEnvelope':
        return restore(account, command.envelope_id);
      case 'AddPayer':
        return addPayer(account, command);
      case 'ChangePayer':
        return changePayer(account, command);
      case 'RemovePayer':
        return removePayer(account, command.payer_id);
      case 'AnnotateTransaction':
        return annotate(data, asked, command);
      case 'RecordBatch':
        return recordBatch(data, asked, account, command);
      case 'UndoLast':
      case 'UndoBackTo':
      case 'UndoTransaction':
      case 'RedoLast':
      case 'RedoTransaction':
        return turn(data, asked, command);
      default:
        return recordOne(data, asked, account, command, null);
    }
  }
}

function recordBatch(
  data: NaiveData,
  asked: string,
  account: NaiveAccount,
  { batch_id, commands }: Of<'RecordBatch'>,
): number {
  refuseIf(commands.length === 0 || commands.length > 1_000, 'invalid_request');
  for (const [index, command] of commands.entries()) {
    try {
      recordOne(data, asked, account, command, batch_id);
    } catch (error) {
      throw error instanceof Refused ? new Refused(error.code, index) : error;
    }
  }
  return 0;
}
