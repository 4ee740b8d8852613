import { BSONSymbol, Double, Int32 } from 'bson';
import { typeName } from '../../bson/compare.js';
import { isNumeric, toDouble } from '../../bson/numbers.js';
import { DateTime, JavaScript, type Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { bounded } from './bounded-value.js';
import { fixed, variadic, type ExpressionOperator } from './types.js';
import { doubleText } from './number-text.js';
import { isNullish, safeInteger } from '../values.js';

const concat = variadic((operands) => {
  let joined = '';
  for (const operand of operands) {
    if (isNullish(operand)) return null;
    if (typeof operand !== 'string') {
      throw new EngineError('Location16702', `$concat only supports strings, not ${typeName(operand)}`);
    }
    joined = bounded(joined + operand);
  }
  return joined;
});

/** The text that `$toLower` and `$toUpper` see: what is missing is empty, numbers and dates are written out. */
function textOf(value: Value | undefined): string {
  if (isNullish(value)) return '';
  if (typeof value === 'string') return value;
  if (value instanceof BSONSymbol) return value.value;
  if (value instanceof DateTime) return dateText(value);
  if (value instanceof JavaScript && !value.scope) return value.code;
  if (value instanceof Double) return doubleText(value.value);
  if (isNumeric(value)) return value.toString();
  throw new EngineError('Location16007', `can't convert from BSON type ${typeName(value)} to String`);
}

function dateText({ ms }: DateTime): string {
  const date = new Date(Number(ms));
  if (Number.isNaN(date.getTime()))
    throw new EngineError('Location16007', 'the date is beyond what a string can show');
  return date.toISOString();
}

/** MongoDB changes the case of ASCII letters only. */
const toLower = fixed('$toLower', 1, (value) =>
  textOf(value).replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
);
const toUpper = fixed('$toUpper', 1, (value) =>
  textOf(value).replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
);

const length = fixed('$strLenCP', 1, (value) => {
  if (typeof value !== 'string') {
    const found = value === undefined ? 'missing' : typeName(value);
    throw new EngineError('Location34471', `$strLenCP requires a string argument, found: ${found}`);
  }
  return new Int32([...value].length);
});

const substring = fixed('$substrCP', 3, (value, from, count) => {
  const characters = [...textOf(value)];
  const start = wholeNumber(from, 'starting index', 'Location34450', 'Location34451');
  const size = wholeNumber(count, 'length', 'Location34452', 'Location34453');
  if (size < 0) throw new EngineError('Location34454', '$substrCP: length must be nonnegative');
  if (start < 0) throw new EngineError('Location34455', '$substrCP: the starting index must be nonnegative');
  return characters.slice(start, start + size).join('');
});

function wholeNumber(
  value: Value | undefined,
  role: string,
  notNumeric: `Location${number}`,
  notWhole: `Location${number}`,
): number {
  if (value === undefined || !isNumeric(value)) {
    const found = value === undefined ? 'missing' : typeName(value);
    throw new EngineError(notNumeric, `$substrCP: ${role} must be a numeric type (is BSON type ${found})`);
  }
  const number = safeInteger(value);
  if (number !== undefined) return number;
  throw new EngineError(notWhole, `$substrCP: ${role} must be an integral value, not ${toDouble(value)}`);
}

export const stringOperators: readonly [string, ExpressionOperator][] = [
  ['$concat', concat],
  ['$strLenCP', length],
  ['$substrCP', substring],
  ['$toLower', toLower],
  ['$toUpper', toUpper],
];
