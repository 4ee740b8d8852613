import type { CalendarDate } from '../../../kernel/dates.js';
import { isMinor } from '../../../kernel/money.js';
import { changeOf, type Account } from '../account.js';
import type { Entry } from '../books.js';
import type { AdjustBalance } from '../commands.js';
import { known, type BalanceFact, type Facts } from '../facts.js';
import { descriptionRefusal } from '../fields.js';
import { moved } from '../record.js';
import { accept, invalid, refuse, type AccountDecision } from '../refusals.js';
import { envelopesRefusal, postingsRefusal } from '../rules.js';

/** Makes the balance of a day what it is to be: the difference goes into one envelope. */
export function adjustBalance(state: Account, facts: Facts, command: AdjustBalance): AccountDecision {
  const { balance_minor: adjusted_to_minor, envelope_id, effective_on } = command;
  const early =
    (isMinor(adjusted_to_minor) ? null : invalid('balance', 'must be below 10^15 minor units')) ??
    descriptionRefusal(command.description) ??
    envelopesRefusal(state, [envelope_id]);
  if (early) return refuse(early);
  const amount_minor = adjusted_to_minor - balanceOn(facts, effective_on);
  if (amount_minor === 0) {
    return refuse({ code: 'nothing_to_adjust', detail: 'The balance of that day is that already.' });
  }
  const postings = [{ envelope_id, amount_minor }];
  const refusal = postingsRefusal(state, postings);
  if (refusal) return refuse(refusal);
  return accept({ type: 'BalanceAdjusted', ...moved(state, command, postings), adjusted_to_minor });
}

function balanceOn(facts: Facts, date: CalendarDate): number {
  const fact = known(facts, 'balances').find((balance) => balance.date === date);
  if (!fact) throw new Error(`The balance of ${date} was not looked up`);
  return fact.balance_minor;
}

/** The balances of days as they are after further entries, of which those of one account count. */
export function balancesAfter(
  balances: readonly BalanceFact[],
  account_id: string,
  entries: readonly Entry[],
): BalanceFact[] {
  const own = entries.filter((entry) => entry.account_id === account_id).map(({ event }) => event);
  return balances.map(({ date, balance_minor }) => ({
    date,
    balance_minor: own
      .filter(({ effective_on }) => effective_on <= date)
      .reduce((sum, { postings }) => sum + changeOf(postings), balance_minor),
  }));
}
