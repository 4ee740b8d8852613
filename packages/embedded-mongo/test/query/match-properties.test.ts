import { BSONRegExp, Double, MaxKey, MinKey } from 'bson';
import fc from 'fast-check';
import { compareValues, equalValues, typeOrder } from '../../src/bson/compare.js';
import { isNumeric, toDouble } from '../../src/bson/numbers.js';
import { Undefined, type Doc, type Value } from '../../src/bson/types.js';
import { compileFilter } from '../../src/query/match/match.js';
import { anyValue, valuePair } from '../bson/arbitraries.js';

function holds(operator: string, bound: Value, stored: Value): boolean {
  const operators: Doc = new Map([[operator, bound]]);
  return compileFilter(new Map([['a', operators]])).matches(new Map([['a', stored]]));
}

const isNotANumber = (value: Value): boolean => isNumeric(value) && Number.isNaN(toDouble(value));

/** Values that may stand under a comparison and that are compared as a whole. */
function comparable(value: Value): boolean {
  return !(value instanceof Undefined) && !(value instanceof BSONRegExp) && !Array.isArray(value);
}
describe('comparisons', () => {
  it('agree with compareValues within one type and never hold between two', () => {
    fc.assert(
      fc.property(valuePair, ([bound, stored]) => {
        fc.pre(comparable(bound) && comparable(stored));
        fc.pre(
          !(bound instanceof MinKey) &&
            !(bound instanceof MaxKey) &&
            !isNotANumber(bound) &&
            !isNotANumber(stored),
        );
        const order = typeOrder(bound) === typeOrder(stored) ? compareValues(stored, bound) : undefined;
        const nothing = bound === null;
        expect(holds('$eq', bound, stored)).toBe(order === 0);
        expect(holds('$ne', bound, stored)).toBe(order !== 0);
        expect(holds('$in', [bound], stored)).toBe(order === 0);
        expect(holds('$nin', [bound], stored)).toBe(order !== 0);
        expect(holds('$lt', bound, stored)).toBe(!nothing && order !== undefined && order < 0);
        expect(holds('$lte', bound, stored)).toBe(order !== undefined && order <= 0);
        expect(holds('$gt', bound, stored)).toBe(!nothing && order !== undefined && order > 0);
        expect(holds('$gte', bound, stored)).toBe(order !== undefined && order >= 0);
      }),
      { numRuns: 300 },
    );
  });

  it('find an array by any of its elements', () => {
    fc.assert(
      fc.property(anyValue, fc.array(anyValue, { maxLength: 4 }), (wanted, list) => {
        fc.pre(comparable(wanted) && wanted !== null);
        const expected = list.some((element) => equalValues(element, wanted));
        expect(holds('$eq', wanted, list)).toBe(expected);
        expect(holds('$ne', wanted, list)).toBe(!expected);
      }),
      { numRuns: 100 },
    );
  });

  it('know no order for NaN', () => {
    fc.assert(
      fc.property(anyValue, (stored) => {
        const nan = new Double(NaN);
        fc.pre(!Array.isArray(stored));
        for (const operator of ['$lt', '$gt']) expect(holds(operator, nan, stored)).toBe(false);
        for (const operator of ['$eq', '$lte', '$gte'])
          expect(holds(operator, nan, stored)).toBe(isNotANumber(stored));
      }),
      { numRuns: 300 },
    );
  });
});
