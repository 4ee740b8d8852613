import { Double, Int32 } from 'bson';
import { equalValues, typeName } from '../../bson/compare.js';
import { isNumeric } from '../../bson/numbers.js';
import type { Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { bounded, checkLength } from './bounded-value.js';
import {
  fixed,
  namedArguments,
  ranged,
  type ExpressionCompiler,
  type Expression,
  type ExpressionOperator,
} from './types.js';
import { isArray, isNullish, safeInteger } from '../values.js';

/** The longest range; its numbers would take 16 MB as BSON and more. */
const LONGEST_RANGE = 1_000_000;

const range = ranged('$range', 2, 3, (from, to, by) => {
  const start = rangeNumber(from, 'starting value', 34443);
  const end = rangeNumber(to, 'ending value', 34445);
  const step = by === undefined ? 1 : rangeNumber(by, 'step value', 34447);
  if (step === 0) throw new EngineError('Location34449', '$range requires a non-zero step value');
  const length = Math.max(0, Math.ceil((end - start) / step));
  if (length > LONGEST_RANGE) {
    throw new EngineError('QueryExceededMemoryLimitNoDiskUseAllowed', '$range would use too much memory');
  }
  return Array.from({ length }, (_, i) => new Int32(start + i * step));
});

/** A whole number of 32 bits. @param code - for what is no number at all; the next one is for other numbers. */
function rangeNumber(value: Value | undefined, role: string, code: number): number {
  if (value === undefined || !isNumeric(value)) {
    const found = value === undefined ? 'missing' : typeName(value);
    throw new EngineError(
      `Location${code}`,
      `$range requires a numeric ${role}, found value of type: ${found}`,
    );
  }
  const number = safeInteger(value);
  if (number !== undefined && (number | 0) === number) return number;
  throw new EngineError(
    `Location${code + 1}`,
    `$range requires a ${role} that can be represented as a 32-bit integer`,
  );
}

const reverse = fixed('$reverseArray', 1, (list) => {
  if (isNullish(list)) return null;
  if (isArray(list)) return [...list].reverse();
  throw new EngineError(
    'Location34435',
    `The argument to $reverseArray must be an array, but was of type: ${typeName(list)}`,
  );
});

const indexOfArray = ranged('$indexOfArray', 2, 4, (list, wanted, from, to) => {
  if (isNullish(list)) return null;
  if (!isArray(list)) {
    throw new EngineError(
      'Location40090',
      `$indexOfArray requires an array as a first argument, found: ${typeName(list)}`,
    );
  }
  const start = position(from, 0);
  const end = Math.min(list.length, position(to, list.length));
  for (let i = start; i < end; i += 1) {
    if (wanted !== undefined && equalValues(list[i] as Value, wanted)) return new Int32(i);
  }
  return new Int32(-1);
});

function position(value: Value | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  const number = safeInteger(value);
  if (number === undefined) {
    throw new EngineError('Location40096', '$indexOfArray requires an integral index');
  }
  if (number < 0) throw new EngineError('Location40097', '$indexOfArray requires a nonnegative index');
  return number;
}

const zip: ExpressionOperator = (argument, compiler) => {
  const parts = namedArguments('$zip', argument, ['inputs'], ['useLongestLength', 'defaults']);
  const inputs = listed(parts.get('inputs') ?? null, 'inputs', compiler);
  const fillers = listed(parts.get('defaults') ?? [], 'defaults', compiler);
  const toLongest = parts.get('useLongestLength') ?? false;
  if (typeof toLongest !== 'boolean') {
    throw new EngineError('Location34463', 'useLongestLength must be a bool');
  }
  if (inputs.length === 0) throw new EngineError('Location34465', '$zip requires at least one input array');
  if (fillers.length > 0 && (!toLongest || fillers.length !== inputs.length)) {
    throw new EngineError(
      'Location34466',
      'defaults needs useLongestLength: true, and as many values as there are inputs',
    );
  }
  return (doc, vars) => {
    const lists: Value[][] = [];
    for (const input of inputs) {
      const list = input(doc, vars);
      if (isNullish(list)) return null;
      if (!isArray(list)) {
        throw new EngineError(
          'Location34468',
          `$zip found a non-array expression in input: ${typeName(list)}`,
        );
      }
      lists.push(list);
    }
    const lengths = lists.map(({ length }) => length);
    const length = toLongest ? Math.max(...lengths) : Math.min(...lengths);
    checkLength(length * lists.length);
    const defaults = fillers.map((filler) => filler(doc, vars) ?? null);
    const tuples = Array.from({ length }, (_, i) => lists.map((list, n) => list[i] ?? defaults[n] ?? null));
    return bounded<Value>(tuples);
  };
};

function listed(value: Value, name: string, compiler: ExpressionCompiler): Expression[] {
  if (isArray(value)) return value.map((item) => compiler.compile(item));
  throw new EngineError('Location34461', `${name} must be an array of expressions, found ${typeName(value)}`);
}

const rand: ExpressionOperator = (argument) => {
  const isEmpty = argument instanceof Map ? argument.size === 0 : isArray(argument) && argument.length === 0;
  if (!isEmpty) throw new EngineError('Location3040501', '$rand does not currently accept arguments');
  return () => new Double(Math.random());
};

/** Operators that make and walk sequences. */
export const sequenceOperators: readonly [string, ExpressionOperator][] = [
  ['$indexOfArray', indexOfArray],
  ['$rand', rand],
  ['$range', range],
  ['$reverseArray', reverse],
  ['$zip', zip],
];
