import type { EnvelopeAmount } from '../../src/ledger/domain/account.js';
import type { LedgerCommand } from '../../src/ledger/domain/commands.js';
import type { RefusalCode } from '../../src/ledger/domain/refusals.js';

/** What the model says of a command: refused with a code, because of one of a batch, or taken with that many events. */
export type Verdict =
  { readonly refused: RefusalCode; readonly index?: number } | { readonly events: number };

/** Amounts as `[envelope, amount]`. */
export type Pairs = readonly (readonly [number, number])[];

/** The command of that type. */
export type Of<T extends LedgerCommand['type']> = Extract<LedgerCommand, { type: T }>;

/** Amounts stay below it. */
export const LIMIT = 10n ** 15n;
/** How many events a command adds to its account: one. */
export const taken = 1;
/** None, since it already is so. */
export const asIs = 0;

/** Thrown within the model to refuse. */
export class Refused extends Error {
  constructor(
    readonly code: RefusalCode,
    readonly index?: number,
  ) {
    super(code);
  }
}
export const refuseIf = (condition: boolean, code: RefusalCode): void => {
  if (condition) throw new Refused(code);
};

export const keyOf = (name: string): string => name.trim().toLowerCase();
export const wrongName = (name: string): boolean => name.trim() === '' || name.trim().length > 100;
export const wrongAmount = (amount: number): boolean =>
  !(Number.isInteger(amount) && amount > 0 && amount < Number(LIMIT));
export const pairs = (amounts: readonly EnvelopeAmount[]): Pairs =>
  amounts.map(({ envelope_id, amount_minor }) => [envelope_id, amount_minor]);

/** Adds up `[envelope, amount]` pairs, keeping the order in which envelopes are first named. */
export function addUp(list: Pairs): Map<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const [id, amount] of list) sums.set(id, (sums.get(id) ?? 0n) + BigInt(amount));
  return sums;
}
export const total = (amounts: Iterable<bigint>): bigint =>
  [...amounts].reduce((sum, amount) => sum + amount, 0n);
export const negated = (effects: ReadonlyMap<number, bigint>): Map<number, bigint> =>
  new Map([...effects].map(([id, amount]) => [id, -amount]));
