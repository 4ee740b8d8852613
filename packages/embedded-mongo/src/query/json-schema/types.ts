import { typeName } from '../../bson/compare.js';
import { isNumeric, toInt64Exact } from '../../bson/numbers.js';
import type { Doc, Numeric, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import type { Schema } from './json-schema.js';
import { isArray } from '../values.js';

/** Why a value breaks one rule of a schema; `undefined` where it does not. */
export type SchemaRule = (value: Value) => Doc | undefined;

/** What a keyword's compilation may ask of the schema that it stands in. */
export interface SchemaContext {
  /** The whole schema: some keywords depend on others. */
  readonly siblings: Doc;
  /** Compiles a schema within this one. */
  readonly schema: (schema: Value) => Schema;
}

/** Compiles one keyword's argument; `undefined` where it asks nothing by itself. */
export type Keyword = (argument: Value, context: SchemaContext) => SchemaRule | undefined;

/** Why a rule is broken, as MongoDB's `errInfo` says it. */
export function failureOf(
  operatorName: string,
  argument: Value | undefined,
  details: readonly (readonly [string, Value])[],
): Doc {
  const head: [string, Value][] = [['operatorName', operatorName]];
  if (argument !== undefined) head.push(['specifiedAs', new Map([[operatorName, argument]])]);
  return new Map<string, Value>([...head, ...details]);
}

/** The refusal of a keyword's argument. */
export function badArgument(name: string, expected: string, argument: Value): EngineError {
  return new EngineError(
    'TypeMismatch',
    `$jsonSchema keyword '${name}' must be ${expected}, but was of type ${typeName(argument)}`,
  );
}

/** A number that a keyword takes. */
export function numberArgument(name: string, argument: Value): Numeric {
  if (isNumeric(argument)) return argument;
  throw badArgument(name, 'a number', argument);
}

/** A whole number from 0 up that a keyword takes. */
export function countArgument(name: string, argument: Value): number {
  const count = toInt64Exact(numberArgument(name, argument));
  if (count !== undefined && count >= 0n) return Number(count);
  throw new EngineError(
    'FailedToParse',
    `$jsonSchema keyword '${name}' must be a whole number of at least 0`,
  );
}

/** A non-empty array of different strings that a keyword takes. */
export function namesArgument(name: string, argument: Value): string[] {
  if (!isArray(argument)) throw badArgument(name, 'an array', argument);
  const names = argument.map((item) => {
    if (typeof item === 'string') return item;
    throw badArgument(name, 'an array of strings', item);
  });
  if (names.length === 0 || new Set(names).size < names.length) {
    throw new EngineError(
      'FailedToParse',
      `$jsonSchema keyword '${name}' must be an array of different values`,
    );
  }
  return names;
}

export function documentArgument(name: string, argument: Value): Doc {
  if (argument instanceof Map) return argument;
  throw badArgument(name, 'an object', argument);
}
