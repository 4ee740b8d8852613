import { total } from './naive-verdict.js';
import type { NaivePayer } from './naive-payers.js';

/** One transaction as one account has it: the only transaction there is, but for transfers. */
export interface Leg {
  readonly account: string;
  readonly id: string;
  readonly seq: number;
  readonly effects: ReadonlyMap<number, bigint>;
  undone: boolean;
  /** The sequence number of the event that undid it last. */
  undoneAt: number;
}

/** A line of the plain list that the model is. */
export interface NaiveTransaction {
  readonly opening: boolean;
  readonly legs: Leg[];
  readonly day: string;
  readonly batch: string | null;
}

/** What a transaction is told about, by its id: each side of a transfer has its own. */
export interface Told {
  description: string;
  notes: string;
  tags: readonly string[];
}

export interface NaiveAccount {
  readonly currency: string;
  name: string;
  canGoNegative: boolean;
  creditLimit: number | null;
  closed: boolean;
  /** Events so far, so that the next one's sequence number is known. */
  count: number;
  /** Everything ever posted, undone or not, without signs. */
  turnover: bigint;
  readonly envelopes: { name: string; archived: boolean }[];
  readonly payers: { readonly byId: Map<number, NaivePayer>; ever: number };
}

/** Everything that the model knows; plain, so that it can be copied and taken back. */
export interface NaiveData {
  readonly accounts: Map<string, NaiveAccount>;
  readonly transactions: NaiveTransaction[];
  /** Which transaction each reversal belongs to, by their ids. */
  readonly reversals: Map<string, string>;
  readonly told: Map<string, Told>;
}

/** The sides of transactions that are in an account, in the order of recording. */
export const legsIn = (data: NaiveData, account: string): Leg[] =>
  data.transactions.flatMap(({ legs }) => legs.filter((leg) => leg.account === account));

/** What an envelope holds: everything that stands, added up. */
export const balanceOf = (data: NaiveData, account: string, envelope: number): bigint =>
  total(legsIn(data, account).map((leg) => (leg.undone ? 0n : (leg.effects.get(envelope) ?? 0n))));

export const balance = (data: NaiveData, account: string): bigint =>
  total(legsIn(data, account).map((leg) => (leg.undone ? 0n : total(leg.effects.values()))));

/** What each envelope held at the end of a day, or at its start. */
export function heldAt(data: NaiveData, account: string, day: string, end: boolean): bigint[] {
  const held = (data.accounts.get(account)?.envelopes ?? []).map(() => 0n);
  for (const transaction of data.transactions) {
    if (transaction.day > day || (!end && transaction.day === day)) continue;
    for (const leg of transaction.legs) {
      if (leg.account !== account || leg.undone) continue;
      for (const [envelope, amount] of leg.effects) held[envelope] = (held[envelope] ?? 0n) + amount;
    }
  }
  return held;
}

/** The balance at the end of a day. */
export const balanceOn = (data: NaiveData, account: string, day: string): bigint =>
  total(heldAt(data, account, day, true));

/** The transaction that has a side with that id. */
export const transactionWith = (data: NaiveData, id: string): NaiveTransaction | undefined =>
  data.transactions.find(({ legs }) => legs.some((leg) => leg.id === id));

/** A copy to go back to; what is replaced as a whole, never changed, is shared. */
export const copyOf = ({ accounts, transactions, reversals, told }: NaiveData): NaiveData => ({
  accounts: new Map(
    [...accounts].map(([id, account]) => {
      const { byId, ever } = account.payers;
      const envelopes = account.envelopes.map((envelope) => ({ ...envelope }));
      return [id, { ...account, envelopes, payers: { byId: new Map(byId), ever } }];
    }),
  ),
  transactions: transactions.map((one) => ({ ...one, legs: one.legs.map((leg) => ({ ...leg })) })),
  reversals: new Map(reversals),
  told: new Map(told),
});
