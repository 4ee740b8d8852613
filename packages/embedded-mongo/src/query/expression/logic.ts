import { Int32 } from 'bson';
import { compareValues } from '../../bson/compare.js';
import type { Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { checkCount, fixed, namedArguments, operandsOf, type ExpressionOperator } from './types.js';
import { isArray, isNullish, isTruthy } from '../values.js';

/** The order of two values; a missing one comes first of all but MinKey's peers, next to BSON's undefined. */
function order(a: Value | undefined, b: Value | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  return compareValues(a, b);
}

function comparison(name: string, holds: (order: number) => boolean): [string, ExpressionOperator] {
  return [name, fixed(name, 2, (a, b) => holds(order(a, b)))];
}

const and: ExpressionOperator = (argument, compiler) => {
  const operands = operandsOf(argument, compiler);
  return (doc, vars) => operands.every((operand) => isTruthy(operand(doc, vars)));
};

const or: ExpressionOperator = (argument, compiler) => {
  const operands = operandsOf(argument, compiler);
  return (doc, vars) => operands.some((operand) => isTruthy(operand(doc, vars)));
};

const cond: ExpressionOperator = (argument, compiler) => {
  const [test, then, otherwise] = condParts(argument).map((part) => compiler.compile(part));
  if (!test || !then || !otherwise)
    throw new EngineError('Location16020', 'Expression $cond takes 3 arguments');
  return (doc, vars) => (isTruthy(test(doc, vars)) ? then(doc, vars) : otherwise(doc, vars));
};

function condParts(argument: Value): Value[] {
  if (!(argument instanceof Map)) {
    const parts = isArray(argument) ? argument : [argument];
    checkCount('$cond', parts.length, 3, 3);
    return parts;
  }
  for (const name of argument.keys()) {
    if (name !== 'if' && name !== 'then' && name !== 'else') {
      throw new EngineError('Location17083', `Unrecognized parameter to $cond: ${name}`);
    }
  }
  return [
    condPart(argument.get('if'), 'if', 'Location17080'),
    condPart(argument.get('then'), 'then', 'Location17081'),
    condPart(argument.get('else'), 'else', 'Location17082'),
  ];
}

function condPart(part: Value | undefined, name: string, code: `Location${number}`): Value {
  if (part === undefined) throw new EngineError(code, `Missing '${name}' parameter to $cond`);
  return part;
}

const ifNull: ExpressionOperator = (argument, compiler) => {
  const operands = operandsOf(argument, compiler);
  const last = operands.pop();
  if (!last || operands.length === 0) {
    throw new EngineError('Location1257300', '$ifNull needs at least two arguments');
  }
  return (doc, vars) => {
    for (const operand of operands) {
      const value = operand(doc, vars);
      if (!isNullish(value)) return value;
    }
    return last(doc, vars);
  };
};

const choose: ExpressionOperator = (argument, compiler) => {
  const parts = namedArguments('$switch', argument, ['branches'], ['default']);
  const listed = parts.get('branches');
  if (!isArray(listed)) {
    throw new EngineError('Location40061', "$switch expected an array for 'branches'");
  }
  if (listed.length === 0) throw new EngineError('Location40068', '$switch requires at least one branch.');
  const branches = listed.map((branch) => {
    const named = namedArguments('$switch branch', branch, ['case', 'then']);
    return {
      test: compiler.compile(named.get('case') ?? null),
      then: compiler.compile(named.get('then') ?? null),
    };
  });
  const fallback = parts.get('default');
  const otherwise = fallback === undefined ? undefined : compiler.compile(fallback);
  return (doc, vars) => {
    for (const { test, then } of branches) if (isTruthy(test(doc, vars))) return then(doc, vars);
    if (otherwise) return otherwise(doc, vars);
    throw new EngineError(
      'Location40066',
      '$switch could not find a matching branch for an input, and no default was specified.',
    );
  };
};

/** Comparisons, boolean operators and conditionals. */
export const logicOperators: readonly [string, ExpressionOperator][] = [
  ['$and', and],
  ['$cmp', fixed('$cmp', 2, (a, b) => new Int32(Math.sign(order(a, b))))],
  ['$cond', cond],
  comparison('$eq', (order) => order === 0),
  comparison('$gt', (order) => order > 0),
  comparison('$gte', (order) => order >= 0),
  ['$ifNull', ifNull],
  ['$literal', (argument) => () => argument],
  comparison('$lt', (order) => order < 0),
  comparison('$lte', (order) => order <= 0),
  comparison('$ne', (order) => order !== 0),
  ['$not', fixed('$not', 1, (value) => !isTruthy(value))],
  ['$or', or],
  ['$switch', choose],
];
