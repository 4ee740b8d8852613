import { Decimal128, Double, Int32, Long } from 'bson';
import fc from 'fast-check';
import { compareValues } from '../../src/bson/compare.js';
import { encodeKeyValue, encodeMissing, skipKeyValue } from '../../src/bson/keystring.js';
import { DateTime, type Value } from '../../src/bson/types.js';
import { anyValue, closeNumerics, numeric, valuePair } from './arbitraries.js';

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
/** -1, 0 or 1, where 0 is never -0. */
const sign = (order: number): number => Math.sign(order) + 0;
const dec = (text: string): Decimal128 => Decimal128.fromString(text);

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

  it('tell where each value ends, so that none is the beginning of another', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyValue, fc.boolean()), { maxLength: 4 }), (values) => {
        const keys = values.map(([value, down]) => encodeKeyValue(value, down));
        const joined = `xx${keys.join('')}`;
        let at = 2;
        for (const [i, [, down]] of values.entries()) {
          at = skipKeyValue(joined, at, down);
          expect(at).toBe(2 + keys.slice(0, i + 1).join('').length);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('hold one byte a character', () => {
    fc.assert(
      fc.property(anyValue, fc.boolean(), (value, down) => {
        const key = encodeKeyValue(value, down);
        expect(Buffer.from(key, 'latin1').toString('latin1')).toBe(key);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, Value[]]>([
    ['five', [new Int32(5), Long.fromNumber(5), new Double(5), dec('5'), dec('5.000'), dec('0.5E1')]],
    [
      'zero',
      [new Int32(0), Long.ZERO, new Double(0), new Double(-0), dec('0'), dec('-0.00'), dec('0E+6000')],
    ],
    ['a fraction', [new Double(-12.5), dec('-12.5'), dec('-12.50')]],
    ['2^53', [Long.fromNumber(2 ** 53), new Double(2 ** 53), dec('9007199254740992.0')]],
    ['-2^63', [Long.MIN_VALUE, new Double(-(2 ** 63)), dec('-9223372036854775808')]],
    ['infinity', [new Double(Infinity), dec('Infinity')]],
    ['NaN', [new Double(NaN), dec('NaN')]],
    ['the smallest half', [new Double(2 ** -20), dec('9.5367431640625E-7')]],
  ])('are the same for %s in every type', (_, values) => {
    expect(new Set(values.map((value) => encodeKeyValue(value))).size).toBe(1);
  });

  it('tell a double from the decimal that it prints as', () => {
    // The double nearest to 0.1 is 0.1000000000000000055…, that nearest to 0.3 is 0.29999999999999998…
    expect(encodeKeyValue(dec('0.1')) < encodeKeyValue(new Double(0.1))).toBe(true);
    expect(encodeKeyValue(dec('0.3')) > encodeKeyValue(new Double(0.3))).toBe(true);
    expect(encodeKeyValue(dec('1E-6176')) < encodeKeyValue(new Double(5e-324))).toBe(true);
    expect(encodeKeyValue(dec('9E+6144')) < encodeKeyValue(new Double(Infinity))).toBe(true);
  });

  it('of a missing field are those of null', () => {
    expect(encodeMissing()).toBe(encodeKeyValue(null));
    expect(encodeMissing(true)).toBe(encodeKeyValue(null, true));
  });

  it('are short for ordinary values', () => {
    expect(encodeKeyValue(new Int32(7))).toHaveLength(2);
    expect(encodeKeyValue(Long.fromNumber(1e9))).toHaveLength(5);
    expect(encodeKeyValue('a string of thirty characters.')).toHaveLength(32);
    expect(encodeKeyValue(new DateTime(1_700_000_000_000n))).toHaveLength(9);
  });

  it('refuse to be skipped where none starts', () => {
    expect(() => skipKeyValue('', 0)).toThrow(RangeError);
    expect(() => skipKeyValue(encodeKeyValue('cut off').slice(0, 5), 0)).toThrow(RangeError);
    expect(() => skipKeyValue(encodeKeyValue([1, 2].map(String)).slice(0, 4), 0)).toThrow(RangeError);
  });
});
