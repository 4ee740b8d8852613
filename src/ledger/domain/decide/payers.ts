import { tidyText } from '../../../kernel/text.js';
import { findPayer, type Account, type EnvelopeAmount, type Payer } from '../account.js';
import type { AddPayer, ChangePayer, RemovePayer } from '../commands.js';
import { amountRefusal, amountsRefusal, byEnvelope, nameRefusal } from '../fields.js';
import { LIMITS } from '../limits.js';
import { payPostings, splitRefusal } from '../pay.js';
import { unmoved } from '../record.js';
import { accept, limitReached, missing, refuse, type AccountDecision, type Refusal } from '../refusals.js';
import { envelopesRefusal } from '../rules.js';

/** Adds a payer with the split that its pay usually has. */
export function addPayer(state: Account, command: AddPayer): AccountDecision {
  const payer = { id: state.next_payer_id, ...usualPay(command) };
  const room = state.payers.length < LIMITS.payers;
  const refusal =
    payerRefusal(state, payer, command.split) ??
    (room ? null : limitReached(LIMITS.payers, 'payers an account'));
  if (refusal) return refuse(refusal);
  const { id: payer_id, ...rest } = payer;
  return accept({ type: 'PayerAdded', ...unmoved(state, command), payer_id, ...rest });
}

/** Changes a payer as far as given; the payer as a whole must then be right. */
export function changePayer(state: Account, command: ChangePayer): AccountDecision {
  const before = findPayer(state, command.payer_id);
  if (!before) return refuse(missing('payer'));
  const split = command.split ?? before.split;
  const after: Payer = {
    id: before.id,
    ...usualPay({
      name: command.name ?? before.name,
      amount_minor: command.amount_minor ?? before.amount_minor,
      split,
    }),
  };
  const refusal = payerRefusal(state, after, split);
  if (refusal) return refuse(refusal);
  if (samePayer(before, after)) return accept();
  const { id: payer_id, ...rest } = after;
  return accept({ type: 'PayerChanged', ...unmoved(state, command), payer_id, ...rest });
}

/** Removes a payer; pay that came from it stays as it was recorded. */
export function removePayer(state: Account, command: RemovePayer): AccountDecision {
  const payer = findPayer(state, command.payer_id);
  if (!payer) return refuse(missing('payer'));
  return accept({ type: 'PayerRemoved', ...unmoved(state, command), payer_id: payer.id });
}

type UsualPay = Omit<Payer, 'id'>;

const usualPay = ({ name, amount_minor, split }: UsualPay): UsualPay => ({
  name: tidyText(name),
  amount_minor,
  split: byEnvelope(split),
});

function payerRefusal(state: Account, payer: Payer, split: readonly EnvelopeAmount[]): Refusal | null {
  return (
    nameRefusal('payer', payer.name) ??
    amountRefusal('amount', payer.amount_minor) ??
    amountsRefusal('split', split) ??
    envelopesRefusal(
      state,
      payer.split.map(({ envelope_id }) => envelope_id),
    ) ??
    splitRefusal(payer.amount_minor, payer.split) ??
    // A payer whose pay could never be received would be of no use.
    (payPostings(payer.amount_minor, payer.split).length > LIMITS.postings
      ? limitReached(LIMITS.postings, 'postings a transaction')
      : null)
  );
}

function samePayer(before: Payer, after: Payer): boolean {
  return (
    before.name === after.name &&
    before.amount_minor === after.amount_minor &&
    before.split.length === after.split.length &&
    before.split.every(({ envelope_id, amount_minor }, index) => {
      const other = after.split[index];
      return other?.envelope_id === envelope_id && other.amount_minor === amount_minor;
    })
  );
}
