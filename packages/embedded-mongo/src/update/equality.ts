import { BSONRegExp } from 'bson';
import type { Doc, Value } from '../bson/types.js';
import { EngineError } from '../errors.js';
import { firstField, holdsOperators, isArray } from '../query/values.js';

/** The document of a filter's equalities, from which an upsert starts. EngineError NotSingleValueField for doubles. */
export function equalityFields(filter: Doc): Doc {
  const result: Doc = new Map();
  for (const [path, value] of collectEqualities(filter)) insert(result, path.split('.'), value);
  return result;
}

/** The value that a filter asks a path to equal, `undefined` where it doesn't. */
export function equalityOf(filter: Doc, wanted: string): Value | undefined {
  let found: Value | undefined;
  for (const [path, value] of equalities(filter)) {
    if (path.startsWith(`${wanted}.`)) {
      throw new EngineError(
        'NotExactValueField',
        `field at '${wanted}' must be exactly specified, field at sub-path '${path}' found`,
      );
    }
    if (path !== wanted) continue;
    if (found !== undefined) throw matchedTwice(path);
    found = value;
  }
  return found;
}

function collectEqualities(filter: Doc): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const [path, value] of equalities(filter)) {
    if (found.has(path)) throw matchedTwice(path);
    for (const other of found.keys()) {
      if (`${path}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${path}.`)) {
        throw new EngineError(
          'NotSingleValueField',
          `cannot infer query fields to set, both paths '${path}' and '${other}' are matched`,
        );
      }
    }
    found.set(path, value);
  }
  return found;
}

function matchedTwice(path: string): EngineError {
  return new EngineError(
    'NotSingleValueField',
    `cannot infer query fields to set, path '${path}' is matched twice`,
  );
}

function* equalities(filter: Doc): Generator<[path: string, value: Value]> {
  for (const [name, argument] of filter) {
    if (name === '$and' || (name === '$or' && isArray(argument) && argument.length === 1)) {
      for (const branch of argument as Doc[]) yield* equalities(branch);
    } else if (!name.startsWith('$')) {
      for (const value of equalValuesOf(argument)) yield [name, value];
    }
  }
}

/** The values that one field's condition fixes it to. */
function equalValuesOf(argument: Value): Value[] {
  if (!holdsOperators(argument)) return argument instanceof BSONRegExp ? [] : [argument];
  const values: Value[] = [];
  for (const [operator, operand] of argument) {
    if (operator === '$eq') values.push(operand);
    else if ((operator === '$in' && isArray(operand) && operand.length === 1) || operator === '$all') {
      values.push(...(operand as Value[]).filter(isPlainValue));
    }
  }
  return values;
}

function isPlainValue(value: Value): boolean {
  return !(value instanceof BSONRegExp) && !(value instanceof Map && firstField(value) === '$elemMatch');
}

function insert(doc: Doc, parts: readonly string[], value: Value): void {
  let at = doc;
  for (const part of parts.slice(0, -1)) {
    const next = at.get(part);
    const inner: Doc = next instanceof Map ? next : new Map<string, Value>();
    at.set(part, inner);
    at = inner;
  }
  at.set(parts.at(-1) as string, value);
}
