import { tidyText } from '../../../kernel/text.js';
import { findPayer, type Account, type EnvelopeAmount } from '../account.js';
import type { ReceiveOtherPay, ReceivePay } from '../commands.js';
import type { PayReceived } from '../events.js';
import { amountRefusal, amountsRefusal, byEnvelope, descriptionRefusal, nameRefusal } from '../fields.js';
import { payPostings, splitRefusal } from '../pay.js';
import { moved } from '../record.js';
import { accept, missing, refuse, type AccountDecision } from '../refusals.js';
import { envelopesRefusal, postingsRefusal } from '../rules.js';

/** Receives pay from a payer of the account, as it usually is unless the command says otherwise. */
export function receivePay(state: Account, command: ReceivePay): AccountDecision {
  const { amount_minor, split = [] } = command;
  const refusal =
    (amount_minor === undefined ? null : amountRefusal('amount', amount_minor)) ??
    amountsRefusal('split', split) ??
    descriptionRefusal(command.description);
  if (refusal) return refuse(refusal);
  const payer = findPayer(state, command.payer_id);
  if (!payer) return refuse(missing('payer'));
  return received(state, command, {
    payer_id: payer.id,
    payer: payer.name,
    amount: amount_minor ?? payer.amount_minor,
    split: command.split ?? payer.split,
  });
}

/** Receives pay from somebody who is no payer of the account. */
export function receiveOtherPay(state: Account, command: ReceiveOtherPay): AccountDecision {
  const { amount_minor: amount, split } = command;
  const payer = tidyText(command.payer);
  const refusal =
    nameRefusal('payer', payer) ??
    amountRefusal('amount', amount) ??
    amountsRefusal('split', split) ??
    descriptionRefusal(command.description);
  return refusal ? refuse(refusal) : received(state, command, { payer_id: null, payer, amount, split });
}

interface Pay extends Pick<PayReceived, 'payer_id' | 'payer'> {
  readonly amount: number;
  readonly split: readonly EnvelopeAmount[];
}

function received(state: Account, command: ReceivePay | ReceiveOtherPay, pay: Pay): AccountDecision {
  const { payer_id, payer, amount } = pay;
  const split = byEnvelope(pay.split);
  const postings = payPostings(amount, split);
  const refusal =
    envelopesRefusal(
      state,
      split.map(({ envelope_id }) => envelope_id),
    ) ??
    splitRefusal(amount, split) ??
    postingsRefusal(state, postings);
  if (refusal) return refuse(refusal);
  return accept({ type: 'PayReceived', ...moved(state, command, postings), payer_id, payer });
}
