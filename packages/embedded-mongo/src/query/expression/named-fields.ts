import { typeName } from '../../bson/compare.js';
import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { bounded } from './bounded-value.js';
import {
  fixed,
  namedArguments,
  type Expression,
  type ExpressionCompiler,
  type ExpressionOperator,
} from './types.js';
import { firstField, isArray, isNullish } from '../values.js';

/** `$setField` and `$unsetField`: fields by any name, also one with dots or a dollar. */
const setField: ExpressionOperator = (argument, compiler) => {
  const parts = namedArguments('$setField', argument, ['field', 'input', 'value']);
  const value = compiler.compile(parts.get('value') ?? null);
  return settingField('$setField', parts, compiler, value);
};

const unsetField: ExpressionOperator = (argument, compiler) => {
  const parts = namedArguments('$unsetField', argument, ['field', 'input']);
  return settingField('$unsetField', parts, compiler, () => undefined);
};

function settingField(
  operator: string,
  parts: Doc,
  compiler: ExpressionCompiler,
  value: Expression,
): Expression {
  const name = constantName(operator, parts.get('field') ?? null);
  const input = compiler.compile(parts.get('input') ?? null);
  return (doc, vars) => {
    const from = input(doc, vars);
    if (isNullish(from)) return null;
    if (!(from instanceof Map)) {
      throw new EngineError(
        'Location4161105',
        `${operator} requires 'input' to evaluate to type Object, but got ${typeName(from)}`,
      );
    }
    const set = value(doc, vars);
    const changed: Doc = new Map(from);
    if (set === undefined) changed.delete(name);
    else changed.set(name, set);
    return bounded(changed);
  };
}

function constantName(operator: string, field: Value): string {
  const isLiteral = field instanceof Map && field.size === 1 && firstField(field) === '$literal';
  const name = isLiteral ? field.get('$literal') : field;
  if (typeof name !== 'string') {
    throw new EngineError('Location4161107', `${operator} requires 'field' to be a constant string`);
  }
  if (isLiteral || !name.startsWith('$')) return name;
  throw new EngineError(
    'Location4161108',
    `A field path reference which is not allowed in this context. Did you mean {$literal: '${name}'}?`,
  );
}

const objectToArray = fixed('$objectToArray', 1, (object) => {
  if (isNullish(object)) return null;
  if (!(object instanceof Map)) {
    throw new EngineError(
      'Location40390',
      `$objectToArray requires a document input, found: ${typeName(object)}`,
    );
  }
  return [...object].map(
    ([k, v]): Doc =>
      new Map<string, Value>([
        ['k', k],
        ['v', v],
      ]),
  );
});

const arrayToObject = fixed('$arrayToObject', 1, (list) => {
  if (isNullish(list)) return null;
  if (!isArray(list)) {
    throw new EngineError(
      'Location40386',
      `$arrayToObject requires an array input, found: ${typeName(list)}`,
    );
  }
  const [first] = list;
  const entryOf = isArray(first) ? pairEntry : documentEntry;
  return new Map(list.map(entryOf));
});

function pairEntry(item: Value): [string, Value] {
  if (!isArray(item)) throw mixed(item, 'Location40396');
  const [name, value] = item;
  if (item.length !== 2 || name === undefined || value === undefined) {
    throw new EngineError(
      'Location40397',
      `$arrayToObject requires an array of size 2 arrays, found array of size: ${String(item.length)}`,
    );
  }
  return [checkedName(name, 'Location40395'), value];
}

function documentEntry(item: Value): [string, Value] {
  if (!(item instanceof Map)) throw mixed(item, isArray(item) ? 'Location40391' : 'Location40398');
  const name = item.get('k');
  const value = item.get('v');
  if (item.size !== 2 || name === undefined || value === undefined) {
    throw new EngineError(
      'Location40392',
      "$arrayToObject requires objects with the fields 'k' and 'v' alone",
    );
  }
  return [checkedName(name, 'Location40394'), value];
}

function checkedName(name: Value, code: `Location${number}`): string {
  if (typeof name !== 'string') {
    throw new EngineError(code, `$arrayToObject requires keys of type string, found: ${typeName(name)}`);
  }
  if (!name.includes('\0')) return name;
  throw new EngineError('Location4940400', 'Key field cannot contain an embedded null byte');
}

function mixed(item: Value, code: `Location${number}`): EngineError {
  return new EngineError(
    code,
    `$arrayToObject requires all elements to be documents or all to be pairs, found: ${typeName(item)}`,
  );
}

export const namedFieldOperators: readonly [string, ExpressionOperator][] = [
  ['$arrayToObject', arrayToObject],
  ['$objectToArray', objectToArray],
  ['$setField', setField],
  ['$unsetField', unsetField],
];
