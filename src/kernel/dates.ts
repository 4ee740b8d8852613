/** A calendar day, `YYYY-MM-DD`, proleptic Gregorian, years 0001 to 9999. */
export type CalendarDate = string;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Whether `value` is a day that exists, written `YYYY-MM-DD`, from 0001-01-01 to 9999-12-31. */
export function isCalendarDate(value: unknown): value is CalendarDate {
  const parts = typeof value === 'string' ? DATE.exec(value) : null;
  if (!parts) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const days = month === 2 && isLeapYear(year) ? 29 : DAYS_IN_MONTH[month - 1];
  return year >= 1 && days !== undefined && day >= 1 && day <= days;
}

/** Whether this runtime knows the IANA time zone (`UTC`, `Europe/Lisbon`); fixed offsets such as `+02:00` are refused. */
export function isTimeZone(value: unknown): value is string {
  if (typeof value !== 'string' || !/^[A-Za-z]/.test(value)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * The calendar day that it is in a time zone at an instant.
 * @throws RangeError for an unknown time zone, an invalid instant, or one outside the years 0001 to 9999.
 */
export function dateInTimeZone(instant: Date, timeZone: string): CalendarDate {
  const formatter = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    era: 'short',
  });
  const parts = new Map(formatter.formatToParts(instant).map((part) => [part.type, part.value]));
  const date = `${parts.get('year')?.padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`;
  if (!isCalendarDate(date)) throw new RangeError(`No calendar date for ${instant.toISOString()}`);
  return date;
}
