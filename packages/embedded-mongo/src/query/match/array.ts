import { BSONRegExp } from 'bson';
import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { onValue, whole, type Condition } from './condition.js';
import { literalCondition } from './compare.js';
import type { MatchContext, MatchOperator } from './context.js';
import type { ValueTest } from '../paths.js';
import { firstField, holdsOperators, isArray } from '../values.js';

const filterOperators: ReadonlySet<string> = new Set(['$and', '$or', '$nor', '$expr', '$where', '$comment']);

export const elemMatch: MatchOperator = (argument, context) => {
  const test = elementTest(argument, context);
  return { kind: 'test', test: (value) => isArray(value) && value.some(test), expand: false, element: test };
};

/** The test of one array element that `$elemMatch`'s argument asks for. */
export function elementTest(argument: Value, context: Pick<MatchContext, 'filter' | 'operators'>): ValueTest {
  if (!(argument instanceof Map)) throw new EngineError('BadValue', '$elemMatch needs an Object');
  if (holdsOperators(argument) && !filterOperators.has(firstField(argument) as string)) {
    return onValue(context.operators(argument));
  }
  const matches = context.filter(argument);
  return (element) => {
    if (element instanceof Map) return matches(element);
    return isArray(element) && matches(asDocument(element));
  };
}

/** A nested array as `$elemMatch` sees it: a document with the positions as field names. */
function asDocument(array: Value[]): Doc {
  return new Map(array.map((value, index) => [String(index), value]));
}

export const all: MatchOperator = (argument, context) => {
  if (!isArray(argument)) throw new EngineError('BadValue', '$all needs an array');
  if (argument.length === 0) return whole(() => false);
  const byElement = isElemMatch(argument[0]);
  return { kind: 'all', parts: argument.map((item) => requirement(item, byElement, context)) };
};

function requirement(item: Value, byElement: boolean, context: MatchContext): Condition {
  if (byElement) {
    if (!isElemMatch(item)) throw new EngineError('BadValue', '$all/$elemMatch has to be consistent');
    return context.operators(item);
  }
  if (holdsOperators(item)) throw new EngineError('BadValue', 'no $ expressions in $all');
  return literalCondition(item, context.collation);
}

function isElemMatch(item: Value | undefined): item is Doc {
  return item instanceof Map && firstField(item) === '$elemMatch';
}

export const not: MatchOperator = (argument, context) => {
  if (argument instanceof BSONRegExp) return { kind: 'not', parts: [literalCondition(argument)] };
  if (!(argument instanceof Map)) throw new EngineError('BadValue', '$not needs a regex or a document');
  if (argument.size === 0) throw new EngineError('BadValue', '$not cannot be empty');
  return { kind: 'not', parts: [context.operators(argument)] };
};
