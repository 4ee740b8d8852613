import type { Decider } from '../../kernel/decider.js';
import type { Account } from './account.js';
import type { LedgerCommand, OpenAccount } from './commands.js';
import { changeAccount, openAccount } from './decide-account.js';
import { addEnvelopes, archiveEnvelope, renameEnvelope, restoreEnvelope } from './decide-envelopes.js';
import { debitMoney, depositMoney, moveMoney, withdrawCash } from './decide-money.js';
import { receiveOtherPay, receivePay } from './decide-pay.js';
import { addPayer, changePayer, removePayer } from './decide-payers.js';
import { undoLast, undoTransaction } from './decide-undo.js';
import type { LedgerEvent } from './events.js';
import { evolve } from './evolve.js';
import type { Facts } from './facts.js';
import { missing, refuse, type LedgerDecision, type Refusal } from './refusals.js';

/**
 * Which events a command leads to, or why it is refused. No events: everything already is as the command asks. A refusal
 * is decided in this order: fields (400), things not there (404), rules (409); what the path of a request names comes
 * before its fields.
 */
export function decide(state: Account | null, facts: Facts, command: LedgerCommand): LedgerDecision {
  if (command.type === 'OpenAccount') {
    if (state) throw new Error(`Account ${state.id} is open already`);
    return openAccount(facts, command);
  }
  return state ? decideOpen(state, facts, command) : refuse(missing('account'));
}

function decideOpen(
  state: Account,
  facts: Facts,
  command: Exclude<LedgerCommand, OpenAccount>,
): LedgerDecision {
  switch (command.type) {
    case 'ChangeAccount':
      return changeAccount(state, facts, command);
    case 'AddEnvelopes':
      return addEnvelopes(state, command);
    case 'RenameEnvelope':
      return renameEnvelope(state, command);
    case 'ArchiveEnvelope':
      return archiveEnvelope(state, command);
    case 'RestoreEnvelope':
      return restoreEnvelope(state, command);
    case 'AddPayer':
      return addPayer(state, command);
    case 'ChangePayer':
      return changePayer(state, command);
    case 'RemovePayer':
      return removePayer(state, command);
    case 'DepositMoney':
      return depositMoney(state, command);
    case 'DebitMoney':
      return debitMoney(state, command);
    case 'WithdrawCash':
      return withdrawCash(state, command);
    case 'MoveMoney':
      return moveMoney(state, command);
    case 'ReceivePay':
      return receivePay(state, command);
    case 'ReceiveOtherPay':
      return receiveOtherPay(state, command);
    case 'UndoLast':
      return undoLast(state, facts, command);
    case 'UndoTransaction':
      return undoTransaction(state, facts, command);
  }
}

/** The ledger's decider: its rules as plain functions. */
export const ledgerDecider: Decider<Account, Facts, LedgerCommand, LedgerEvent, Refusal> = { decide, evolve };
