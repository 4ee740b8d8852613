import fc from 'fast-check';
import { CURRENCIES, exponentOf } from '../../src/kernel/currency.js';
import { addMinor, isMinor, MINOR_LIMIT, sumMinor, toMajor, toMinor } from '../../src/kernel/money.js';

const MAX = MINOR_LIMIT - 1;
const anyMinor = fc.oneof(
  fc.integer({ min: -MAX, max: MAX }),
  fc.integer({ min: -10_000, max: 10_000 }),
  fc.constantFrom(MAX, -MAX, 1, -1),
);
const anyCurrency = fc.constantFrom(...CURRENCIES);

/** The decimal that an amount is written as, made from its digits alone. */
function written(minor: number, exponent: number): string {
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  return `${minor < 0 ? '-' : ''}${whole}${exponent > 0 ? `.${digits.slice(-exponent)}` : ''}`;
}

describe('an amount in major units', () => {
  it.each([
    [100.25, 'USD', 10_025],
    [0.1, 'USD', 10],
    [0.07, 'USD', 7],
    [1.15, 'EUR', 115],
    [-50, 'USD', -5_000],
    [0, 'USD', 0],
    [1234, 'JPY', 1234],
    [1.234, 'BHD', 1234],
    [0.0001, 'UYW', 1],
    [1e3, 'USD', 100_000],
    [9_999_999_999_999.99, 'USD', MAX],
    [-9_999_999_999_999.99, 'USD', -MAX],
    [999_999_999_999_999, 'JPY', MAX],
  ])('%d %s is %d minor units', (amount, currency, minor) => {
    expect(toMinor(amount, currency)).toEqual({ ok: true, minor });
  });

  it.each([
    [-0, 'USD', 'must not be negative zero'],
    [NaN, 'USD', 'must be a number'],
    [Infinity, 'USD', 'must be a number'],
    [JSON.parse('1e400'), 'USD', 'must be a number'],
    ['1', 'USD', 'must be a number'],
    [null, 'USD', 'must be a number'],
    [{ $gt: '' }, 'USD', 'must be a number'],
    [10n, 'USD', 'must be a number'],
    [0.001, 'USD', 'must have at most 2 decimals (USD)'],
    [1e-7, 'USD', 'must have at most 2 decimals (USD)'],
    [-1e-7, 'UYW', 'must have at most 4 decimals (UYW)'],
    [1.2345, 'BHD', 'must have at most 3 decimals (BHD)'],
    [0.5, 'JPY', 'must be a whole number (JPY)'],
    [1e13, 'USD', 'must be less than 10000000000000 in absolute value'],
    [-1e15, 'JPY', 'must be less than 1000000000000000 in absolute value'],
    [1e300, 'USD', 'must be less than 10000000000000 in absolute value'],
  ])('refuses %p %s', (amount, currency, message) => {
    expect(toMinor(amount, currency)).toEqual({ ok: false, message });
  });

  it('means what was written, for every amount and currency', () => {
    fc.assert(
      fc.property(anyMinor, anyCurrency, (minor, currency) => {
        const json: unknown = JSON.parse(written(minor, exponentOf(currency)));
        expect(toMinor(json === 0 ? 0 : json, currency)).toEqual({ ok: true, minor });
      }),
      { numRuns: 2_000 },
    );
  });

  it('is shown as it was written, and read back', () => {
    fc.assert(
      fc.property(anyMinor, anyCurrency, (minor, currency) => {
        const shown = JSON.stringify(toMajor(minor, currency));
        expect(toMinor(JSON.parse(shown), currency)).toEqual({ ok: true, minor });
        expect(shown.replace(/^(-?\d+)$/, '$1.')).toBe(
          written(minor, exponentOf(currency))
            .replace(/^(-?\d+)$/, '$1.')
            .replace(/0+$/, ''),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('minor units', () => {
  it.each([
    [0, true],
    [MAX, true],
    [-MAX, true],
    [MINOR_LIMIT, false],
    [-MINOR_LIMIT, false],
    [-0, false],
    [1.5, false],
    [NaN, false],
    ['1', false],
    [undefined, false],
  ])('%p: %p', (value, expected) => {
    expect(isMinor(value)).toBe(expected);
  });

  it('are added within the limit only', () => {
    expect(addMinor(MAX - 1, 1)).toBe(MAX);
    expect(addMinor(-MAX, MAX)).toBe(0);
    expect(() => addMinor(MAX, 1)).toThrow(RangeError);
    expect(() => addMinor(-MAX, -1)).toThrow(RangeError);
  });

  it('are summed within the limit only', () => {
    expect(sumMinor([])).toBe(0);
    expect(sumMinor([MAX - 1, 1])).toBe(MAX);
    expect(sumMinor([MAX, 1])).toBeNull();
    expect(sumMinor([-MAX, -1])).toBeNull();
  });
});
