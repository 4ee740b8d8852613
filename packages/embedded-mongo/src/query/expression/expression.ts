import type { Doc, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { bounded } from './bounded-value.js';
import { fieldExpression, variableExpression } from './fields.js';
import { expressionOperators } from './operators.js';
import type { Expression, ExpressionCompiler } from './types.js';
import { firstField, isArray } from '../values.js';

/**
 * Compiles an aggregation expression.
 * @param known - the variables that it may name as `$$name`, beside ROOT, CURRENT and REMOVE; they are handed to the
 *   compiled expression at each call.
 * @throws EngineError InvalidPipelineOperator for an unknown operator, MongoDB's own codes for bad arguments.
 */
export function compileExpression(
  value: Value,
  known: { has(name: string): boolean } = new Set(),
): Expression {
  return compilerFor(known).compile(value);
}

function compilerFor(known: { has(name: string): boolean }): ExpressionCompiler {
  const compiler: ExpressionCompiler = {
    compile(value) {
      if (typeof value === 'string') return compileString(value, known);
      if (isArray(value)) return compileArray(value, compiler);
      if (value instanceof Map) return compileDocument(value, compiler);
      return () => value;
    },
    withVariables(...names) {
      const added = new Set(names);
      return compilerFor({ has: (name) => added.has(name) || known.has(name) });
    },
  };
  return compiler;
}

function compileString(value: string, known: { has(name: string): boolean }): Expression {
  if (value.startsWith('$$')) return variableExpression(value.slice(2), known);
  if (value.startsWith('$')) return fieldExpression(value.slice(1));
  return () => value;
}

/** An array of expressions: what is missing becomes null. */
function compileArray(items: Value[], compiler: ExpressionCompiler): Expression {
  const parts = items.map((item) => compiler.compile(item));
  return (doc, vars) => bounded<Value>(parts.map((part) => part(doc, vars) ?? null));
}

function compileDocument(spec: Doc, compiler: ExpressionCompiler): Expression {
  const name = firstField(spec);
  if (name?.startsWith('$')) return compileOperator(name, spec, compiler);
  const fields = [...spec].map(([field, value]): [string, Expression] => {
    checkFieldName(field);
    return [field, compiler.compile(value)];
  });
  return (doc, vars) => {
    const built: Doc = new Map();
    for (const [field, part] of fields) {
      const value = part(doc, vars);
      if (value !== undefined) built.set(field, value);
    }
    return bounded(built);
  };
}

function compileOperator(name: string, spec: Doc, compiler: ExpressionCompiler): Expression {
  if (spec.size !== 1) {
    throw new EngineError(
      'Location15983',
      `An object representing an expression must have exactly one field: found ${spec.size}, the first is ${name}`,
    );
  }
  const operator = expressionOperators.get(name);
  if (!operator) throw new EngineError('InvalidPipelineOperator', `Unrecognized expression '${name}'`);
  return operator(spec.get(name) ?? null, compiler);
}

function checkFieldName(field: string): void {
  if (field.startsWith('$')) {
    throw new EngineError('Location16410', `FieldPath field names may not start with '$'. Found '${field}'.`);
  }
  if (field.includes('.')) {
    throw new EngineError('Location16412', `FieldPath field names may not contain '.'. Found '${field}'.`);
  }
}
