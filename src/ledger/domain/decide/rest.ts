import type { Account } from '../account.js';
import type { CloseAccount, ReopenAccount } from '../commands.js';
import { known, type Facts } from '../facts.js';
import { unmoved } from '../record.js';
import { accept, nameTaken, refuse, type AccountDecision } from '../refusals.js';

/** Puts an account to rest whose envelopes are all empty. */
export function closeAccount(state: Account, command: CloseAccount): AccountDecision {
  if (state.state === 'closed') return accept();
  const full = state.envelopes.filter(({ balance_minor }) => balance_minor !== 0);
  if (full.length > 0) {
    return refuse({
      code: 'account_not_empty',
      detail: `Not empty: ${full.map(({ name }) => `"${name}"`).join(', ')}.`,
      envelope_ids: full.map(({ id }) => id),
    });
  }
  return accept({ type: 'AccountClosed', ...unmoved(state, command) });
}

/** Takes a closed account up again, unless its name is another's by now. */
export function reopenAccount(state: Account, facts: Facts, command: ReopenAccount): AccountDecision {
  if (state.state === 'open') return accept();
  if (known(facts, 'name_taken')) return refuse(nameTaken(state.name));
  return accept({ type: 'AccountReopened', ...unmoved(state, command) });
}
