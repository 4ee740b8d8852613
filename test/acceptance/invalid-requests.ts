import { openAccount, type AccountClient } from '../kit/ledger.js';
import type { SignedUp, TestService } from '../kit/service.js';

/** An answer that has to be a refusal. */
export type Refused = { readonly status: number; readonly body: Record<string, unknown> };

/** Opens an account that requests go to: 100 in Available, the envelopes 1 and 2 empty, and the payer 1. */
export async function openTarget(
  service: TestService,
  owner: SignedUp,
  name: string,
): Promise<AccountClient> {
  const account = await openAccount(service, owner, { name, opening_balance: 100 }, ['One', 'Two']);
  await account.done('POST', '/payers', { payer: 'Acme', amount: 10, split: [] });
  return account;
}

/** The fields that an answer names as wrong; it must be 400. */
export function wrongFields({ status, body }: Refused): string[] {
  expect({ status, code: body['code'] }).toEqual({ status: 400, code: 'invalid_request' });
  return ((body['errors'] ?? []) as { field: string }[]).map(({ field }) => field);
}
