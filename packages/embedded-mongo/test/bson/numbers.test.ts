import { Decimal128, Double, Int32, Long, Timestamp } from 'bson';
import fc from 'fast-check';
import { readDecimal, toDecimal128 } from '../../src/bson/decimal.js';
import {
  add,
  asDecimal128,
  bitAnd,
  bitOr,
  bitXor,
  compareNumbers,
  divide,
  isNumeric,
  mod,
  multiply,
  subtract,
  toDouble,
  toInt64Exact,
} from '../../src/bson/numbers.js';
import type { Numeric } from '../../src/bson/types.js';
import { decimal, numeric } from './arbitraries.js';
import { decimalVectors, fifteenDigits } from './decimal-vectors.js';

const int = (value: number): Int32 => new Int32(value);
const long = (value: string): Long => Long.fromString(value);
const dbl = (value: number): Double => new Double(value);
const dec = (value: string): Decimal128 => Decimal128.fromString(value);
const BAD_VALUE = expect.objectContaining({ code: 2 }) as Error;

/** Type and value, so that 5, 5.0 and 5.00 differ. */
const shown = (value: Numeric): string =>
  `${value._bsontype} ${Object.is(value.valueOf(), -0) ? '-0' : value.toString()}`;

const operations = { add, subtract, multiply, divide, mod };

describe('result types', () => {
  it.each<[keyof typeof operations, Numeric, Numeric, Numeric]>([
    ['add', int(1), int(2), int(3)],
    ['add', int(2 ** 31 - 1), int(1), long('2147483648')],
    ['add', int(-(2 ** 31)), int(-1), long('-2147483649')],
    ['add', int(1), long('2'), long('3')],
    ['add', long('9007199254740993'), long('2'), long('9007199254740995')],
    ['add', int(1), dbl(2), dbl(3)],
    ['add', long('9007199254740993'), dbl(0), dbl(9007199254740992)],
    ['add', dbl(0.1), dbl(0.2), dbl(0.30000000000000004)],
    ['add', dec('0.1'), int(2), dec('2.1')],
    ['add', dec('0'), long('9223372036854775807'), dec('9223372036854775807')],
    ['add', dec('0.1'), dbl(0.2), dec('0.300000000000000')],
    ['subtract', int(-(2 ** 31)), int(1), long('-2147483649')],
    ['subtract', long('5'), int(7), long('-2')],
    ['subtract', dec('1'), dbl(0.1), dec('0.900000000000000')],
    ['multiply', int(65536), int(32767), int(2147418112)],
    ['multiply', int(65536), int(65536), long('4294967296')],
    ['multiply', int(2 ** 31 - 1), int(2 ** 31 - 1), long('4611686014132420609')],
    ['multiply', int(0), int(-5), int(0)],
    ['multiply', long('3037000499'), long('3037000499'), long('9223372030926249001')],
    ['multiply', int(2), dbl(0.5), dbl(1)],
    ['multiply', dec('1.50'), int(2), dec('3.00')],
    ['divide', int(6), int(3), dbl(2)],
    ['divide', int(1), long('3'), dbl(1 / 3)],
    ['divide', int(1), dec('3'), dec('0.3333333333333333333333333333333333')],
    ['mod', int(-7), int(3), int(-1)],
    ['mod', int(7), long('3'), long('1')],
    ['mod', long('9007199254740993'), int(10), long('3')],
    ['mod', int(7), dbl(3), int(1)],
    ['mod', int(7), dbl(2.5), dbl(2)],
    ['mod', dbl(-7.5), int(2), dbl(-1.5)],
    ['mod', long('-9223372036854775808'), int(-1), long('0')],
    ['mod', dec('-7.5'), int(2), dec('-1.5')],
    ['mod', dec('1E+40'), int(7), dec('4')],
    ['mod', dec('Infinity'), int(7), dec('NaN')],
    ['mod', dec('7'), dec('-Infinity'), dec('7')],
    ['mod', int(5), dec('1E-6000'), dec('0E-6000')],
  ])('%s of %s and %s is %s', (operation, a, b, expected) => {
    expect(shown(operations[operation](a, b))).toBe(shown(expected));
  });

  it.each<[string, () => Numeric]>([
    ['add', () => add(long('9223372036854775807'), int(1))],
    ['subtract', () => subtract(Long.MIN_VALUE, int(1))],
    ['multiply', () => multiply(long('4611686018427387904'), int(2))],
    ['divide', () => divide(int(1), dbl(-0))],
    ['divide', () => divide(dec('1'), dec('0.00'))],
    ['mod', () => mod(int(1), int(0))],
    ['mod', () => mod(dec('1'), dec('-0E+5'))],
  ])('%s refuses what has no result', (_, compute) => {
    expect(compute).toThrow(BAD_VALUE);
  });

  it('answers a double beyond 64 bits where that is asked for', () => {
    expect(shown(add(Long.MAX_VALUE, int(1), 'double'))).toBe(shown(dbl(2 ** 63)));
    expect(shown(multiply(Long.MIN_VALUE, int(4), 'double'))).toBe(shown(dbl(-(2 ** 65))));
    expect(shown(subtract(int(-2), Long.MAX_VALUE, 'double'))).toBe(shown(dbl(-(2 ** 63))));
  });

  it('keeps whole numbers exact', () => {
    const whole = fc.oneof(
      fc.integer().map(int),
      fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).map((value) => Long.fromBigInt(value)),
    );
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        const exact = { add: big(a) + big(b), subtract: big(a) - big(b), multiply: big(a) * big(b) };
        for (const operation of ['add', 'subtract', 'multiply'] as const) {
          const fits = BigInt.asIntN(64, exact[operation]) === exact[operation];
          if (!fits) expect(() => operations[operation](a, b)).toThrow(BAD_VALUE);
          else expect(toInt64Exact(operations[operation](a, b))).toBe(exact[operation]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  const big = (value: Int32 | Long): bigint => BigInt(value.toString());
});

describe('decimals', () => {
  it.each(decimalVectors)('%s of %s and %s is %s', (operation, a, b, expected) => {
    const result = operations[operation](dec(a), dec(b));
    expect(result).toEqual(dec(expected));
  });

  it.each(fifteenDigits)('take of the double %s its first 15 digits: %s', (double, expected) => {
    expect(asDecimal128(dbl(double))).toEqual(dec(expected));
  });

  it('take of a double that is none of these what it is', () => {
    expect(asDecimal128(dbl(-0))).toEqual(dec('-0'));
    expect(asDecimal128(dbl(NaN))).toEqual(dec('NaN'));
    expect(asDecimal128(dbl(-Infinity))).toEqual(dec('-Infinity'));
    expect(asDecimal128(long('-9223372036854775808'))).toEqual(dec('-9223372036854775808'));
  });

  it('come back from being taken apart', () => {
    fc.assert(
      fc.property(decimal, (value) => {
        expect(toDecimal128(readDecimal(value))).toEqual(value);
      }),
      { numRuns: 3000 },
    );
  });

  it('count a coefficient out of range as 0', () => {
    const bytes = Buffer.alloc(16, 0xff);
    bytes.writeUInt16LE(0x6fff, 14);
    expect(compareNumbers(new Decimal128(bytes), int(0))).toBe(0);
    const beyond = Buffer.from('ffffffffffffffffffffffffffff4130', 'hex');
    expect(readDecimal(new Decimal128(beyond)).coefficient).toBe(0n);
  });

  it('add and multiply in either order alike, and subtract what was added', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(add(a, b)).toEqual(add(b, a));
        expect(multiply(a, b)).toEqual(multiply(b, a));
        expect(compareNumbers(subtract(a, b), multiply(subtract(b, a), int(-1)))).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('conversions', () => {
  it.each<[Numeric, bigint | undefined]>([
    [int(-5), -5n],
    [long('9223372036854775807'), 9223372036854775807n],
    [dbl(2), 2n],
    [dbl(-0), 0n],
    [dbl(2.5), undefined],
    [dbl(2 ** 63), undefined],
    [dbl(-(2 ** 63)), -(2n ** 63n)],
    [dbl(NaN), undefined],
    [dbl(Infinity), undefined],
    [dec('2.00'), 2n],
    [dec('2.01'), undefined],
    [dec('12E+2'), 1200n],
    [dec('0E+6000'), 0n],
    [dec('1E-6000'), undefined],
    [dec('1E+19'), undefined],
    [dec('-9223372036854775808.0'), -(2n ** 63n)],
    [dec('9223372036854775808'), undefined],
    [dec('1000000000000000000000000000000000E-33'), 1n],
    [dec('NaN'), undefined],
    [dec('-Infinity'), undefined],
  ])('%s as a 64-bit integer is %s', (value, expected) => {
    expect(toInt64Exact(value)).toBe(expected);
  });

  it.each<[Numeric, number]>([
    [long('9007199254740993'), 9007199254740992],
    [dec('0.1'), 0.1],
    [dec('-0'), -0],
    [dec('1E+400'), Infinity],
    [dec('-1E-400'), -0],
    [dec('9007199254740993'), 9007199254740992],
    [dec('NaN'), NaN],
    [dec('-Infinity'), -Infinity],
  ])('%s as a double is %s', (value, expected) => {
    expect(toDouble(value)).toBe(expected);
  });

  it('hold nothing but the four types for numbers', () => {
    expect([int(1), long('1'), dbl(1), dec('1')].every(isNumeric)).toBe(true);
    expect([new Timestamp({ t: 1, i: 1 }), '1', true, null, undefined].some(isNumeric)).toBe(false);
    expect(toInt64Exact('1')).toBeUndefined();
  });

  it('answer for the double what the double is', () => {
    fc.assert(
      fc.property(numeric, (value) => {
        if (value instanceof Double || value instanceof Int32) expect(toDouble(value)).toBe(value.value);
        else expect(toDouble(value)).toBe(Number(value.toString()));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('bitwise operations', () => {
  it('give ints of ints and longs of longs', () => {
    expect(shown(bitAnd(int(12), int(10)))).toBe(shown(int(8)));
    expect(shown(bitOr(int(12), long('10')))).toBe(shown(long('14')));
    expect(shown(bitXor(long('-1'), int(1)))).toBe(shown(long('-2')));
    expect(shown(bitAnd(int(-1), long('1152921504606846976')))).toBe(shown(long('1152921504606846976')));
  });

  it('refuse doubles and decimals', () => {
    expect(() => bitAnd(int(1), dbl(1))).toThrow(BAD_VALUE);
    expect(() => bitOr(dec('1'), int(1))).toThrow(BAD_VALUE);
  });
});
