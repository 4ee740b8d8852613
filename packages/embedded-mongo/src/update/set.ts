import { nextTimestamp } from '../bson/clock.js';
import { typeName } from '../bson/compare.js';
import { DateTime, type Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { identical } from './identical.js';
import type { Modifier, ModifierOperator } from './modifier.js';

export const set: ModifierOperator = (value) => ({
  creates: true,
  apply: (current) => (identical(current, value) ? current : value),
});

export const setOnInsert: ModifierOperator = (value) => ({
  creates: true,
  apply: (current, { inserting }) => (inserting && !identical(current, value) ? value : current),
});

export const unset: ModifierOperator = () => ({ creates: false, apply: () => undefined });

export const currentDate: ModifierOperator = (argument) => {
  const asTimestamp = wantsTimestamp(argument);
  return { creates: true, apply: () => (asTimestamp ? nextTimestamp() : new DateTime(BigInt(Date.now()))) };
};

function wantsTimestamp(argument: Value): boolean {
  if (typeof argument === 'boolean') return false;
  if (!(argument instanceof Map)) {
    throw new EngineError(
      'BadValue',
      `${typeName(argument)} is not valid type for $currentDate. Please use a boolean ('true') or a $type ` +
        "expression ({$type: 'timestamp/date'}).",
    );
  }
  for (const name of argument.keys()) {
    if (name !== '$type') throw new EngineError('BadValue', `Unrecognized $currentDate option: ${name}`);
  }
  const type = argument.get('$type');
  if (type === 'date' || type === 'timestamp') return type === 'timestamp';
  throw new EngineError(
    'BadValue',
    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
  );
}

/** The destination of `$rename`; where the source is missing nothing happens. */
export function renamed(path: string): Modifier {
  return {
    creates: true,
    apply: (current, { moved }) => {
      const value = moved.get(path);
      return value === undefined || identical(current, value) ? current : value;
    },
  };
}
