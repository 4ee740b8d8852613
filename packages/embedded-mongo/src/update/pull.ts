import { BSONRegExp } from 'bson';
import { equalValues, typeName } from '../bson/compare.js';
import { encodeKeyValue } from '../bson/keystring.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import type { Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { compilePullFilter, compilePullTest } from '../query/match/match.js';
import { regexTest } from '../query/regex/regex.js';
import { describe, holdsOperators, isArray } from '../query/values.js';
import type { Modifier, ModifierOperator } from './modifier.js';

type ElementTest = (element: Value) => boolean;

/** Filter operators that stand at a query's top and so make `$pull`'s condition a filter upon documents. */
const filterOperators: ReadonlySet<string> = new Set(['$and', '$or', '$nor', '$expr', '$comment']);

/** Takes out the elements that match a condition: operators, a filter upon documents, or a plain value. */
export const pull: ModifierOperator = (argument) => removal('$pull', pullTest(argument));

/** Takes out the elements that equal one of a list. */
export const pullAll: ModifierOperator = (argument) => {
  if (!isArray(argument)) {
    throw new EngineError(
      'BadValue',
      `$pullAll requires an array argument but was given a ${typeName(argument)}`,
    );
  }
  const unwanted = new Set(argument.map((value) => encodeKeyValue(value)));
  return removal('$pullAll', (element) => unwanted.has(encodeKeyValue(element)));
};

function pullTest(argument: Value): ElementTest {
  if (argument instanceof BSONRegExp) return regexTest(argument.pattern, argument.options);
  if (!(argument instanceof Map)) return (element) => equalValues(element, argument);
  const [first = ''] = argument.keys();
  if (holdsOperators(argument) && !filterOperators.has(first)) return compilePullTest(argument);
  const matches = compilePullFilter(argument);
  return (element) => element instanceof Map && matches(element);
}

function removal(name: string, test: ElementTest): Modifier {
  return {
    creates: false,
    apply(current) {
      if (!isArray(current)) {
        throw new EngineError('BadValue', `Cannot apply ${name} to a non-array value`);
      }
      const kept = current.filter((element) => !test(element));
      return kept.length === current.length ? current : kept;
    },
  };
}

/** Takes out the first element (-1) or the last (1). */
export const pop: ModifierOperator = (argument, path) => {
  if (!isNumeric(argument)) {
    throw new EngineError('FailedToParse', `Expected a number in: ${path}: ${describe(argument)}`);
  }
  const end = toDouble(argument);
  if (end !== 1 && end !== -1) {
    throw new EngineError('FailedToParse', `$pop expects 1 or -1, found: ${describe(argument)}`);
  }
  return {
    creates: false,
    apply(current) {
      if (!isArray(current)) {
        const found = current === undefined ? 'missing' : typeName(current);
        throw new EngineError(
          'TypeMismatch',
          `Path '${path}' contains an element of non-array type '${found}'`,
        );
      }
      if (current.length === 0) return current;
      return end === 1 ? current.slice(0, -1) : current.slice(1);
    },
  };
};
