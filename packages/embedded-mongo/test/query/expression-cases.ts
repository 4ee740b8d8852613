import type { Value } from '../../src/bson/types.js';
import { compileExpression } from '../../src/query/expression/expression.js';
import { compileVariables } from '../../src/query/expression/variables.js';
import { doc, expectIdentical, value, type Plain } from './notation.js';

const sample = doc({
  one: 1,
  two: 2n,
  half: 0.5,
  text: 'Grüße',
  list: [1, 2, 3],
  items: [{ n: 1, k: 'a' }, { n: 2 }, 5, [{ n: 3 }]],
  sub: { x: { y: 7 } },
  none: null,
  day: new Date(1000),
});

/** The expression's value upon the sample document. */
export function evaluate(expression: Plain, variables = compileVariables()): Value | undefined {
  return compileExpression(value(expression), variables)(sample, variables);
}

/** Demands that each expression has its value upon the sample document. */
export function check(cases: readonly [expression: Plain, expected: Plain | undefined][]): void {
  for (const [expression, expected] of cases) {
    const wanted = expected === undefined ? undefined : value(expected);
    expectIdentical(evaluate(expression), wanted, expression);
  }
}
