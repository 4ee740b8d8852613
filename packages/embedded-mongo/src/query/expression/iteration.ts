import { typeName } from '../../bson/compare.js';
import { isNumeric, toDouble } from '../../bson/numbers.js';
import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import {
  namedArguments,
  type Expression,
  type ExpressionCompiler,
  type ExpressionOperator,
} from './types.js';
import { isArray, isNullish, isTruthy } from '../values.js';
import { checkVariableName } from './variable-names.js';

const filter: ExpressionOperator = (argument, compiler) => {
  const parts = namedArguments('$filter', argument, ['input', 'cond'], ['as', 'limit']);
  const name = elementName(parts);
  const input = compilePart(parts, 'input', compiler);
  const cond = compilePart(parts, 'cond', compiler.withVariables(name));
  const limit = parts.has('limit') ? compilePart(parts, 'limit', compiler) : undefined;
  return (doc, vars) => {
    const list = arrayInput(input(doc, vars), '$filter', 'Location28651');
    if (!list) return null;
    const most = limit ? filterLimit(limit(doc, vars)) : Infinity;
    const inner = new Map(vars);
    const kept: Value[] = [];
    for (const item of list) {
      if (kept.length >= most) break;
      inner.set(name, item);
      if (isTruthy(cond(doc, inner))) kept.push(item);
    }
    return kept;
  };
};

function filterLimit(value: Value | undefined): number {
  if (isNullish(value)) return Infinity;
  const number = isNumeric(value) ? toDouble(value) : NaN;
  if (!Number.isInteger(number)) {
    throw new EngineError('Location327391', '$filter: limit must be represented as a 32-bit integral value');
  }
  if (number <= 0) throw new EngineError('Location327392', '$filter: limit must be greater than 0');
  return number;
}

const map: ExpressionOperator = (argument, compiler) => {
  const parts = namedArguments('$map', argument, ['input', 'in'], ['as']);
  const name = elementName(parts);
  const input = compilePart(parts, 'input', compiler);
  const each = compilePart(parts, 'in', compiler.withVariables(name));
  return (doc, vars) => {
    const list = arrayInput(input(doc, vars), '$map', 'Location16883');
    if (!list) return null;
    const inner = new Map(vars);
    return list.map((item) => {
      inner.set(name, item);
      return each(doc, inner) ?? null;
    });
  };
};

const reduce: ExpressionOperator = (argument, compiler) => {
  const parts = namedArguments('$reduce', argument, ['input', 'initialValue', 'in']);
  const input = compilePart(parts, 'input', compiler);
  const initial = compilePart(parts, 'initialValue', compiler);
  const each = compilePart(parts, 'in', compiler.withVariables('this', 'value'));
  return (doc, vars) => {
    const list = arrayInput(input(doc, vars), '$reduce', 'Location40080');
    if (!list) return null;
    const inner = new Map(vars);
    let value = initial(doc, vars);
    for (const item of list) {
      inner.set('this', item).set('value', value);
      value = each(doc, inner);
    }
    return value;
  };
};

const bind: ExpressionOperator = (argument, compiler) => {
  const parts = namedArguments('$let', argument, ['vars', 'in']);
  const listed = parts.get('vars');
  if (!(listed instanceof Map)) {
    throw new EngineError('Location16876', 'invalid parameter: expected an object (vars)');
  }
  const bound = [...listed].map(([name, value]): [string, Expression] => {
    checkVariableName(name);
    return [name, compiler.compile(value)];
  });
  const result = compilePart(parts, 'in', compiler.withVariables(...listed.keys()));
  return (doc, vars) => {
    const inner = new Map(vars);
    for (const [name, evaluate] of bound) inner.set(name, evaluate(doc, vars));
    return result(doc, inner);
  };
};

function elementName(parts: Doc): string {
  const name = parts.get('as') ?? 'this';
  if (typeof name !== 'string') throw new EngineError('FailedToParse', "'as' must be a string");
  checkVariableName(name);
  return name;
}

function compilePart(parts: Doc, name: string, compiler: ExpressionCompiler): Expression {
  return compiler.compile(parts.get(name) ?? null);
}

function arrayInput(
  value: Value | undefined,
  operator: string,
  code: `Location${number}`,
): Value[] | undefined {
  if (isNullish(value)) return undefined;
  if (isArray(value)) return value;
  throw new EngineError(code, `input to ${operator} must be an array not ${typeName(value)}`);
}

export const iterationOperators: readonly [string, ExpressionOperator][] = [
  ['$filter', filter],
  ['$let', bind],
  ['$map', map],
  ['$reduce', reduce],
];
