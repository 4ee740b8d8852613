import fc from 'fast-check';
import { dateInTimeZone, isCalendarDate } from '../../src/kernel/dates.js';

describe('a calendar date', () => {
  it.each(['0001-01-01', '9999-12-31', '2024-02-29', '2000-02-29', '2026-04-30', '1582-10-10'])(
    '%s exists',
    (date) => {
      expect(isCalendarDate(date)).toBe(true);
    },
  );

  it.each([
    '0000-12-31',
    '2023-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-00-10',
    '2026-13-01',
    '2026-01-00',
    '2026-1-1',
    '26-01-01',
    '10000-01-01',
    '+002026-01-01',
    '2026-01-01T00:00:00Z',
    ' 2026-01-01',
    '2026-01-01\n',
    '٢٠٢٦-٠١-٠١',
    '',
    20260101,
    null,
    { $gt: '' },
    new Date(0),
  ])('%p does not', (date) => {
    expect(isCalendarDate(date)).toBe(false);
  });

  it('exists just where the calendar has it', () => {
    const part = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(part(9999), part(13), part(32), (year, month, day) => {
        const text = [
          String(year).padStart(4, '0'),
          ...[month, day].map((n) => String(n).padStart(2, '0')),
        ].join('-');
        const date = new Date(Date.UTC(2000, 0, 1));
        date.setUTCFullYear(year, month - 1, day);
        const exists = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        expect(isCalendarDate(text)).toBe(exists);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the day in a time zone', () => {
  it.each([
    ['2026-03-01T23:30:00Z', 'UTC', '2026-03-01'],
    ['2026-03-01T23:30:00Z', 'Europe/Berlin', '2026-03-02'],
    ['2026-03-01T23:30:00Z', 'America/New_York', '2026-03-01'],
    ['2026-01-01T09:59:59Z', 'Pacific/Kiritimati', '2026-01-01'],
    ['2026-01-01T10:00:00Z', 'Pacific/Kiritimati', '2026-01-02'],
    ['2026-12-31T11:59:59Z', 'Etc/GMT+12', '2026-12-30'],
    ['2026-03-29T00:59:59Z', 'Europe/Berlin', '2026-03-29'],
    ['2026-03-01T18:14:59Z', 'Asia/Kathmandu', '2026-03-01'],
    ['2026-03-01T18:15:00Z', 'Asia/Kathmandu', '2026-03-02'],
    ['1870-01-01T00:01:14Z', 'Europe/London', '1870-01-01'],
    ['1840-01-01T00:01:14Z', 'Europe/London', '1839-12-31'],
    ['1840-01-01T00:01:15Z', 'Europe/London', '1840-01-01'],
    ['0001-01-01T00:00:00Z', 'UTC', '0001-01-01'],
    ['1500-02-28T12:00:00Z', 'UTC', '1500-02-28'],
    ['9999-12-31T23:59:59Z', 'UTC', '9999-12-31'],
  ])('at %s in %s is %s', (instant, zone, date) => {
    expect(dateInTimeZone(new Date(instant), zone)).toBe(date);
  });

  it('is, in UTC, the date of the instant', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (instant) => {
          expect(dateInTimeZone(instant, 'UTC')).toBe(instant.toISOString().slice(0, 10));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    [new Date('0000-06-01T00:00:00Z'), 'UTC'],
    [new Date('+010000-01-01T00:00:00Z'), 'UTC'],
    [new Date(NaN), 'UTC'],
    [new Date(0), 'Mars/Olympus'],
  ])('is refused for %p in %s', (instant, zone) => {
    expect(() => dateInTimeZone(instant, zone)).toThrow(RangeError);
  });
});
