import { EngineError } from '../../errors.js';
import { offsetMinutes } from './text.js';

/** A time zone: how far its clocks are ahead of UTC at a moment. All in milliseconds. */
export interface TimeZone {
  readonly offsetAt: (utc: number) => number;
}

export const UTC: TimeZone = { offsetAt: () => 0 };

const known = new Map<string, TimeZone>();

/** The zone of a name such as `Europe/Vienna`, or of an offset such as `+02:00`. Throws for another one. */
export function timeZone(name: string): TimeZone {
  const offset = offsetMinutes(name);
  if (offset !== undefined) return { offsetAt: () => offset * 60_000 };
  let zone = known.get(name);
  if (zone === undefined) {
    zone = namedZone(name);
    known.set(name, zone);
  }
  return zone;
}

function namedZone(name: string): TimeZone {
  try {
    const clock = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    return { offsetAt: (utc) => offsetOf(clock, utc) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new EngineError('Location40485', `unrecognized time zone identifier: "${name}"`);
  }
}

function offsetOf(clock: Intl.DateTimeFormat, utc: number): number {
  const parts = new Map(clock.formatToParts(utc).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year');
  const local = new Date(0);
  local.setUTCFullYear(year, part('month') - 1, part('day'));
  local.setUTCHours(part('hour'), part('minute'), part('second'));
  return local.getTime() - Math.floor(utc / 1000) * 1000;
}
