import { openAccount, type AccountClient } from '../kit/ledger.js';
import type { SignedUp, TestService } from '../kit/service.js';

/** An account that has been in use, and what its transactions are called. */
export interface UsedAccount {
  readonly account: AccountClient;
  /** The path with a transaction's id in place of `{debit}`, `{undo}` or `{opening}`. */
  readonly filled: (path: string) => string;
}

/** Opens one: 100 in Available, 40 in Groceries, Old archived; a debit that is undone, and a payer into Groceries. */
export async function openUsedAccount(service: TestService, owner: SignedUp): Promise<UsedAccount> {
  const account = await openAccount(service, owner, { name: 'Household', opening_balance: 140 }, [
    'Groceries',
    'Old',
  ]);
  await account.record('/moves', { from_id: 0, to_id: 1, amount: 40 });
  const ids = new Map<string, string>();
  ids.set('debit', (await account.record('/debits', { envelope_id: 1, amount: 1 })).transaction.id);
  ids.set('undo', (await account.record('/undo')).transaction.id);
  ids.set('opening', (await account.register()).at(-1)?.id ?? '');
  await account.done('DELETE', '/envelopes/2');
  await account.done('POST', '/payers', {
    payer: 'Acme',
    amount: 10,
    split: [{ envelope_id: 1, amount: 10 }],
  });
  return { account, filled: (path) => path.replace(/\{(\w+)\}/, (_, name: string) => ids.get(name) ?? '') };
}
