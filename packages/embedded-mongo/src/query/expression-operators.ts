import { arithmeticOperators } from './expression-arithmetic.js';
import { arrayOperators } from './expression-arrays.js';
import { iterationOperators } from './expression-iteration.js';
import { logicOperators } from './expression-logic.js';
import { objectOperators } from './expression-objects.js';
import { stringOperators } from './expression-strings.js';
import { totalOperators } from './expression-totals.js';
import type { ExpressionOperator } from './expression-types.js';

/** All expression operators by name. */
export const expressionOperators: ReadonlyMap<string, ExpressionOperator> = new Map([
  ...arithmeticOperators,
  ...arrayOperators,
  ...iterationOperators,
  ...logicOperators,
  ...objectOperators,
  ...stringOperators,
  ...totalOperators,
]);
