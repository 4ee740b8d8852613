import { Int32, Long, Timestamp } from 'bson';
import { typeName } from '../bson/compare.js';
import { add, bitAnd, bitOr, bitXor, isNumeric, multiply } from '../bson/numbers.js';
import type { Numeric, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { describe } from '../query/values.js';
import { identical } from './identical.js';
import type { ModifierOperator, UpdateContext } from './modifier.js';

const zero = new Int32(0);

export const inc = arithmetic('$inc', 'increment', add, (by) => by);
export const mul = arithmetic('$mul', 'multiply', multiply, (by) => multiply(zero, by));

function arithmetic(
  name: string,
  verb: string,
  combine: (current: Numeric, operand: Numeric) => Numeric,
  startWith: (operand: Numeric) => Numeric,
): ModifierOperator {
  return (operand, path) => {
    if (!isNumeric(operand)) {
      throw new EngineError(
        'TypeMismatch',
        `Cannot ${verb} with non-numeric argument: {${path}: ${describe(operand)}}`,
      );
    }
    return {
      creates: true,
      apply(current, context) {
        if (current === undefined) return startWith(operand);
        if (!isNumeric(current)) throw notNumeric(name, path, current, context);
        const result = combined(current);
        if (!result) {
          throw new EngineError(
            'BadValue',
            `Failed to apply ${name} operations to current value ((NumberLong)${describe(current)}) ` +
              `for document {_id: ${context.describedId()}}`,
          );
        }
        return identical(result, current) ? current : result;
      },
    };

    function combined(current: Numeric): Numeric | undefined {
      try {
        return combine(current, operand as Numeric);
      } catch (error) {
        if (error instanceof EngineError) return undefined;
        throw error;
      }
    }
  };
}

function notNumeric(name: string, path: string, current: Value, context: UpdateContext): EngineError {
  return new EngineError(
    'TypeMismatch',
    `Cannot apply ${name} to a value of non-numeric type. {_id: ${context.describedId()}} has the field ` +
      `'${path.slice(path.lastIndexOf('.') + 1)}' of non-numeric type ${typeName(current)}`,
  );
}

const bitOperations: ReadonlyMap<string, (a: Numeric, b: Numeric) => Int32 | Long> = new Map([
  ['and', bitAnd],
  ['or', bitOr],
  ['xor', bitXor],
]);

export const bit: ModifierOperator = (argument, path) => {
  const steps = bitSteps(argument, path);
  return {
    creates: true,
    apply(current, context) {
      const start = current ?? zero;
      if (!isWhole(start)) {
        throw new EngineError(
          'BadValue',
          `Cannot apply $bit to a value of non-integral type.{_id: ${context.describedId()}} has the field ` +
            `${path} of non-integer type ${typeName(start)}`,
        );
      }
      const result = steps.reduce((value, [operation, operand]) => operation(value, operand), start);
      return identical(result, current) ? current : result;
    },
  };
};

type BitStep = [(a: Numeric, b: Numeric) => Int32 | Long, Int32 | Long];

function bitSteps(argument: Value, path: string): BitStep[] {
  if (!(argument instanceof Map)) {
    throw new EngineError(
      'BadValue',
      `The $bit modifier is not compatible with a ${typeName(argument)}. You must pass in an embedded document: ` +
        '{$bit: {field: {and/or/xor: #}}',
    );
  }
  if (argument.size === 0) {
    throw new EngineError(
      'BadValue',
      'You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}',
    );
  }
  return [...argument].map(([name, operand]) => {
    const operation = bitOperations.get(name);
    if (!operation) {
      throw new EngineError(
        'BadValue',
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: ` +
          `{${path}: ${describe(argument)}}`,
      );
    }
    if (!isWhole(operand)) {
      throw new EngineError(
        'BadValue',
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(operand)}' is not supported here: ` +
          `{${name}: ${describe(operand)}}`,
      );
    }
    return [operation, operand];
  });
}

function isWhole(value: Value): value is Int32 | Long {
  return value instanceof Int32 || (value instanceof Long && !(value instanceof Timestamp));
}
