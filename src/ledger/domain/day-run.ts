import type { CalendarDate } from '../../kernel/dates.js';

/**
 * The newest transactions and reversals of an account that follow each other and count for one day, with none of another
 * day between them. What they add up to is a difference of two running balances, however many they are.
 */
export interface DayRun {
  readonly effective_on: CalendarDate;
  /** The sequence of the first of them. */
  readonly first_seq: number;
}

/** The run after one more that moves money: the same one, as long as the day is the same. */
export function runWith(run: DayRun | null, seq: number, effective_on: CalendarDate): DayRun {
  return run?.effective_on === effective_on ? run : { effective_on, first_seq: seq };
}
