import { Int32 } from 'bson';
import fc from 'fast-check';
import type { Doc, Value } from '../../src/bson/types.js';
import { EngineError } from '../../src/errors.js';
import { identical } from '../../src/update/identical.js';
import { compileUpdate } from '../../src/update/update.js';
import { anyDoc, anyValue } from '../bson/arbitraries.js';
import { codeOf, expectIdentical } from '../query/notation.js';
import { naiveUpdate, Refused, type Step } from './naive-update.js';

const name = fc.constantFrom('a', 'b', '__proto__', 'constructor', '0', '1', '2');
const int = fc.integer({ min: -3, max: 3 }).map((value) => new Int32(value));

const small = fc.letrec<{ value: Value; doc: Doc; list: Value[] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: int },
    fc.constantFrom<Value>('x', null, true),
    tie('doc'),
    tie('list'),
  ),
  doc: fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((fields) => new Map(fields)),
  list: fc.array(tie('value'), { maxLength: 3 }),
}));

const path = fc.array(name, { minLength: 1, maxLength: 3 });

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    operator: fc.constantFrom('$set' as const, '$unset' as const, '$min' as const, '$max' as const),
    path,
    argument: small.value,
  }),
  fc.record({ operator: fc.constantFrom('$inc' as const, '$mul' as const), path, argument: int }),
  fc.record({
    operator: fc.constantFrom('$push' as const, '$addToSet' as const, '$pull' as const),
    path,
    // A document is a condition to $pull, which the model does not know.
    argument: small.value.filter((value) => !(value instanceof Map)),
  }),
  fc.record({
    operator: fc.constant('$pop' as const),
    path,
    argument: fc.constantFrom(new Int32(1), new Int32(-1)),
  }),
);

function conflicts(steps: readonly Step[]): boolean {
  const paths = steps.map((each) => each.path.join('.'));
  return paths.some((one, i) => paths.some((other, j) => i !== j && `${one}.`.startsWith(`${other}.`)));
}

function updateOf(steps: readonly Step[]): Doc {
  const update: Doc = new Map();
  for (const { operator, path: parts, argument } of steps) {
    const paths = (update.get(operator) as Doc | undefined) ?? new Map<string, Value>();
    update.set(operator, paths.set(parts.join('.'), argument));
  }
  return update;
}

function modelled(stored: Doc, steps: readonly Step[]): Doc | 'refused' {
  try {
    return naiveUpdate(stored, steps);
  } catch (error) {
    if (error instanceof Refused) return 'refused';
    throw error;
  }
}

function applied(stored: Doc, steps: readonly Step[]): Doc | 'refused' {
  try {
    return compileUpdate(updateOf(steps)).apply(stored);
  } catch (error) {
    if (error instanceof EngineError) return 'refused';
    throw error;
  }
}

describe('updates', () => {
  it('agree with a naive model, and leave the stored document alone', () => {
    let compared = 0;
    fc.assert(
      fc.property(small.doc, fc.array(step, { minLength: 1, maxLength: 3 }), (stored, steps) => {
        fc.pre(!conflicts(steps));
        const before = new Map(stored);
        const actual = applied(stored, steps);
        const expected = modelled(stored, steps);
        if (actual === 'refused' || expected === 'refused') expect(actual).toBe(expected);
        else {
          compared += 1;
          expectIdentical(actual, expected);
          expect(actual === stored).toBe(identical(actual, stored));
        }
        expectIdentical(stored, before);
      }),
      { numRuns: 800 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  it('conflict where one path is at, above or below another', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 3 }), (steps) => {
        fc.pre(
          conflicts(steps) &&
            new Set(steps.map((each) => `${each.operator} ${each.path.join('.')}`)).size === steps.length,
        );
        expect(codeOf(() => compileUpdate(updateOf(steps)))).toBe(40);
      }),
      { numRuns: 150 },
    );
  });

  it('a value of any type that is set is read back the same, and set again changes nothing', () => {
    fc.assert(
      fc.property(anyDoc, anyValue, (stored, value) => {
        const update = compileUpdate(new Map([['$set', new Map([['x', value]])]]));
        const result = update.apply(stored);
        expectIdentical(result.get('x'), value);
        expect(update.apply(result)).toBe(result);
      }),
      { numRuns: 100 },
    );
  });
});
