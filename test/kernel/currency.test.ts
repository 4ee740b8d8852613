import { CURRENCIES, exponentOf, isCurrency } from '../../src/kernel/currency.js';

describe('currencies', () => {
  it.each([
    ['USD', 2],
    ['EUR', 2],
    ['HUF', 2],
    ['JPY', 0],
    ['ISK', 0],
    ['BHD', 3],
    ['IQD', 3],
    ['CLF', 4],
    ['UYW', 4],
  ])('%s has %d decimals', (code, exponent) => {
    expect(exponentOf(code)).toBe(exponent);
  });

  it('are listed once each, as three capitals', () => {
    expect(new Set(CURRENCIES).size).toBe(CURRENCIES.length);
    expect(CURRENCIES.filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
    expect(CURRENCIES).toHaveLength(166);
  });

  it.each(['usd', 'XYZ', '', ' USD', 'XAU', 'toString', '__proto__', 5, null, { $gt: '' }])(
    '%p is none',
    (code) => {
      expect(isCurrency(code)).toBe(false);
    },
  );

  it('has no decimals for what is none', () => {
    expect(() => exponentOf('XYZ')).toThrow(RangeError);
  });
});
