import { typeName } from '../bson/compare.js';
import { encodeKeyValue } from '../bson/keystring.js';
import type { Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { describe, firstField, isArray } from '../query/values.js';
import type { ModifierOperator } from './modifier.js';

export const addToSet: ModifierOperator = (argument, path) => {
  const values = valuesOf(argument);
  return {
    creates: true,
    apply(current) {
      if (current !== undefined && !isArray(current)) {
        throw new EngineError(
          'BadValue',
          `Cannot apply $addToSet to non-array field. Field named '${path}' has non-array type ${typeName(current)}`,
        );
      }
      const result = [...(current ?? [])];
      const present = new Set(result.map((item) => encodeKeyValue(item)));
      for (const value of values) {
        const key = encodeKeyValue(value);
        if (!present.has(key)) result.push(value);
        present.add(key);
      }
      return current?.length === result.length ? current : result;
    },
  };
};

function valuesOf(argument: Value): readonly Value[] {
  if (!(argument instanceof Map) || firstField(argument) !== '$each') return [argument];
  const values = argument.get('$each') ?? null;
  if (!isArray(values)) {
    throw new EngineError(
      'TypeMismatch',
      `The argument to $each in $addToSet must be an array but it was of type ${typeName(values)}`,
    );
  }
  if (argument.size > 1) {
    throw new EngineError(
      'BadValue',
      `Found unexpected fields after $each in $addToSet: ${describe(argument)}`,
    );
  }
  return values;
}
