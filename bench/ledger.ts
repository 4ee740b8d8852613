import { randomUUID } from 'node:crypto';

import { HttpClient } from './http-client.js';

const PASSWORD = 'a password for the bench';

/** A signed-up user with accounts to post to. */
export interface Ledger {
  readonly token: string;
  readonly accounts: readonly string[];
}

/** Signs up a user and opens accounts with four envelopes and money in them. */
export async function openLedger(origin: string, accounts: number): Promise<Ledger> {
  const token = await signUp(origin);
  const client = new HttpClient(origin, 8, token);
  const numbers = Array.from({ length: accounts }, (_, index) => index);
  const ids = await Promise.all(numbers.map((number) => openAccount(client, number)));
  client.close();
  return { token, accounts: ids };
}

async function signUp(origin: string): Promise<string> {
  const client = new HttpClient(origin, 1);
  const username = `bench-${randomUUID()}`;
  const user = { username, email: `${username}@example.com`, password: PASSWORD };
  await client.expect(201, 'POST', '/users/signup', user);
  const form = new URLSearchParams({ grant_type: 'password', username, password: PASSWORD });
  const { access_token } = await client.expect<{ access_token: string }>(200, 'POST', '/token', form);
  client.close();
  return access_token;
}

async function openAccount(client: HttpClient, number: number): Promise<string> {
  const account = { name: `Account ${number} ${randomUUID()}`, opening_balance: 1000 };
  const { id } = await client.expect<{ id: string }>(201, 'POST', '/accounts', account);
  await client.expect(201, 'POST', `/accounts/${id}/envelopes`, {
    names: ['Food', 'Rent', 'Car', 'Fun'],
  });
  return id;
}
