import { EngineError } from '../../errors.js';
import { dayOfYear, isoDay, isoWeek, weekOfYear } from './parts.js';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

function padded(number: number, length: number): string {
  return String(number).padStart(length, '0');
}

function year(number: number): string {
  if (number >= 0 && number <= 9999) return padded(number, 4);
  throw new EngineError(
    'Location18537',
    `Could not convert date to string: date component was outside the supported range of 0-9999: ${String(number)}`,
  );
}

function offset(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${padded(Math.floor(size / 60), 2)}${padded(size % 60, 2)}`;
}

/** Writes one part of a date. */
type Part = (local: Date, offsetMinutes: number) => string;

/** What stands for each letter behind a `%`. */
const PARTS: ReadonlyMap<string, Part> = new Map<string, Part>([
  ['%', () => '%'],
  ['B', (local) => MONTHS[local.getUTCMonth()] as string],
  ['G', (local) => year(isoWeek(local).year)],
  ['H', (local) => padded(local.getUTCHours(), 2)],
  ['L', (local) => padded(local.getUTCMilliseconds(), 3)],
  ['M', (local) => padded(local.getUTCMinutes(), 2)],
  ['S', (local) => padded(local.getUTCSeconds(), 2)],
  ['U', (local) => padded(weekOfYear(local), 2)],
  ['V', (local) => padded(isoWeek(local).week, 2)],
  ['Y', (local) => year(local.getUTCFullYear())],
  ['Z', (_local, minutes) => String(minutes)],
  ['b', (local) => (MONTHS[local.getUTCMonth()] as string).slice(0, 3)],
  ['d', (local) => padded(local.getUTCDate(), 2)],
  ['j', (local) => padded(dayOfYear(local), 3)],
  ['m', (local) => padded(local.getUTCMonth() + 1, 2)],
  ['u', (local) => String(isoDay(local))],
  ['w', (local) => String(local.getUTCDay() + 1)],
  ['z', (_local, minutes) => offset(minutes)],
]);

/**
 * Writes a date by a format such as `%Y-%m-%d`.
 * @param moment - in milliseconds since 1970, UTC.
 * @param ahead - how far local time is ahead of UTC, in milliseconds.
 */
export function formatDate(format: string, moment: number, ahead: number): string {
  const local = new Date(moment + ahead);
  return format.replace(/%([^]?)/g, (_whole, letter: string) => {
    const write = PARTS.get(letter);
    if (write !== undefined) return write(local, Math.trunc(ahead / 60_000));
    if (letter === '') throw new EngineError('Location18535', "Unmatched '%' at end of format string");
    throw new EngineError('Location18536', `Invalid format character '%${letter}' in format string`);
  });
}
