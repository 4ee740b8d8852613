import { Decimal128 } from 'bson';
import { compareValues, equalValues, numberOfType, typeName, typeNumber } from '../../bson/compare.js';
import { asDecimal128, isNumeric, mod, toDouble } from '../../bson/numbers.js';
import type { Numeric, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { badArgument, countArgument, failureOf, numberArgument, type Keyword } from './types.js';
import { regexTest } from '../regex/regex.js';
import { isArray } from '../values.js';

const jsonTypes: ReadonlyMap<string, string> = new Map([
  ['array', 'array'],
  ['boolean', 'bool'],
  ['null', 'null'],
  ['number', 'number'],
  ['object', 'object'],
  ['string', 'string'],
]);

const numericTypes = [1, 16, 18, 19];

function typeKeyword(name: 'type' | 'bsonType', bsonTypeOf: (alias: string) => string | undefined): Keyword {
  return (argument, { siblings }) => {
    if (siblings.has('type') && siblings.has('bsonType')) {
      throw new EngineError(
        'FailedToParse',
        "Cannot specify both $jsonSchema keywords 'type' and 'bsonType'",
      );
    }
    const aliases = isArray(argument) ? argument : [argument];
    if (aliases.length === 0) {
      throw new EngineError('FailedToParse', `$jsonSchema keyword '${name}' must name at least one type`);
    }
    const types = new Set(aliases.flatMap((alias) => typeNumbers(name, alias, bsonTypeOf)));
    return (value) =>
      types.has(typeNumber(value))
        ? undefined
        : failureOf(name, argument, [
            ['reason', 'type did not match'],
            ['consideredValue', value],
            ['consideredType', typeName(value)],
          ]);
  };
}

function typeNumbers(
  name: string,
  alias: Value,
  bsonTypeOf: (alias: string) => string | undefined,
): number[] {
  if (typeof alias !== 'string') throw badArgument(name, 'a string or an array of strings', alias);
  const type = bsonTypeOf(alias);
  if (type === 'number') return numericTypes;
  const number = type === undefined ? undefined : numberOfType(type);
  if (number !== undefined) return [number];
  const code = alias === 'integer' || name === 'type' ? 'FailedToParse' : 'BadValue';
  throw new EngineError(code, `Unknown type name alias: ${alias}`);
}

const enumKeyword: Keyword = (argument) => {
  if (!isArray(argument)) throw badArgument('enum', 'an array', argument);
  if (argument.length === 0) {
    throw new EngineError('FailedToParse', "$jsonSchema keyword 'enum' cannot be an empty array");
  }
  return (value) =>
    argument.some((allowed) => equalValues(allowed, value))
      ? undefined
      : failureOf('enum', argument, [
          ['reason', 'value was not found in enum'],
          ['consideredValue', value],
        ]);
};

/** `minimum` and `maximum`, with their switches `exclusiveMinimum` and `exclusiveMaximum`. */
function boundary(name: string, exclusiveName: string, sign: 1 | -1): Keyword {
  return (argument, { siblings }) => {
    const bound = numberArgument(name, argument);
    const isExclusive = siblings.get(exclusiveName) === true;
    return (value) => {
      if (!isNumeric(value)) return undefined;
      const order = sign * compareValues(value, bound);
      if (!isNaNNumber(value) && (order > 0 || (order === 0 && !isExclusive))) return undefined;
      return failureOf(name, argument, [
        ['reason', 'comparison failed'],
        ['consideredValue', value],
      ]);
    };
  };
}

function isNaNNumber(value: Numeric): boolean {
  return Number.isNaN(toDouble(value));
}

/** A switch of `minimum` or `maximum`, which must be there. */
function exclusive(name: string, partner: string): Keyword {
  return (argument, { siblings }) => {
    if (typeof argument !== 'boolean') throw badArgument(name, 'a boolean', argument);
    if (siblings.has(partner)) return undefined;
    throw new EngineError(
      'FailedToParse',
      `$jsonSchema keyword '${partner}' must be a present if '${name}' is present`,
    );
  };
}

const multipleOf: Keyword = (argument) => {
  const divisor = numberArgument('multipleOf', argument);
  if (!(toDouble(divisor) > 0)) {
    throw new EngineError('FailedToParse', "$jsonSchema keyword 'multipleOf' must have a positive value");
  }
  const exact = asDecimal128(divisor);
  return (value) => {
    if (!isNumeric(value)) return undefined;
    const remainder = Number.isFinite(toDouble(value))
      ? mod(asDecimal128(value), exact)
      : Decimal128.fromString('NaN');
    if (toDouble(remainder) === 0) return undefined;
    return failureOf('multipleOf', argument, [
      ['reason', 'considered value is not a multiple of the specified value'],
      ['consideredValue', value],
    ]);
  };
};

/** `minLength` and `maxLength`, in Unicode code points. */
function length(name: string, allows: (length: number, bound: number) => boolean): Keyword {
  return (argument) => {
    const bound = countArgument(name, argument);
    return (value) =>
      typeof value !== 'string' || allows([...value].length, bound)
        ? undefined
        : failureOf(name, argument, [
            ['reason', 'specified string length was not satisfied'],
            ['consideredValue', value],
          ]);
  };
}

const pattern: Keyword = (argument) => {
  if (typeof argument !== 'string') throw badArgument('pattern', 'a string', argument);
  const test = regexTest(argument, '');
  return (value) =>
    typeof value !== 'string' || test(value)
      ? undefined
      : failureOf('pattern', argument, [
          ['reason', 'regular expression did not match'],
          ['consideredValue', value],
        ]);
};

export const scalarKeywords: readonly [string, Keyword][] = [
  ['bsonType', typeKeyword('bsonType', (alias) => alias)],
  ['enum', enumKeyword],
  ['exclusiveMaximum', exclusive('exclusiveMaximum', 'maximum')],
  ['exclusiveMinimum', exclusive('exclusiveMinimum', 'minimum')],
  ['maximum', boundary('maximum', 'exclusiveMaximum', -1)],
  ['maxLength', length('maxLength', (found, bound) => found <= bound)],
  ['minimum', boundary('minimum', 'exclusiveMinimum', 1)],
  ['minLength', length('minLength', (found, bound) => found >= bound)],
  ['multipleOf', multipleOf],
  ['pattern', pattern],
  ['type', typeKeyword('type', (alias) => jsonTypes.get(alias))],
];
