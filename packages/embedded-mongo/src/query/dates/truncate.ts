const WEEK_DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** The names of the days, Sunday first. */
export const WEEKDAYS = WEEK_DAYS;

/** What `$dateTrunc` goes back to the beginning of. */
export const TRUNCATION_UNITS = [
  'year',
  'quarter',
  'month',
  'week',
  'day',
  'hour',
  'minute',
  'second',
  'millisecond',
] as const;

export interface Truncation {
  readonly unit: (typeof TRUNCATION_UNITS)[number];
  /** How many units go together; 1 or more. They are counted from the beginning of 2000. */
  readonly binSize: number;
  /** The day that weeks begin with, 0 for Sunday. */
  readonly firstDay: number;
}

const START = Date.UTC(2000, 0, 1);
/** The first of January 2000 was a Saturday. */
const START_DAY = 6;
const DAY_MS = 86_400_000;

/** How long the units last that always last as long, in milliseconds. */
const LENGTHS = {
  week: 7 * DAY_MS,
  day: DAY_MS,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};
const MONTHS = { year: 12, quarter: 3, month: 1 };

/** The beginning of the stretch that a moment lies in; both in milliseconds of local time. */
export function truncateDate(local: number, { unit, binSize, firstDay }: Truncation): number {
  if (unit === 'year' || unit === 'quarter' || unit === 'month') {
    const date = new Date(local);
    const length = MONTHS[unit] * binSize;
    const months = (date.getUTCFullYear() - 2000) * 12 + date.getUTCMonth();
    const result = new Date(START);
    result.setUTCMonth(Math.floor(months / length) * length);
    return result.getTime();
  }
  // Weeks are counted from the first one that begins in 2000.
  const start = unit === 'week' ? START + ((firstDay - START_DAY + 7) % 7) * DAY_MS : START;
  const length = LENGTHS[unit] * binSize;
  return start + Math.floor((local - start) / length) * length;
}
