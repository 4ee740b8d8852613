import { randomBytes, randomUUID } from 'node:crypto';

import { HttpClient } from './http-client.js';

const PASSWORD = 'a password for the bench';
const CONNECTIONS = 64;

/** A user who has signed up and logged in. */
export interface SignedUp {
  readonly username: string;
  readonly password: string;
  readonly token: string;
  readonly user_id: string;
  readonly household_id: string;
}

/** A signed-up user with accounts to post to. */
export interface Ledger extends SignedUp {
  readonly accounts: readonly string[];
}

/** Signs up a user and opens accounts with four envelopes beside Available and 1,000.00 in them. */
export async function openLedger(origin: string, accounts: number): Promise<Ledger> {
  const user = await signUp(origin);
  const client = new HttpClient(origin, CONNECTIONS, user.token);
  const numbers = Array.from({ length: accounts }, (_, index) => index);
  const ids = await Promise.all(numbers.map((number) => openAccount(client, `Account ${number}`)));
  client.close();
  return { ...user, accounts: ids };
}

/** Signs up a user of a new name and logs in. */
export async function signUp(origin: string): Promise<SignedUp> {
  const client = new HttpClient(origin, 1);
  const username = `bench-${randomBytes(4).toString('hex')}`;
  const user = { username, email: `${username}@example.com`, password: PASSWORD };
  const made = await client.expect<{ id: string; household_id: string }>(201, 'POST', '/users/signup', user);
  client.close();
  const token = await logIn(origin, username, PASSWORD);
  const { id: user_id, household_id } = made;
  return { username, password: PASSWORD, token, user_id, household_id };
}

/** Logs in and gives the access token. */
export async function logIn(origin: string, username: string, password: string): Promise<string> {
  const client = new HttpClient(origin, 1);
  const form = new URLSearchParams({ grant_type: 'password', username, password });
  const { access_token } = await client.expect<{ access_token: string }>(200, 'POST', '/token', form);
  client.close();
  return access_token;
}

/** Opens an account with 1,000.00 and some envelopes beside Available, and gives its id. */
export async function openAccount(client: HttpClient, name: string, envelopes = 4): Promise<string> {
  const account = { name: `${name} ${randomUUID()}`, opening_balance: 1000 };
  const { id } = await client.expect<{ id: string }>(201, 'POST', '/accounts', account);
  const names = Array.from({ length: envelopes }, (_, index) => `Envelope ${index + 1}`);
  await client.expect(201, 'POST', `/accounts/${id}/envelopes`, { names });
  return id;
}

/** Bodies of deposits of 1.00 into the envelopes 0 to 4, as text. */
export const DEPOSITS: readonly string[] = [0, 1, 2, 3, 4].map((envelope_id) =>
  JSON.stringify({ envelope_id, amount: 1 }),
);

/** Where money is put into an account. */
export const depositsPath = (account_id: string): string => `/accounts/${account_id}/deposits`;
