import type { Account } from '../account.js';
import type { Books } from '../books.js';
import type { BatchCommand, TransferMoney } from '../commands.js';
import type { Facts } from '../facts.js';
import type { AccountDecision, LedgerDecision } from '../refusals.js';
import { adjustBalance } from './adjustment.js';
import { debitMoney, depositMoney, moveMoney, withdrawCash } from './money.js';
import { receiveOtherPay, receivePay } from './pay.js';
import { transferMoney } from './transfer.js';

/** What was decided for one account, as entries of the books. */
export function entriesOf(account_id: string, decision: AccountDecision): LedgerDecision {
  if (!decision.ok) return decision;
  return { ok: true, entries: decision.events.map((event) => ({ account_id, event })) };
}

/** Decides on a command that records one transaction, be it on its own or in a batch. */
export function decideTransaction(
  books: Books,
  account: Account,
  facts: Facts,
  command: BatchCommand,
): LedgerDecision {
  return command.type === 'TransferMoney'
    ? transferMoney(books, account, command)
    : entriesOf(account.id, decideWithin(account, facts, command));
}

function decideWithin(
  account: Account,
  facts: Facts,
  command: Exclude<BatchCommand, TransferMoney>,
): AccountDecision {
  switch (command.type) {
    case 'DepositMoney':
      return depositMoney(account, command);
    case 'DebitMoney':
      return debitMoney(account, command);
    case 'WithdrawCash':
      return withdrawCash(account, command);
    case 'MoveMoney':
      return moveMoney(account, command);
    case 'ReceivePay':
      return receivePay(account, command);
    case 'ReceiveOtherPay':
      return receiveOtherPay(account, command);
    case 'AdjustBalance':
      return adjustBalance(account, facts, command);
  }
}
