import type { Account } from './account.js';
import type { Books } from './books.js';
import type {
  BatchCommand,
  LedgerCommand,
  OpenAccount,
  RecordBatch,
  RedoBatch,
  RedoCommand,
  UndoBatch,
  UndoCommand,
} from './commands.js';
import { changeAccount, openAccount } from './decide/account.js';
import { annotateTransaction } from './decide/annotation.js';
import { recordBatch } from './decide/batch.js';
import { addEnvelopes, archiveEnvelope, renameEnvelope, restoreEnvelope } from './decide/envelopes.js';
import { addPayer, changePayer, removePayer } from './decide/payers.js';
import { redoBatch, redoLast, redoTransaction } from './decide/redo.js';
import { closeAccount, reopenAccount } from './decide/rest.js';
import { decideTransaction, entriesOf } from './decide/transaction.js';
import { undoBackTo, undoBatch, undoLast, undoTransaction } from './decide/undo.js';
import type { Facts } from './facts.js';
import { accountClosed, missing, refuse, type AccountDecision, type LedgerDecision } from './refusals.js';

type WithinAccount = Exclude<LedgerCommand, OpenAccount | UndoBatch | RedoBatch>;

/**
 * What a command leads to, or why it is refused. No entries: everything already is as the command asks. A refusal is
 * decided in this order: fields (400), things not there (404), rules (409); what the path of a request names comes before
 * its fields. `facts` holds the answers to `lookUpsFor`, `books` every account of `accountsNamed` that exists.
 * @throws Error for facts that were not looked up, and accounts that are not at hand.
 */
export function decideOn(books: Books, facts: Facts, command: LedgerCommand): LedgerDecision {
  switch (command.type) {
    case 'OpenAccount':
      if (books.account) throw new Error(`Account ${books.account.id} is open already`);
      return entriesOf(command.account_id, openAccount(facts, command));
    case 'UndoBatch':
      return undoBatch(books, facts, command);
    case 'RedoBatch':
      return redoBatch(books, facts, command);
    default:
      return books.account ? decideFor(books, books.account, facts, command) : refuse(missing('account'));
  }
}

function decideFor(books: Books, account: Account, facts: Facts, command: WithinAccount): LedgerDecision {
  const decision = decideOpen(books, account, facts, command);
  return account.state === 'open' || WHILE_CLOSED.has(command.type) ? decision : atRest(account, decision);
}

const WHILE_CLOSED: ReadonlySet<LedgerCommand['type']> = new Set([
  'AnnotateTransaction',
  'CloseAccount',
  'ReopenAccount',
]);

/** A closed account refuses, but first for what is wrong with the command itself. */
function atRest(account: Account, decision: LedgerDecision): LedgerDecision {
  const code = decision.ok ? null : decision.refusal.code;
  return code === 'invalid_request' || code === 'not_found' ? decision : refuse(accountClosed(account));
}

function decideOpen(books: Books, account: Account, facts: Facts, command: WithinAccount): LedgerDecision {
  switch (command.type) {
    case 'RecordBatch':
      return recordBatch(books, account, facts, command);
    case 'UndoLast':
      return undoLast(books, facts, command);
    case 'UndoBackTo':
      return undoBackTo(books, facts, command);
    case 'UndoTransaction':
      return undoTransaction(books, facts, command);
    case 'RedoLast':
      return redoLast(books, facts, command);
    case 'RedoTransaction':
      return redoTransaction(books, facts, command);
    case 'DepositMoney':
    case 'DebitMoney':
    case 'WithdrawCash':
    case 'MoveMoney':
    case 'ReceivePay':
    case 'ReceiveOtherPay':
    case 'AdjustBalance':
    case 'TransferMoney':
      return decideTransaction(books, account, facts, command);
    default:
      return entriesOf(account.id, decideUnmoved(account, facts, command));
  }
}

type Unmoved = Exclude<WithinAccount, BatchCommand | RecordBatch | UndoCommand | RedoCommand>;

function decideUnmoved(account: Account, facts: Facts, command: Unmoved): AccountDecision {
  switch (command.type) {
    case 'ChangeAccount':
      return changeAccount(account, facts, command);
    case 'CloseAccount':
      return closeAccount(account, command);
    case 'ReopenAccount':
      return reopenAccount(account, facts, command);
    case 'AddEnvelopes':
      return addEnvelopes(account, command);
    case 'RenameEnvelope':
      return renameEnvelope(account, command);
    case 'ArchiveEnvelope':
      return archiveEnvelope(account, command);
    case 'RestoreEnvelope':
      return restoreEnvelope(account, command);
    case 'AddPayer':
      return addPayer(account, command);
    case 'ChangePayer':
      return changePayer(account, command);
    case 'RemovePayer':
      return removePayer(account, command);
    case 'AnnotateTransaction':
      return annotateTransaction(account, facts, command);
  }
}
