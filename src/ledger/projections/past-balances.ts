import type { CalendarDate } from '../../kernel/dates.js';
import { MINOR_LIMIT } from '../../kernel/money.js';
import { Problem } from '../../kernel/problem.js';

/** What postings of one month add up to, in minor units. */
export interface Summed {
  /** `2026-01`. */
  readonly month: string;
  /** Left out where it has always been 0. */
  readonly sum_minor?: number;
  /** By day of the month, `01` to `31`; left out where it is 0. */
  readonly days?: Readonly<Record<string, number>>;
  /** How many rows post there, by day. */
  readonly rows?: Readonly<Record<string, number>>;
}

/** The end or the start of a day. */
export interface Moment {
  readonly date: CalendarDate;
  readonly end: boolean;
}

/** How much of a month's total counts for what comes after a moment. */
export function sumAfter({ date, end }: Moment, { month, sum_minor = 0, days = {} }: Summed): number {
  const [ofMonth, ofDay] = [date.slice(0, 7), date.slice(8)];
  if (month !== ofMonth) return month > ofMonth ? sum_minor : 0;
  return Object.entries(days)
    .filter(([day]) => day > ofDay || (!end && day === ofDay))
    .reduce((sum, [, amount]) => sum + amount, 0);
}

/** How many months lie from one day, or month, to another; below 0 when the other is earlier. */
export function monthsBetween(from: string, to: string): number {
  const months = (date: string): number => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
  return months(to) - months(from);
}

/**
 * A balance of another day than today, as it is shown. Rules judge what is there now: in between it may be anything.
 * @throws Problem `balance_out_of_range` for one whose last digits JSON might lose.
 */
export function shownBalance(balance_minor: number): number {
  if (Math.abs(balance_minor) < MINOR_LIMIT) return balance_minor;
  const detail = 'A balance by effective dates is 10^15 minor units or more.';
  throw new Problem('balance_out_of_range', { detail });
}

interface Held {
  readonly id: number;
  readonly balance_minor: number;
}

/** What envelopes held at moments of the past or the future, by effective date. */
export class PastBalances {
  /**
   * @param envelopes with what they hold now
   * @param totals theirs of all months from the first moment's on when `back`, up to the last moment's otherwise
   * @param back counts from now back, not from the first event on
   */
  constructor(
    private readonly envelopes: readonly Held[],
    private readonly totals: readonly (Summed & { readonly envelope_id: number })[],
    private readonly back: boolean,
  ) {}

  /** What each envelope held, by its id, in minor units. @throws Problem `balance_out_of_range` */
  at(moment: Moment): Map<number, number> {
    const held = new Map(this.envelopes.map(({ id, balance_minor }) => [id, this.back ? balance_minor : 0]));
    for (const total of this.totals) {
      const later = sumAfter(moment, total);
      const counts = this.back ? -later : (total.sum_minor ?? 0) - later;
      held.set(total.envelope_id, (held.get(total.envelope_id) ?? 0) + counts);
    }
    for (const balance of held.values()) shownBalance(balance);
    return held;
  }

  /** How many rows a day has, those that post to several envelopes counted for each: never fewer than there are. */
  rowsOn(date: CalendarDate): number {
    const [month, day] = [date.slice(0, 7), date.slice(8)];
    const ofMonth = this.totals.filter((total) => total.month === month);
    return ofMonth.reduce((count, { rows = {} }) => count + (rows[day] ?? 0), 0);
  }

  /** What they held together. @throws Problem `balance_out_of_range` */
  sumAt(moment: Moment): number {
    return shownBalance([...this.at(moment).values()].reduce((sum, balance) => sum + balance, 0));
  }
}
