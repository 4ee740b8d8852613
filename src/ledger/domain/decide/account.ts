import { isCurrency } from '../../../kernel/currency.js';
import { isMinor } from '../../../kernel/money.js';
import { tidyText } from '../../../kernel/text.js';
import { AVAILABLE_ID, type Account } from '../account.js';
import type { ChangeAccount, OpenAccount } from '../commands.js';
import type { AccountChanged, AccountOpened } from '../events.js';
import { evolve } from '../evolve.js';
import { known, type Facts } from '../facts.js';
import { amountRefusal, descriptionRefusal, nameRefusal } from '../fields.js';
import { SCHEMA_VERSION, unmoved } from '../record.js';
import { accept, invalid, nameTaken, refuse, type AccountDecision, type Refusal } from '../refusals.js';
import { overdraftRefusal } from '../rules.js';

/** Opens an account with its whole opening balance in Available. */
export function openAccount(facts: Facts, command: OpenAccount): AccountDecision {
  const name = tidyText(command.name);
  const refusal = openingRefusal(command) ?? (known(facts, 'name_taken') ? nameTaken(name) : null);
  if (refusal) return refuse(refusal);
  const event: AccountOpened = {
    type: 'AccountOpened',
    schema_version: SCHEMA_VERSION,
    account_id: command.account_id,
    household_id: command.household_id,
    name,
    account_type: command.account_type,
    currency: command.currency,
    can_go_negative: command.can_go_negative,
    credit_limit_minor: command.credit_limit_minor,
    effective_on: command.effective_on,
    postings: [{ envelope_id: AVAILABLE_ID, amount_minor: command.opening_balance_minor }],
    balance_minor: command.opening_balance_minor,
    description: tidyText(command.description),
  };
  const account = evolve(null, event);
  const overdraft = overdraftRefusal(account, account.envelopes);
  return overdraft ? refuse(overdraft) : accept(event);
}

function openingRefusal(command: OpenAccount): Refusal | null {
  return (
    nameRefusal('name', command.name) ??
    descriptionRefusal(command.description) ??
    (isCurrency(command.currency) ? null : invalid('currency', 'must be an ISO 4217 code in use')) ??
    (isMinor(command.opening_balance_minor)
      ? null
      : invalid('opening_balance', 'must be below 10^15 minor units')) ??
    creditLimitRefusal(command.credit_limit_minor, command.can_go_negative)
  );
}

/** Changes the name, whether envelopes may fall below 0, and the credit limit, as far as given. */
export function changeAccount(state: Account, facts: Facts, command: ChangeAccount): AccountDecision {
  const name = tidyText(command.name ?? state.name);
  const can_go_negative = command.can_go_negative ?? state.can_go_negative;
  const kept = can_go_negative ? state.credit_limit_minor : null;
  const credit_limit_minor = command.credit_limit_minor === undefined ? kept : command.credit_limit_minor;
  const refusal =
    nameRefusal('name', name) ??
    creditLimitRefusal(credit_limit_minor, can_go_negative) ??
    (command.name !== undefined && known(facts, 'name_taken') ? nameTaken(name) : null) ??
    overdraftRefusal({ ...state, can_go_negative, credit_limit_minor }, state.envelopes);
  if (refusal) return refuse(refusal);
  const changes = {
    ...(name !== state.name && { name }),
    ...(can_go_negative !== state.can_go_negative && { can_go_negative }),
    ...(credit_limit_minor !== state.credit_limit_minor && { credit_limit_minor }),
  };
  if (Object.keys(changes).length === 0) return accept();
  const event: AccountChanged = { type: 'AccountChanged', ...unmoved(state, command), ...changes };
  return accept(event);
}

function creditLimitRefusal(limit: number | null, canGoNegative: boolean): Refusal | null {
  if (limit === null) return null;
  return canGoNegative
    ? amountRefusal('credit_limit', limit)
    : invalid('credit_limit', 'needs can_go_negative');
}
