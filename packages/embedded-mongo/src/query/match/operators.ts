import { EngineError } from '../../errors.js';
import type { Condition } from './condition.js';
import { all, elemMatch, not } from './array.js';
import { eq, gt, gte, lt, lte, ne, noneOf, oneOf } from './compare.js';
import type { MatchContext, MatchOperator } from './context.js';
import { regex, regexOptions } from './regex.js';
import { exists, mod, size, type } from './shape.js';

/** The query operators that stand under a field's name. */
const operators: ReadonlyMap<string, MatchOperator> = new Map([
  ['$all', all],
  ['$elemMatch', elemMatch],
  ['$eq', eq],
  ['$exists', exists],
  ['$gt', gt],
  ['$gte', gte],
  ['$in', oneOf],
  ['$lt', lt],
  ['$lte', lte],
  ['$mod', mod],
  ['$ne', ne],
  ['$nin', noneOf],
  ['$not', not],
  ['$options', regexOptions],
  ['$regex', regex],
  ['$size', size],
  ['$type', type],
]);

/** Compiles `{ $gt: 1, $lt: 5 }` for the field that the context names. */
export function operatorsCondition(context: MatchContext): Condition {
  const parts: Condition[] = [];
  for (const [name, argument] of context.siblings) {
    const operator = operators.get(name);
    if (!operator) throw new EngineError('BadValue', `unknown operator: ${name}`);
    const part = operator(argument, context);
    if (part) parts.push(part);
  }
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: 'all', parts };
}
