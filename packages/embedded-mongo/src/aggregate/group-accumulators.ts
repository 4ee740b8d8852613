import { Int32 } from 'bson';
import { compareValues } from '../bson/compare.js';
import { encodeKeyValue } from '../bson/keystring.js';
import type { Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { Sum } from '../query/expression/accumulators.js';
import { mergeObjects } from '../query/expression/objects.js';
import { approximateSize } from './memory.js';
import { isArray, isNullish } from '../query/values.js';

/** One accumulator of one group. */
export interface Accumulator {
  /** Takes a document's value in and answers by how many bytes it has grown. */
  add(value: Value | undefined): number;
  result(): Value;
}

/** How an accumulator is written and started. */
export interface AccumulatorKind {
  /** The expression whose values it takes. */
  readonly operandOf: (operator: string, argument: Value) => Value;
  readonly start: () => Accumulator;
}

/** Most accumulators take one expression; an array of one stands for it. */
function unary(operator: string, argument: Value): Value {
  if (!isArray(argument)) return argument;
  const [only] = argument;
  if (argument.length === 1 && only !== undefined) return only;
  throw new EngineError('Location40237', `The ${operator} accumulator is a unary operator`);
}

function keeping(
  take: (kept: Value | undefined, value: Value | undefined) => Value | undefined,
): AccumulatorKind {
  const start = (): Accumulator => {
    let kept: Value | undefined;
    return {
      add(value) {
        const before = approximateSize(kept);
        kept = take(kept, value);
        return approximateSize(kept) - before;
      },
      result: () => (kept === undefined ? null : kept),
    };
  };
  return { operandOf: unary, start };
}

/** Keeps the least (`sign` 1) or greatest (-1) value that is neither missing nor null. */
function keepingExtreme(sign: 1 | -1): AccumulatorKind {
  return keeping((kept, value) => {
    if (isNullish(value)) return kept;
    return kept === undefined || compareValues(value, kept) * sign < 0 ? value : kept;
  });
}

const first: AccumulatorKind = {
  operandOf: unary,
  start: () => {
    let taken: Value | undefined;
    return {
      add(value) {
        if (taken !== undefined) return 0;
        taken = value === undefined ? null : value;
        return approximateSize(taken);
      },
      result: () => (taken === undefined ? null : taken),
    };
  },
};

function summing(result: (sum: Sum) => Value): AccumulatorKind {
  return {
    operandOf: unary,
    start: () => {
      const sum = new Sum();
      return {
        add(value) {
          sum.add(value);
          return 0;
        },
        result: () => result(sum),
      };
    },
  };
}

const push: AccumulatorKind = {
  operandOf: (_operator, argument) => argument,
  start: () => {
    const items: Value[] = [];
    return {
      add(value) {
        if (value === undefined) return 0;
        items.push(value);
        return approximateSize(value);
      },
      result: () => items,
    };
  },
};

const addToSet: AccumulatorKind = {
  operandOf: unary,
  start: () => {
    const items = new Map<string, Value>();
    return {
      add(value) {
        if (value === undefined) return 0;
        const key = encodeKeyValue(value);
        if (items.has(key)) return 0;
        items.set(key, value);
        return key.length + approximateSize(value);
      },
      result: () => [...items.values()],
    };
  },
};

const merging: AccumulatorKind = {
  operandOf: unary,
  start: () => {
    let merged = mergeObjects([]);
    return {
      add(value) {
        const before = approximateSize(merged);
        merged = mergeObjects([merged, value]);
        return approximateSize(merged) - before;
      },
      result: () => merged,
    };
  },
};

const counting: AccumulatorKind = {
  ...summing((sum) => sum.total()),
  operandOf(_operator, argument) {
    if (argument instanceof Map && argument.size === 0) return new Int32(1);
    throw new EngineError('TypeMismatch', '$count takes no arguments, i.e. $count:{}');
  },
};

/** `$group`'s accumulators by name. */
export const accumulators: ReadonlyMap<string, AccumulatorKind> = new Map([
  ['$addToSet', addToSet],
  ['$avg', summing((sum) => sum.average())],
  ['$count', counting],
  ['$first', first],
  ['$last', keeping((_kept, value) => (value === undefined ? null : value))],
  ['$max', keepingExtreme(-1)],
  ['$mergeObjects', merging],
  ['$min', keepingExtreme(1)],
  ['$push', push],
  ['$sum', summing((sum) => sum.total())],
]);
