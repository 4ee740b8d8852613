import { accountIn, type Books } from '../books.js';
import type { Account } from '../account.js';
import type { TransferMoney } from '../commands.js';
import type { TransferReceived, TransferSent } from '../events.js';
import { amountRefusal, descriptionRefusal } from '../fields.js';
import { moved } from '../record.js';
import { accountClosed, invalid, missing, refuse, type LedgerDecision, type Refusal } from '../refusals.js';
import { archivedRefusal, missingRefusal, postingsRefusal } from '../rules.js';

/** Sends money to another account of the household: two events, one in each account. */
export function transferMoney(books: Books, sender: Account, command: TransferMoney): LedgerDecision {
  const { amount_minor, to_amount_minor = amount_minor, from_envelope_id, to_envelope_id } = command;
  const early = fieldsRefusal(sender, command);
  if (early) return refuse(early);
  const receiver = accountIn(books, command.to_account_id);
  if (receiver?.household_id !== sender.household_id) return refuse(missing('account'));
  const taken = [{ envelope_id: from_envelope_id, amount_minor: -amount_minor }];
  const given = [{ envelope_id: to_envelope_id, amount_minor: to_amount_minor }];
  const refusal =
    currenciesRefusal(sender, receiver, command) ??
    missingRefusal(sender, [from_envelope_id]) ??
    missingRefusal(receiver, [to_envelope_id]) ??
    (receiver.state === 'closed' ? accountClosed(receiver) : null) ??
    archivedRefusal(sender, [from_envelope_id]) ??
    archivedRefusal(receiver, [to_envelope_id]) ??
    postingsRefusal(sender, taken) ??
    postingsRefusal(receiver, given);
  if (refusal) return refuse(refusal);
  const { sent_id, received_id } = command;
  const sent: TransferSent = {
    type: 'TransferSent',
    ...moved(sender, command, taken),
    _id: sent_id,
    transfer_id: sent_id,
    counterpart: { account_id: receiver.id, transaction_id: received_id },
  };
  const received: TransferReceived = {
    type: 'TransferReceived',
    ...moved(receiver, command, given),
    _id: received_id,
    transfer_id: sent_id,
    counterpart: { account_id: sender.id, transaction_id: sent_id },
  };
  return {
    ok: true,
    entries: [
      { account_id: sender.id, event: sent },
      { account_id: receiver.id, event: received },
    ],
  };
}

function fieldsRefusal(sender: Account, command: TransferMoney): Refusal | null {
  const { to_amount_minor, to_account_id } = command;
  return (
    amountRefusal('amount', command.amount_minor) ??
    (to_amount_minor === undefined ? null : amountRefusal('to_amount', to_amount_minor)) ??
    (to_account_id === sender.id ? invalid('to_account_id', 'must be another account') : null) ??
    descriptionRefusal(command.description)
  );
}

function currenciesRefusal(
  { currency: from }: Account,
  { currency: to }: Account,
  { to_amount_minor }: TransferMoney,
): Refusal | null {
  if (from === to) {
    return to_amount_minor === undefined
      ? null
      : invalid('to_amount', `must be left out, since both accounts are in ${to}`);
  }
  return to_amount_minor === undefined
    ? invalid('to_amount', `must be given in ${to}, the currency of the other account`)
    : null;
}
