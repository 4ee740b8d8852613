import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { HttpClient } from '../http-client.js';
import { logIn, openAccount, signUp, type SignedUp } from '../ledger.js';
import type { ServiceProcess } from '../service-process.js';

/** How many transactions the long account has. */
export const TRANSACTIONS = Number(process.env['BENCH_TRANSACTIONS'] ?? 1_000_000);
/** The days that they are spread over evenly, the last one first of all: two years. */
const FIRST_DAY = Date.UTC(2024, 0, 1);
const DAYS = 730;
const DAY_MS = 86_400_000;
const BATCH = 1000;
const STATE = 'bench.json';

/** A household with a long account, one of 1,000 transactions as close together, and one of 100 over as many months. */
export interface LongLedger extends Omit<SignedUp, 'token'> {
  readonly long: string;
  readonly short: string;
  readonly sparse: string;
}

/** The day of a transaction of an account that has so many over the whole time, `YYYY-MM-DD`. */
export const dayOf = (turn: number, count: number): string =>
  new Date(FIRST_DAY + Math.floor((turn * DAYS) / count) * DAY_MS).toISOString().slice(0, 10);

/** Opens its accounts and fills the short ones, or finds what an earlier run left in the service's folder. */
export async function openLongLedger(service: ServiceProcess): Promise<LongLedger> {
  const path = join(service.folder, STATE);
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as LongLedger;
  const { token, ...user } = await signUp(service.origin);
  const client = new HttpClient(service.origin, 1, token);
  const ledger = {
    ...user,
    long: await openAccount(client, 'Long'),
    short: await openAccount(client, 'Short'),
    sparse: await openAccount(client, 'Sparse'),
  };
  await fill(client, ledger.short, 1000, TRANSACTIONS);
  await fill(client, ledger.sparse, 100, 100);
  client.close();
  writeFileSync(path, JSON.stringify(ledger));
  return ledger;
}

/** A client for its user. */
export const clientOf = async (origin: string, { username, password }: LongLedger): Promise<HttpClient> =>
  new HttpClient(origin, 1, await logIn(origin, username, password));

/**
 * Deposits through the batch route until the account has `upTo` deposits, at the density of `whole` over the whole time;
 * goes on where an earlier run ended. Gives how many were made a second, NaN when none was.
 */
export async function fill(
  client: HttpClient,
  account: string,
  upTo: number,
  whole: number,
): Promise<number> {
  const rows = `/accounts/${account}/transactions?page_size=1`;
  const { total } = await client.expect<{ total: number }>(200, 'GET', rows);
  const first = total - 1;
  const started = performance.now();
  for (let from = first; from < upTo; from += BATCH) {
    const commands = Array.from({ length: Math.min(BATCH, upTo - from) }, (_, index) => ({
      ...{ command: 'deposit', envelope_id: (from + index) % 5, amount: 1 },
      effective_on: dayOf(from + index, whole),
    }));
    await client.expect(201, 'POST', `/accounts/${account}/batch`, { commands });
  }
  return upTo > first ? ((upTo - first) * 1000) / (performance.now() - started) : Number.NaN;
}
