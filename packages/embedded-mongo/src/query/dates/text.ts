import { DateTime } from '../../bson/types.js';

/** A date in ISO 8601, in UTC; `undefined` beyond the year 275,760. */
export function dateText({ ms }: DateTime): string | undefined {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[-+]\d{2}:?(?:\d{2})?)?)?$/i;

/** Reads an ISO 8601 date, in UTC where it names no offset; `undefined` for another text. */
export function parseDate(text: string): DateTime | undefined {
  const parts = ISO.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((at) => Number(parts[at] ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const fraction = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  date.setUTCHours(hour, minute, second, fraction);
  const offset = offsetMinutes(parts[8] ?? 'Z');
  return offset === undefined ? undefined : new DateTime(BigInt(date.getTime() - offset * 60_000));
}

/** The minutes east of UTC that `Z`, `+02`, `+0200` or `+02:00` means. */
export function offsetMinutes(text: string): number | undefined {
  if (/^z$/i.test(text)) return 0;
  const parts = /^([-+])(\d{2}):?(\d{2})?$/.exec(text);
  if (parts === null) return undefined;
  const minutes = Number(parts[2]) * 60 + Number(parts[3] ?? 0);
  return parts[1] === '-' ? -minutes : minutes;
}
