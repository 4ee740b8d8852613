import { Undefined, type Doc, type Value } from '../bson/types.js';
import { compileExpression } from '../query/expression/expression.js';
import type { Variables } from '../query/expression/types.js';
import { firstField, isArray } from '../query/values.js';

/**
 * A filter with plain equalities added for those in its `$expr`, which an index can serve: `$eq` of a field and a
 * variable or constant, alone or under `$and`. They let through all that the `$expr` does, which stays.
 */
export function withEqualities(filter: Doc, variables: Variables): Doc {
  const expression = filter.get('$expr');
  if (expression === undefined) return filter;
  const added = conjuncts(expression).flatMap((conjunct) => equalityOf(conjunct, variables));
  return added.length === 0 ? filter : new Map([['$and', [filter, ...added]]]);
}

function conjuncts(expression: Value): Value[] {
  if (!(expression instanceof Map) || expression.size !== 1) return [];
  const parts = expression.get('$and');
  return isArray(parts) ? parts.flatMap(conjuncts) : [expression];
}

function equalityOf(expression: Value, variables: Variables): Doc[] {
  const operands = expression instanceof Map ? expression.get('$eq') : undefined;
  if (!isArray(operands) || operands.length !== 2) return [];
  const [one, other] = operands as [Value, Value];
  const field = fieldOf(one) ?? fieldOf(other);
  const operand = fieldOf(one) === undefined ? one : other;
  if (field === undefined || !isConstant(operand, variables)) return [];
  const value = compileExpression(operand, variables)(new Map(), variables);
  // A missing value, and an array that a dotted path may have gathered, cannot be said as an equality.
  if (value === undefined || value instanceof Undefined || (isArray(value) && field.includes('.'))) return [];
  return [new Map([[field, new Map([['$eq', value]])]])];
}

function fieldOf(operand: Value): string | undefined {
  return typeof operand === 'string' && /^\$[^$]/.test(operand) ? operand.slice(1) : undefined;
}

function isConstant(operand: Value, variables: Variables): boolean {
  if (typeof operand === 'string') {
    if (!operand.startsWith('$')) return true;
    return operand.startsWith('$$') && variables.has(operand.slice(2).split('.')[0] as string);
  }
  if (isArray(operand)) return operand.every((item) => isConstant(item, variables));
  if (!(operand instanceof Map)) return true;
  return operand.size === 1 && firstField(operand) === '$literal';
}
