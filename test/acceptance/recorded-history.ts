import { openAccount, type AccountClient, type TransactionJson } from '../kit/ledger.js';
import type { SignedUp, TestService } from '../kit/service.js';

/** A transaction as the answer to its request showed it. */
export interface Recorded extends TransactionJson {
  readonly account_id: string;
  readonly effective_on: string;
  readonly postings: readonly { readonly envelope_id: number; readonly amount: number }[];
}

/** The days that the transactions of a history count for, from the first on; the last lies far ahead. */
export const DAYS = [
  '2025-11-30',
  '2026-01-10',
  '2026-01-31',
  '2026-02-01',
  '2026-02-28',
  '2199-06-30',
] as const;
const [EARLIER, OPENED, LAST_OF_MONTH, FIRST_OF_MONTH, END, AHEAD] = DAYS;

const FOOD = 1;
const RENT = 2;

const split = [
  { envelope_id: FOOD, amount: 200 },
  { envelope_id: RENT, amount: 300.1 },
];
/** Recorded one after the other, so that effective dates go back and forth. */
const STEPS: readonly (readonly [path: string, body?: object])[] = [
  ['/paydays', { payer: 'Acme', amount: 700.2, split, effective_on: LAST_OF_MONTH }],
  ['/debits', { envelope_id: FOOD, amount: 20.05, effective_on: END }],
  ['/deposits', { envelope_id: RENT, amount: 50, effective_on: EARLIER }],
  ['/moves', { from_id: 0, to_id: FOOD, amount: 33.33, effective_on: FIRST_OF_MONTH }],
  ['/debits', { postings: split.map((part) => ({ ...part, amount: 7.7 })), effective_on: FIRST_OF_MONTH }],
  ['/withdrawals', { envelope_id: FOOD, amount: 40, effective_on: OPENED }],
  ['/undo'],
  ['/deposits', { amount: 1_000, effective_on: AHEAD }],
  ['/debits', { envelope_id: RENT, amount: 10, effective_on: AHEAD }],
  ['/undo'],
  ['/redo'],
  ['/adjustments', { balance: 1_700, envelope_id: FOOD, effective_on: END }],
  ['/batch', { commands: [
    { command: 'deposit', envelope_id: FOOD, amount: 3, effective_on: AHEAD },
    { command: 'debit', envelope_id: RENT, amount: 4.01, effective_on: LAST_OF_MONTH },
    { command: 'move', from_id: RENT, to_id: FOOD, amount: 5, effective_on: LAST_OF_MONTH },
  ] }],
  ['/withdrawals', { envelope_id: RENT, amount: 6, effective_on: FIRST_OF_MONTH }],
  ['/deposits', { envelope_id: FOOD, amount: 8, effective_on: EARLIER }],
]; // prettier-ignore

/** An account with a history over years, and what the answers said of each of its transactions, in recorded order. */
export async function varyingHistory(
  service: TestService,
  owner: SignedUp,
): Promise<{ readonly account: AccountClient; readonly recorded: readonly Recorded[] }> {
  const body = { name: 'Varying', opening_balance: 1_000, effective_on: OPENED };
  const account = await openAccount(service, owner, body, ['Food', 'Rent', 'Never used']);
  const savings = await openAccount(service, owner, { name: 'Savings', effective_on: OPENED });
  const recorded = [...(await account.register())] as Recorded[];
  const take = async (path: string, sent?: object) => {
    const said = await account.done<{ transaction?: Recorded; transactions?: Recorded[] }>(
      'POST',
      path,
      sent,
    );
    recorded.push(...(said.transactions ?? (said.transaction ? [said.transaction] : [])));
  };
  for (const [path, sent] of STEPS) await take(path, sent);
  const transfer = {
    to_account_id: savings.id,
    from_envelope_id: RENT,
    amount: 11,
    effective_on: LAST_OF_MONTH,
  };
  await take('/transfers', transfer);
  await take(`/transactions/${recorded.find(({ kind }) => kind === 'payday')?.id ?? ''}/undo`);
  return { account, recorded };
}

/** What a transaction changes in hundredths: the account, or one of its envelopes. */
export const changeOf = ({ postings }: Recorded, envelope_id?: number): number =>
  postings
    .filter((posting) => envelope_id === undefined || posting.envelope_id === envelope_id)
    .reduce((sum, { amount }) => sum + Math.round(amount * 100), 0);

/** Transactions by effective date, those of one day as they were recorded. */
export const byEffectiveDate = (recorded: readonly Recorded[]): Recorded[] =>
  [...recorded].sort((a, b) =>
    a.effective_on === b.effective_on ? a.seq - b.seq : a.effective_on < b.effective_on ? -1 : 1,
  );

/** The balance after each of some transactions in the order that they are given in, by their ids. */
export function runningBalances(ordered: readonly Recorded[], envelope_id?: number): Map<string, number> {
  let cents = 0;
  return new Map(
    ordered.map((one) => {
      cents += changeOf(one, envelope_id);
      return [one.id, cents / 100];
    }),
  );
}
