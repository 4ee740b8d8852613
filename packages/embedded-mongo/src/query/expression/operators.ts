import { arithmeticOperators } from './arithmetic.js';
import { arrayOperators } from './arrays.js';
import { convertOperators } from './convert.js';
import { dateOperators } from './dates.js';
import { iterationOperators } from './iteration.js';
import { logicOperators } from './logic.js';
import { namedFieldOperators } from './named-fields.js';
import { objectOperators } from './objects.js';
import { sequenceOperators } from './sequences.js';
import { setOperators } from './sets.js';
import { stringOperators } from './strings.js';
import { textOperators } from './text.js';
import { totalOperators } from './totals.js';
import type { ExpressionOperator } from './types.js';

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
