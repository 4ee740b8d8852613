import type { NaiveAccount } from './naive-data.js';
import {
  addUp,
  asIs,
  pairs,
  refuseIf,
  Refused,
  taken,
  total,
  wrongAmount,
  wrongName,
} from './naive-verdict.js';
import type { Of, Pairs } from './naive-verdict.js';

export interface NaivePayer {
  readonly name: string;
  readonly amount: number;
  readonly split: Pairs;
}

/** Refuses amounts in envelopes that are unknown or archived. */
export function usable({ envelopes }: NaiveAccount, list: Pairs): void {
  refuseIf(!list.every(([id]) => envelopes[id]), 'not_found');
  refuseIf(
    list.some(([id]) => envelopes[id]?.archived),
    'envelope_archived',
  );
}

export function payerWith({ payers }: NaiveAccount, id: number): NaivePayer {
  const payer = payers.byId.get(id);
  if (!payer) throw new Refused('not_found');
  return payer;
}

/** Whether some payer's split names the envelope. */
export const payInto = ({ payers }: NaiveAccount, envelope: number): boolean =>
  [...payers.byId.values()].some(({ split }) => split.some(([id]) => id === envelope));

export function addPayer(account: NaiveAccount, { name, amount_minor, split }: Of<'AddPayer'>): number {
  const payer = checked(account, { name, amount: amount_minor, split: pairs(split) });
  account.payers.ever += 1;
  account.payers.byId.set(account.payers.ever, payer);
  return taken;
}

export function changePayer(account: NaiveAccount, command: Of<'ChangePayer'>): number {
  const { payer_id, name, amount_minor, split } = command;
  const before = payerWith(account, payer_id);
  const after = checked(account, {
    name: name ?? before.name,
    amount: amount_minor ?? before.amount,
    split: split ? pairs(split) : before.split,
  });
  account.payers.byId.set(payer_id, after);
  return JSON.stringify(before) === JSON.stringify(after) ? asIs : taken;
}

export function removePayer({ payers }: NaiveAccount, id: number): number {
  refuseIf(!payers.byId.delete(id), 'not_found');
  return taken;
}

function checked(account: NaiveAccount, { name, amount, split }: NaivePayer): NaivePayer {
  refuseIf(wrongName(name) || wrongAmount(amount), 'invalid_request');
  refuseIf(
    split.some(([, part]) => wrongAmount(part)),
    'invalid_request',
  );
  usable(account, split);
  const sums = addUp(split);
  refuseIf(total(sums.values()) > BigInt(amount), 'split_exceeds_amount');
  return { name: name.trim(), amount, split: [...sums].map(([id, part]) => [id, Number(part)] as const) };
}
