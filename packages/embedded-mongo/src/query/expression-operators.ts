import { arithmeticOperators } from './expression-arithmetic.js';
import { arrayOperators } from './expression-arrays.js';
import { convertOperators } from './expression-convert.js';
import { dateOperators } from './expression-dates.js';
import { iterationOperators } from './expression-iteration.js';
import { logicOperators } from './expression-logic.js';
import { namedFieldOperators } from './expression-named-fields.js';
import { objectOperators } from './expression-objects.js';
import { sequenceOperators } from './expression-sequences.js';
import { setOperators } from './expression-sets.js';
import { stringOperators } from './expression-strings.js';
import { textOperators } from './expression-text.js';
import { totalOperators } from './expression-totals.js';
import type { ExpressionOperator } from './expression-types.js';

/** All expression operators by name. */
export const expressionOperators: ReadonlyMap<string, ExpressionOperator> = new Map([
  ...arithmeticOperators,
  ...arrayOperators,
  ...convertOperators,
  ...dateOperators,
  ...iterationOperators,
  ...logicOperators,
  ...namedFieldOperators,
  ...objectOperators,
  ...sequenceOperators,
  ...setOperators,
  ...stringOperators,
  ...textOperators,
  ...totalOperators,
]);
