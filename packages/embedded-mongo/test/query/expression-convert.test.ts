import { Timestamp } from 'bson';
import { codeOf, decimal, double, id, type Plain } from './notation.js';
import { check, evaluate } from './expression-cases.js';

const day = (text: string): Date => new Date(text);

describe('conversions', () => {
  it('are exact', () =>
    check([
      [{ $toInt: '-12' }, -12],
      [{ $toInt: double(-3.9) }, -3],
      [{ $toInt: true }, 1],
      [{ $toInt: '$nope' }, null],
      [{ $toLong: '9007199254740993' }, 9007199254740993n],
      [{ $toLong: decimal('9007199254740993.9') }, 9007199254740993n],
      [{ $toLong: day('1970-01-01T00:00:05Z') }, 5000n],
      [{ $toDouble: '1.5e3' }, double(1500)],
      [{ $toDouble: 5n }, double(5)],
      [{ $toDecimal: '0.10' }, decimal('0.10')],
      [{ $toDecimal: 9007199254740993n }, decimal('9007199254740993')],
      [{ $toDecimal: double(0.1) }, decimal('0.100000000000000')],
      [{ $toBool: 'false' }, true],
      [{ $toBool: double(0) }, false],
      [{ $toString: 5n }, '5'],
      [{ $toString: double(2.5) }, '2.5'],
      [{ $toString: double(100) }, '100'],
      [{ $toString: double(0.0001) }, '0.0001'],
      [{ $toString: double(0.00001) }, '1e-05'],
      [{ $toString: double(-1.5e-7) }, '-1.5e-07'],
      [{ $toString: double(1e15) }, '1000000000000000'],
      [{ $toString: double(1.25e16) }, '1.25e+16'],
      [{ $toString: double(0.1 + 0.2) }, '0.3'],
      [{ $toString: double(1e300) }, '1e+300'],
      [{ $toString: double(-0) }, '-0'],
      [{ $toString: double(Infinity) }, 'Infinity'],
      [{ $toUpper: double(1e-5) }, '1E-05'],
      [{ $toString: decimal('1.10') }, '1.10'],
      [{ $toString: id('a') }, 'a'.repeat(24)],
      [{ $toString: '$day' }, '1970-01-01T00:00:01.000Z'],
      [{ $toObjectId: 'A'.repeat(24) }, id('a')],
      [{ $toDate: '2024-02-29' }, day('2024-02-29T00:00:00Z')],
      [{ $toDate: '2024-02-29T12:30:15.25+01:30' }, day('2024-02-29T11:00:15.250Z')],
      [{ $toDate: 5000n }, day('1970-01-01T00:00:05Z')],
      [{ $toDate: new Timestamp({ t: 5, i: 1 }) }, day('1970-01-01T00:00:05Z')],
      [{ $convert: { input: 'x', to: 'int', onError: '$two' } }, 2n],
      [{ $convert: { input: '$none', to: 'int', onNull: 'none' } }, 'none'],
      [{ $convert: { input: '7', to: 16 } }, 7],
      [{ $convert: { input: '7', to: '$none' } }, null],
    ]));

  it.each<[Plain, number]>([
    [{ $toInt: 'x' }, 241],
    [{ $toInt: '1.5' }, 241],
    [{ $toInt: 3000000000n }, 241],
    [{ $toLong: double(1e20) }, 241],
    [{ $toLong: double(NaN) }, 241],
    [{ $toDouble: '' }, 241],
    [{ $toDouble: '0x10' }, 241],
    [{ $toDecimal: 'x' }, 241],
    [{ $toDecimal: '1e99999' }, 241],
    [{ $toDouble: '1e999' }, 241],
    [{ $toDate: 5 }, 241],
    [{ $toDate: '2023-02-29' }, 241],
    [{ $toDate: '2023-02-28T25:00:00Z' }, 241],
    [{ $toObjectId: 'xyz' }, 241],
    [{ $toString: '$list' }, 241],
    [{ $convert: { input: 1, to: 'nope' } }, 2],
    [{ $convert: { input: 1, to: 99 } }, 9],
    [{ $convert: { input: 1 } }, 9],
  ])('%j is refused with code %i', (expression, code) => {
    expect(codeOf(() => evaluate(expression))).toBe(code);
  });
});

it('a text of very many digits is no decimal', () => {
  expect(codeOf(() => evaluate({ $toDecimal: '9'.repeat(10_000) }))).toBe(241);
});

describe('dates', () => {
  const leap = day('2024-02-29T23:30:15.250Z');

  it('are taken apart, in a time zone', () =>
    check([
      [{ $year: leap }, 2024],
      [{ $month: [leap] }, 2],
      [{ $dayOfMonth: leap }, 29],
      [{ $dayOfMonth: { date: leap, timezone: '+01' } }, 1],
      [{ $hour: { date: leap, timezone: 'Europe/Vienna' } }, 0],
      [{ $hour: { date: day('2024-07-01T12:00:00Z'), timezone: 'Europe/Vienna' } }, 14],
      [{ $minute: { date: leap, timezone: '-0545' } }, 45],
      [{ $second: leap }, 15],
      [{ $millisecond: leap }, 250],
      [{ $dayOfWeek: leap }, 5],
      [{ $dayOfYear: leap }, 60],
      [{ $week: day('2024-01-07T00:00:00Z') }, 1],
      [{ $week: day('2024-01-06T00:00:00Z') }, 0],
      [{ $isoWeek: day('2021-01-03T00:00:00Z') }, 53],
      [{ $isoWeekYear: day('2021-01-03T00:00:00Z') }, 2020n],
      [{ $isoDayOfWeek: day('2021-01-03T00:00:00Z') }, 7],
      [{ $year: '$none' }, null],
      [{ $year: { date: leap, timezone: '$nope' } }, null],
    ]));

  it('are written', () =>
    check([
      [{ $dateToString: { date: leap } }, '2024-02-29T23:30:15.250Z'],
      [{ $dateToString: { date: leap, timezone: 'Asia/Tokyo' } }, '2024-03-01T08:30:15.250'],
      [{ $dateToString: { date: leap, format: '%d.%m.%Y %H:%M %% %j %b' } }, '29.02.2024 23:30 % 060 Feb'],
      [{ $dateToString: { date: leap, format: '%z %Z', timezone: '-03:30' } }, '-0330 -210'],
      [{ $dateToString: { date: '$none', onNull: 'never' } }, 'never'],
    ]));

  it('go back to the beginning of a stretch', () =>
    check([
      [{ $dateTrunc: { date: leap, unit: 'month' } }, day('2024-02-01T00:00:00Z')],
      [{ $dateTrunc: { date: leap, unit: 'quarter' } }, day('2024-01-01T00:00:00Z')],
      [{ $dateTrunc: { date: leap, unit: 'year', binSize: 10 } }, day('2020-01-01T00:00:00Z')],
      [{ $dateTrunc: { date: leap, unit: 'week' } }, day('2024-02-25T00:00:00Z')],
      [{ $dateTrunc: { date: leap, unit: 'week', startOfWeek: 'Mon' } }, day('2024-02-26T00:00:00Z')],
      [{ $dateTrunc: { date: leap, unit: 'hour', binSize: 2 } }, day('2024-02-29T22:00:00Z')],
      [{ $dateTrunc: { date: leap, unit: 'day', timezone: 'Europe/Vienna' } }, day('2024-02-29T23:00:00Z')],
      [
        { $dateTrunc: { date: day('2024-03-31T12:00:00Z'), unit: 'day', timezone: 'Europe/Vienna' } },
        day('2024-03-30T23:00:00Z'),
      ],
      [{ $dateTrunc: { date: day('1999-12-31T00:00:01Z'), unit: 'minute' } }, day('1999-12-31T00:00:00Z')],
      [{ $dateTrunc: { date: '$none', unit: 'day' } }, null],
    ]));

  it.each<[Plain, number]>([
    [{ $year: 'x' }, 16006],
    [{ $year: { date: leap, timezone: 'Nowhere/Town' } }, 40485],
    [{ $year: { date: leap, timezone: 5 } }, 40517],
    [{ $dateToString: { date: leap, format: '%q' } }, 18536],
    [{ $dateToString: { date: leap, format: '%' } }, 18535],
    [{ $dateToString: { date: leap, format: 5 } }, 18533],
    [{ $dateTrunc: { date: leap, unit: 'fortnight' } }, 5439014],
    [{ $dateTrunc: { date: leap, unit: 'day', binSize: 0 } }, 5439018],
    [{ $dateTrunc: { date: leap, unit: 'day', binSize: 0.5 } }, 5439017],
    [{ $dateTrunc: { date: leap } }, 5439010],
    [{ $dateToString: { date: leap, foo: 1 } }, 18534],
  ])('%j is refused with code %i', (expression, code) => {
    expect(codeOf(() => evaluate(expression))).toBe(code);
  });
});
