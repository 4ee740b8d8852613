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
import type { Of, Pairs, Verdict } from './naive-verdict.js';

interface NaivePayer {
  readonly name: string;
  readonly amount: number;
  readonly split: Pairs;
}

/** Refuses amounts in envelopes that are unknown or archived. */
type Usable = (list: Pairs) => void;

/** The payers of the model. */
export class NaivePayers {
  readonly byId = new Map<number, NaivePayer>();
  private ever = 0;

  withId(id: number): NaivePayer {
    const payer = this.byId.get(id);
    if (!payer) throw new Refused('not_found');
    return payer;
  }

  payInto(envelope: number): boolean {
    return [...this.byId.values()].some(({ split }) => split.some(([id]) => id === envelope));
  }

  add({ name, amount_minor, split }: Of<'AddPayer'>, usable: Usable): Verdict {
    const payer = checked({ name, amount: amount_minor, split: pairs(split) }, usable);
    this.ever += 1;
    this.byId.set(this.ever, payer);
    return taken;
  }

  change({ payer_id, name, amount_minor, split }: Of<'ChangePayer'>, usable: Usable): Verdict {
    const before = this.withId(payer_id);
    const after = checked(
      {
        name: name ?? before.name,
        amount: amount_minor ?? before.amount,
        split: split ? pairs(split) : before.split,
      },
      usable,
    );
    this.byId.set(payer_id, after);
    return JSON.stringify(before) === JSON.stringify(after) ? asIs : taken;
  }

  remove(id: number): Verdict {
    refuseIf(!this.byId.delete(id), 'not_found');
    return taken;
  }
}

function checked({ name, amount, split }: NaivePayer, usable: Usable): NaivePayer {
  refuseIf(wrongName(name) || wrongAmount(amount), 'invalid_request');
  refuseIf(
    split.some(([, part]) => wrongAmount(part)),
    'invalid_request',
  );
  usable(split);
  const sums = addUp(split);
  refuseIf(total(sums.values()) > BigInt(amount), 'split_exceeds_amount');
  return { name: name.trim(), amount, split: [...sums].map(([id, part]) => [id, Number(part)] as const) };
}
