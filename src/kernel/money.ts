import { exponentOf } from './currency.js';

/** Amounts and balances in minor units stay below this in absolute value: fifteen digits always survive a double. */
export const MINOR_LIMIT = 1_000_000_000_000_000;

/** What `toMinor` makes of a number: whole minor units, or a sentence saying what is wrong with it. */
export type MinorResult =
  { readonly ok: true; readonly minor: number } | { readonly ok: false; readonly message: string };

/** Whether `value` is an amount in minor units: a whole number within the limit, and not -0. */
export function isMinor(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) < MINOR_LIMIT && !Object.is(value, -0);
}

/**
 * Turns a JSON number in major units (`100.25`) into whole minor units (`10025`), exactly: what counts is the number's
 * shortest decimal form, which is what was written as long as it has at most fifteen digits. Refused: anything but a
 * number, -0, NaN, infinities, more decimals than the currency has, 10^15 minor units or more in absolute value.
 */
export function toMinor(amount: unknown, currency: string): MinorResult {
  if (typeof amount !== 'number' || !Number.isFinite(amount)) return refuse('must be a number');
  if (Object.is(amount, -0)) return refuse('must not be negative zero');
  const exponent = exponentOf(currency);
  // Beyond the limit first: from 10^21 on, and below 10^-6, the shortest form is written with an exponent.
  if (Math.abs(amount) >= MINOR_LIMIT / 10 ** exponent) return refuse(`must be ${limitText(exponent)}`);
  const form = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(amount));
  const [, sign, whole = '', decimals = ''] = form ?? [];
  if (!form || decimals.length > exponent) return refuse(decimalsText(exponent, currency));
  const minor = Number(whole + decimals.padEnd(exponent, '0'));
  return { ok: true, minor: sign ? -minor : minor };
}

/** The amount in major units as a JSON number; its shortest decimal form is exact for every amount within the limit. */
export function toMajor(minor: number, currency: string): number {
  const exponent = exponentOf(currency);
  // A quotient of two exact doubles is the double nearest to the true decimal, which then prints as that decimal.
  return minor / 10 ** exponent;
}

/** The sum of amounts in minor units, or null when it (or a sum on the way to it) is beyond the limit. */
export function sumMinor(amounts: Iterable<number>): number | null {
  let sum = 0;
  for (const amount of amounts) {
    sum += amount;
    if (Math.abs(sum) >= MINOR_LIMIT) return null;
  }
  return sum;
}

/**
 * `a + b` in minor units.
 * @throws RangeError when the sum is beyond the limit: whoever adds checks before, so this shows a bug or a false log.
 */
export function addMinor(a: number, b: number): number {
  const sum = a + b;
  if (!isMinor(sum)) throw new RangeError(`Beyond the range of amounts: ${a} + ${b}`);
  return sum;
}

const refuse = (message: string): MinorResult => ({ ok: false, message });

const limitText = (exponent: number): string => `less than ${MINOR_LIMIT / 10 ** exponent} in absolute value`;

const decimalsText = (exponent: number, currency: string): string =>
  exponent === 0
    ? `must be a whole number (${currency})`
    : `must have at most ${exponent} decimals (${currency})`;
