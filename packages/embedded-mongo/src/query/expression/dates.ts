import { Int32, Long, ObjectId, Timestamp } from 'bson';
import { typeName } from '../../bson/compare.js';
import { DateTime, type Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { dateText } from '../dates/text.js';
import { formatDate } from '../dates/format.js';
import { dayOfYear, isoDay, isoWeek, weekOfYear } from '../dates/parts.js';
import { truncateDate, TRUNCATION_UNITS, WEEKDAYS } from '../dates/truncate.js';
import {
  namedArguments,
  type Expression,
  type ExpressionCompiler,
  type ExpressionOperator,
} from './types.js';
import { timeZone, UTC, type TimeZone } from '../dates/time-zone.js';
import { isArray, isNullish, safeInteger } from '../values.js';

/** The moment of a date, of a timestamp or of an ObjectId. Throws for other values, and beyond the year 275,760. */
function momentOf(value: Value): number {
  const ms = millisecondsOf(value);
  if (dateText(new DateTime(ms)) === undefined) {
    throw new EngineError('Overflow', 'the date is beyond what can be computed with');
  }
  return Number(ms);
}

function millisecondsOf(value: Value): bigint {
  if (value instanceof DateTime) return value.ms;
  if (value instanceof Timestamp) return BigInt(value.t) * 1000n;
  if (value instanceof ObjectId) return BigInt(value.getTimestamp().getTime());
  throw new EngineError('Location16006', `can't convert from BSON type ${typeName(value)} to Date`);
}

/** Gives the zone that an argument names; `undefined` for null. */
type ZoneReader = (...args: Parameters<Expression>) => TimeZone | undefined;

function zoneReader(argument: Value | undefined, compiler: ExpressionCompiler): ZoneReader {
  if (argument === undefined) return () => UTC;
  const evaluate = compiler.compile(argument);
  return (doc, vars) => {
    const zone = evaluate(doc, vars);
    if (isNullish(zone)) return undefined;
    if (typeof zone === 'string') return timeZone(zone);
    throw new EngineError('Location40517', `timezone must evaluate to a string, found ${typeName(zone)}`);
  };
}

/** An operator that takes a date, or `{ date, timezone }`, and tells one thing about it. */
function part(name: string, read: (local: Date) => Value): [string, ExpressionOperator] {
  return [
    name,
    (argument, compiler) => {
      const only = isArray(argument) && argument.length === 1 ? (argument[0] as Value) : argument;
      const named =
        only instanceof Map && only.has('date')
          ? namedArguments(name, only, ['date'], ['timezone'])
          : undefined;
      const date = compiler.compile(named?.get('date') ?? only);
      const zoneOf = zoneReader(named?.get('timezone'), compiler);
      return (doc, vars) => {
        const value = date(doc, vars);
        const zone = zoneOf(doc, vars);
        if (isNullish(value) || zone === undefined) return null;
        const moment = momentOf(value);
        return read(new Date(moment + zone.offsetAt(moment)));
      };
    },
  ];
}

const toText: ExpressionOperator = (argument, compiler) => {
  const parts = namedArguments('$dateToString', argument, ['date'], ['format', 'timezone', 'onNull']);
  const date = compiler.compile(parts.get('date') ?? null);
  const format = compiler.compile(
    parts.get('format') ?? (parts.has('timezone') ? '%Y-%m-%dT%H:%M:%S.%L' : '%Y-%m-%dT%H:%M:%S.%LZ'),
  );
  const onNull = compiler.compile(parts.get('onNull') ?? null);
  const zoneOf = zoneReader(parts.get('timezone'), compiler);
  return (doc, vars) => {
    const value = date(doc, vars);
    if (isNullish(value)) return onNull(doc, vars);
    const zone = zoneOf(doc, vars);
    const pattern = format(doc, vars);
    if (zone === undefined || isNullish(pattern)) return null;
    if (typeof pattern !== 'string') {
      throw new EngineError(
        'Location18533',
        `$dateToString requires 'format' to be a string, found: ${typeName(pattern)}`,
      );
    }
    const moment = momentOf(value);
    return formatDate(pattern, moment, zone.offsetAt(moment));
  };
};

const truncate: ExpressionOperator = (argument, compiler) => {
  const parts = namedArguments(
    '$dateTrunc',
    argument,
    ['date', 'unit'],
    ['binSize', 'timezone', 'startOfWeek'],
  );
  const [date, unit, binSize, startOfWeek] = [
    parts.get('date') ?? null,
    parts.get('unit') ?? null,
    parts.get('binSize') ?? new Int32(1),
    parts.get('startOfWeek') ?? 'sunday',
  ].map((each) => compiler.compile(each)) as [Expression, Expression, Expression, Expression];
  const zoneOf = zoneReader(parts.get('timezone'), compiler);
  return (doc, vars) => {
    const values = [date, unit, binSize, startOfWeek].map((each) => each(doc, vars));
    const zone = zoneOf(doc, vars);
    const [value, unitValue, sizeValue, dayValue] = values;
    if (isNullish(value) || isNullish(unitValue) || isNullish(sizeValue) || isNullish(dayValue) || !zone)
      return null;
    const moment = momentOf(value);
    const truncated = truncateDate(moment + zone.offsetAt(moment), {
      unit: oneOf('unit', 'Location5439014', TRUNCATION_UNITS, unitValue),
      binSize: positive(sizeValue),
      firstDay: WEEKDAYS.indexOf(oneOf('startOfWeek', 'Location5439015', WEEKDAYS, dayValue)),
    });
    // The offset at the result may be another one.
    const guess = truncated - zone.offsetAt(moment);
    return new DateTime(BigInt(truncated - zone.offsetAt(guess)));
  };
};

function oneOf<T extends string>(
  what: string,
  code: `Location${number}`,
  choices: readonly T[],
  value: Value,
): T {
  const wanted = typeof value === 'string' ? value : typeName(value);
  const found = choices.find(
    (choice) =>
      choice === wanted.toLowerCase() ||
      (what === 'startOfWeek' && choice.slice(0, 3) === wanted.toLowerCase()),
  );
  if (found !== undefined) return found;
  throw new EngineError(code, `$dateTrunc: '${wanted}' is no ${what}`);
}

function positive(value: Value): number {
  const number = safeInteger(value);
  if (number !== undefined && number > 0) return number;
  throw new EngineError(
    number === undefined ? 'Location5439017' : 'Location5439018',
    "$dateTrunc requires 'binSize' to be a whole number greater than 0",
  );
}

const int = (number: number): Int32 => new Int32(number);

export const dateOperators: readonly [string, ExpressionOperator][] = [
  ['$dateToString', toText],
  ['$dateTrunc', truncate],
  part('$dayOfMonth', (local) => int(local.getUTCDate())),
  part('$dayOfWeek', (local) => int(local.getUTCDay() + 1)),
  part('$dayOfYear', (local) => int(dayOfYear(local))),
  part('$hour', (local) => int(local.getUTCHours())),
  part('$isoDayOfWeek', (local) => int(isoDay(local))),
  part('$isoWeek', (local) => int(isoWeek(local).week)),
  part('$isoWeekYear', (local) => Long.fromNumber(isoWeek(local).year)),
  part('$millisecond', (local) => int(local.getUTCMilliseconds())),
  part('$minute', (local) => int(local.getUTCMinutes())),
  part('$month', (local) => int(local.getUTCMonth() + 1)),
  part('$second', (local) => int(local.getUTCSeconds())),
  part('$week', (local) => int(weekOfYear(local))),
  part('$year', (local) => int(local.getUTCFullYear())),
];
