/** A calendar day, `YYYY-MM-DD`, proleptic Gregorian, years 0001 to 9999. */
export type CalendarDate = string;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
// `GMT`, `GMT+05:45`, and with seconds before standard time: `GMT-00:01:15`.
const OFFSET = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;
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

const ZONE_NAME = /^[A-Za-z][\w+-]*(\/[\w+-]+)*$/;

/** Whether `value` names an IANA time zone that is known here, such as `Europe/Berlin`. An offset is none. */
export function isTimeZone(value: unknown): value is string {
  if (typeof value !== 'string' || !ZONE_NAME.test(value)) return false;
  try {
    formatOf(value);
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
  const local = new Date(instant.getTime() + offsetAt(instant, timeZone));
  const date = local.toISOString().split('T')[0];
  if (!isCalendarDate(date)) throw new RangeError(`No calendar date: ${instant.toISOString()}`);
  return date;
}

/**
 * How far a time zone is ahead of UTC at an instant, in milliseconds. Taken from the offset rather than from the day
 * that `Intl` formats, since that one follows the Julian calendar before October 1582.
 */
function offsetAt(instant: Date, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const name =
    formatOf(timeZone)
      .formatToParts(instant)
      .find((part) => part.type === 'timeZoneName')?.value ?? '';
  const parts = OFFSET.exec(name);
  if (!parts) throw new Error(`Not an offset from UTC: ${name}`);
  const [, sign, hours = 0, minutes = 0, seconds = 0] = parts;
  const ahead = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return ahead * (sign === '-' ? -1_000 : 1_000);
}

// To make a format costs several times what its use does, and every command asks for the day in its household's zone.
const formats = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATS = 500;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  if (formats.size >= MOST_FORMATS) formats.clear();
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, format);
  return format;
}
