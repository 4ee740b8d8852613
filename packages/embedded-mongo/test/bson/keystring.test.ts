import { Int32, Long } from 'bson';
import fc from 'fast-check';
import { compareValues } from '../../src/bson/compare.js';
import { encodeKeyValue } from '../../src/bson/keystring.js';
import { DateTime, type Value } from '../../src/bson/types.js';
import { anyValue, closeNumerics, numeric, valuePair } from './arbitraries.js';

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
/** -1, 0 or 1, where 0 is never -0. */
const sign = (order: number): number => Math.sign(order) + 0;

describe('key strings', () => {
  it('order as the values do, ascending and descending', () => {
    fc.assert(
      fc.property(valuePair, ([a, b]) => {
        const expected = sign(compareValues(a, b));
        expect(order(encodeKeyValue(a), encodeKeyValue(b))).toBe(expected);
        expect(order(encodeKeyValue(b, true), encodeKeyValue(a, true))).toBe(expected);
      }),
      { numRuns: 6000 },
    );
  });

  it('order numbers of all types exactly', () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(numeric, numeric), closeNumerics), ([a, b]) => {
        expect(order(encodeKeyValue(a), encodeKeyValue(b))).toBe(sign(compareValues(a, b)));
      }),
      { numRuns: 10_000 },
    );
  });

  it('order joined keys value by value, in any mix of directions', () => {
    const triple = fc.tuple(valuePair, valuePair, anyValue, fc.boolean(), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(triple, ([[a1, b1], [a2, b2], last, ...down]) => {
        const key = (values: Value[]): string => values.map((v, i) => encodeKeyValue(v, down[i])).join('');
        const signed = (a: Value, b: Value, i: number): number => compareValues(a, b) * (down[i] ? -1 : 1);
        const expected = sign(signed(a1, b1, 0) || signed(a2, b2, 1));
        expect(order(key([a1, a2, last]), key([b1, b2, last]))).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('are never the beginning of another', () => {
    fc.assert(
      fc.property(anyValue, anyValue, fc.boolean(), (a, b, down) => {
        const [one, other] = [encodeKeyValue(a, down), encodeKeyValue(b, down)];
        expect(one !== other && other.startsWith(one)).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it('are short for ordinary values', () => {
    expect(encodeKeyValue(new Int32(7))).toHaveLength(2);
    expect(encodeKeyValue(Long.fromNumber(1e9))).toHaveLength(5);
    expect(encodeKeyValue('a string of thirty characters.')).toHaveLength(32);
    expect(encodeKeyValue(new DateTime(1_700_000_000_000n))).toHaveLength(9);
  });
});
