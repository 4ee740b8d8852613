import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { argumentCodes } from './argument-codes.js';
import { isArray } from '../values.js';

/** The values of variables by name, without the `$$`; `undefined` for one that is missing. */
export type Variables = ReadonlyMap<string, Value | undefined>;

/** A compiled expression: `undefined` is a missing value. */
export type Expression = (doc: Doc, vars: Variables) => Value | undefined;

/** Compiles the parts of an expression; it knows which variables may be named there. */
export interface ExpressionCompiler {
  compile(value: Value): Expression;
  /** The compiler for a part that sees further variables, such as `$filter`'s `as`. */
  withVariables(...names: string[]): ExpressionCompiler;
}

/** Compiles one operator's argument. */
export type ExpressionOperator = (argument: Value, compiler: ExpressionCompiler) => Expression;

/** An operator of exactly `count` operands that are all evaluated first. */
export function fixed(
  name: string,
  count: number,
  apply: (...operands: (Value | undefined)[]) => Value | undefined,
): ExpressionOperator {
  return ranged(name, count, count, apply);
}

/** An operator of `least` to `most` operands that are all evaluated first. */
export function ranged(
  name: string,
  least: number,
  most: number,
  apply: (...operands: (Value | undefined)[]) => Value | undefined,
): ExpressionOperator {
  return (argument, compiler) => {
    const operands = operandsOf(argument, compiler);
    checkCount(name, operands.length, least, most);
    const [first, second] = operands;
    if (operands.length === 1 && first) return (doc, vars) => apply(first(doc, vars));
    if (operands.length === 2 && first && second) {
      return (doc, vars) => apply(first(doc, vars), second(doc, vars));
    }
    return (doc, vars) => apply(...operands.map((operand) => operand(doc, vars)));
  };
}

/** An operator of any number of operands that are all evaluated first. */
export function variadic(apply: (operands: (Value | undefined)[]) => Value | undefined): ExpressionOperator {
  return (argument, compiler) => {
    const operands = operandsOf(argument, compiler);
    return (doc, vars) => apply(operands.map((operand) => operand(doc, vars)));
  };
}

/** An operator's operands: an array's items, or the argument itself as the only one. */
export function operandsOf(argument: Value, compiler: ExpressionCompiler): Expression[] {
  return (isArray(argument) ? argument : [argument]).map((operand) => compiler.compile(operand));
}

/** Refuses a wrong number of operands with MongoDB's codes. */
export function checkCount(name: string, count: number, least: number, most: number): void {
  if (count >= least && count <= most) return;
  if (least === most) {
    throw new EngineError(
      'Location16020',
      `Expression ${name} takes exactly ${least} arguments. ${count} were passed in.`,
    );
  }
  throw new EngineError(
    'Location28667',
    `Expression ${name} takes at least ${least} arguments, and at most ${most}, but ${count} were passed in.`,
  );
}

/** An operator's named arguments: each must be known, and the required ones there; else it has MongoDB's codes. */
export function namedArguments(
  operator: string,
  argument: Value,
  required: readonly string[],
  optional: readonly string[] = [],
): Doc {
  const codes = argumentCodes.get(operator);
  if (!(argument instanceof Map)) {
    throw new EngineError(
      codes?.noDocument ?? 'FailedToParse',
      `${operator} only supports an object as its argument`,
    );
  }
  for (const name of argument.keys()) {
    if (!required.includes(name) && !optional.includes(name)) {
      throw new EngineError(
        codes?.unknown ?? 'FailedToParse',
        `Unrecognized parameter to ${operator}: ${name}`,
      );
    }
  }
  for (const name of required) {
    if (!argument.has(name)) {
      throw new EngineError(
        codes?.missing[name] ?? 'FailedToParse',
        `Missing '${name}' parameter to ${operator}`,
      );
    }
  }
  return argument;
}
