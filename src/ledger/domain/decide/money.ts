import { findEnvelope, type Account, type EnvelopeAmount } from '../account.js';
import type { DebitMoney, DepositMoney, MoveMoney, WithdrawCash } from '../commands.js';
import { amountRefusal, amountsRefusal, byEnvelope, descriptionRefusal } from '../fields.js';
import { moved } from '../record.js';
import { accept, invalid, refuse, type AccountDecision, type Refusal } from '../refusals.js';
import { envelopesRefusal, overdrawn, postingsRefusal } from '../rules.js';

const idsOf = (amounts: readonly EnvelopeAmount[]): number[] => amounts.map(({ envelope_id }) => envelope_id);

const taken = (amounts: readonly EnvelopeAmount[]): EnvelopeAmount[] =>
  amounts.map(({ envelope_id, amount_minor }) => ({ envelope_id, amount_minor: -amount_minor }));

/** Puts money into one envelope. */
export function depositMoney(state: Account, command: DepositMoney): AccountDecision {
  const { envelope_id, amount_minor } = command;
  const postings = [{ envelope_id, amount_minor }];
  const refusal = singleRefusal(state, command, postings);
  if (refusal) return refuse(refusal);
  return accept({ type: 'MoneyDeposited', ...moved(state, command, postings) });
}

/** What is wrong with a command that changes one envelope by one amount. */
function singleRefusal(
  state: Account,
  { amount_minor, description, envelope_id }: DepositMoney | WithdrawCash,
  postings: readonly EnvelopeAmount[],
): Refusal | null {
  return (
    amountRefusal('amount', amount_minor) ??
    descriptionRefusal(description) ??
    envelopesRefusal(state, [envelope_id]) ??
    postingsRefusal(state, postings)
  );
}

/** Spends from one envelope or several. */
export function debitMoney(state: Account, command: DebitMoney): AccountDecision {
  const postings = taken(byEnvelope(command.postings));
  const refusal =
    (command.postings.length === 0 ? invalid('postings', 'must name at least one envelope') : null) ??
    amountsRefusal('postings', command.postings) ??
    descriptionRefusal(command.description) ??
    envelopesRefusal(state, idsOf(postings)) ??
    postingsRefusal(state, postings);
  if (refusal) return refuse(refusal);
  return accept({ type: 'MoneyDebited', ...moved(state, command, postings) });
}

/** Takes cash out of one envelope. */
export function withdrawCash(state: Account, command: WithdrawCash): AccountDecision {
  const { envelope_id, amount_minor } = command;
  const postings = taken([{ envelope_id, amount_minor }]);
  const refusal = singleRefusal(state, command, postings);
  if (refusal) return refuse(refusal);
  return accept({ type: 'CashWithdrawn', ...moved(state, command, postings) });
}

/** Moves money from one envelope to another, never more than the source holds. */
export function moveMoney(state: Account, command: MoveMoney): AccountDecision {
  const { from_id, to_id, amount_minor } = command;
  const postings = [
    { envelope_id: from_id, amount_minor: -amount_minor },
    { envelope_id: to_id, amount_minor },
  ];
  const refusal =
    amountRefusal('amount', amount_minor) ??
    (from_id === to_id ? invalid('to_id', 'must be another envelope than from_id') : null) ??
    descriptionRefusal(command.description) ??
    envelopesRefusal(state, [from_id, to_id]) ??
    sourceRefusal(state, from_id, amount_minor) ??
    postingsRefusal(state, postings);
  if (refusal) return refuse(refusal);
  return accept({ type: 'MoneyMoved', ...moved(state, command, postings) });
}

function sourceRefusal(state: Account, id: number, amount: number): Refusal | null {
  const source = findEnvelope(state, id);
  if (!source || source.balance_minor >= amount) return null;
  return overdrawn(state, [{ ...source, balance_minor: source.balance_minor - amount }]);
}
