import { BSONRegExp, BSONSymbol } from 'bson';
import { type Plain } from './notation.js';
import { check } from './match-cases.js';

describe('regular expressions', () => {
  const options = (pattern: string, flags: string): Record<string, Plain> => ({
    a: { $regex: pattern, $options: flags },
  });

  it('search strings, and equal themselves', () =>
    check([
      [{ a: /b/ }, { a: 'abc' }, true],
      [{ a: /^b/ }, { a: 'abc' }, false],
      [{ a: /B/i }, { a: 'abc' }, true],
      [{ a: /b/ }, { a: new BSONSymbol('abc') }, true],
      [{ a: /b/ }, { a: 5 }, false],
      [{ a: /b/ }, { a: ['x', 'b'] }, true],
      [{ a: /b/i }, { a: new BSONRegExp('b', 'i') }, true],
      [{ a: /b/i }, { a: new BSONRegExp('b', '') }, false],
      [{ a: { $eq: /b/ } }, { a: 'abc' }, false],
      [{ a: { $eq: /b/ } }, { a: /b/ }, true],
      [{ a: { $regex: 'b', $ne: 'abc' } }, { a: 'abc' }, false],
      [{ a: { $regex: /B/, $options: 'i' } }, { a: 'abc' }, true],
      [{ a: { $options: 'i', $regex: 'B' } }, { a: 'abc' }, true],
    ]));

  it('follow PCRE where JavaScript differs', () =>
    check([
      [options('^b$', 'm'), { a: 'a\nb\nc' }, true],
      [options('^b$', ''), { a: 'a\nb\nc' }, false],
      [options('c$', ''), { a: 'abc\n' }, true],
      [options('c$', ''), { a: 'abc\n\n' }, false],
      [options('c\\z', ''), { a: 'abc\n' }, false],
      [options('c\\Z', ''), { a: 'abc\n' }, true],
      [options('\\Aa', 'm'), { a: 'b\na' }, false],
      [options('a.c', ''), { a: 'a\rc' }, true],
      [options('a.c', ''), { a: 'a\nc' }, false],
      [options('a.c', 's'), { a: 'a\nc' }, true],
      [options('a b # blank', 'x'), { a: 'ab' }, true],
      [options('(?i)ABC', ''), { a: 'abc' }, true],
      [options('^\\Qa.c\\E$', ''), { a: 'a.c' }, true],
      [options('^\\Qa.c\\E$', ''), { a: 'abc' }, false],
      [options('^[[:alpha:]_]+$', ''), { a: 'ab_' }, true],
      [options('^[[:digit:]]+$', ''), { a: 'ab' }, false],
      [options('^[]a]+$', ''), { a: ']a' }, true],
      [options('^a{,2}$', ''), { a: 'a{,2}' }, true],
      [options('^a{1,2}$', ''), { a: 'aa' }, true],
      [options('a\\-b\\@c\\ d', ''), { a: 'a-b@c d' }, true],
      [options('(?P<x>a)(?#note)b', ''), { a: 'ab' }, true],
      [options('^.$', ''), { a: '\u{1f600}' }, true],
      [options('\\x{1F600}', ''), { a: '\u{1f600}' }, true],
      [options('^\\s$', ''), { a: '\u00a0' }, false],
      [options('^[\\s\\-]+$', ''), { a: ' -' }, true],
      [options('^\\p{Lu}\\pL{2}$', ''), { a: 'Äöx' }, true],
      [options('^\\p{Lu}\\pL{2}$', ''), { a: 'äöx' }, false],
      [options('^[\\p{Greek}\\d]+$', ''), { a: 'λ1' }, true],
      [options('^\\P{L}\\p{^L}$', ''), { a: '1-' }, true],
      [options('^\\P{L}\\p{^L}$', ''), { a: '1a' }, false],
    ]));
});
