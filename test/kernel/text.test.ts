import fc from 'fast-check';
import { nameFault, nameKey, textFault, tidyText } from '../../src/kernel/text.js';

describe('a text', () => {
  it('is composed and loses its outer blanks', () => {
    expect(tidyText('  Cafe\u0301\u00a0\n')).toBe('Café');
  });

  it.each([
    ['a\u0000b', 10],
    ['a\nb', 10],
    ['a\u0085b', 10],
    ['a\ud800b', 10],
  ])('%j is refused for its characters', (text, max) => {
    expect(textFault(text, max)).toBe('must not hold control characters or broken characters');
  });

  it('is measured in characters, not in UTF-16 units', () => {
    expect(textFault('😀'.repeat(100), 100)).toBeNull();
    expect(textFault('😀'.repeat(101), 100)).toBe('must be at most 100 characters');
    expect(textFault('', 0)).toBeNull();
  });
});

describe('a name', () => {
  it.each(['', ' ', '\u00a0\u3000', '\u200b', '\u2060 \u00ad', '\u3164'])('%j is blank', (name) => {
    expect(nameFault(name, 100)).toBe('must not be blank');
  });

  it('is at most as long as it may be', () => {
    expect(nameFault('x'.repeat(100), 100)).toBeNull();
    expect(nameFault('x'.repeat(101), 100)).toBe('must be at most 100 characters');
  });

  it.each([
    ['Food', ' fOOD '],
    ['Straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['ΟΔΟΣ', 'οδος'],
    ['οδος', 'οδοσ'],
    ['ﬁsh', 'FISH'],
    ['Café', 'CAFE\u0301'],
    ['Ｆｏｏｄ', 'food'],
    ['❤️', '❤'],
    ['Foo\u200bd', 'food'],
  ])('%j is the same as %j', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  it.each([
    ['Food', 'Foot'],
    ['Food', 'Fo od'],
    ['Café', 'Cafe'],
  ])('%j is another than %j', (one, other) => {
    expect(nameKey(one)).not.toBe(nameKey(other));
  });

  it('has a key that is its own key, whatever its case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(nameKey(nameKey(name))).toBe(nameKey(name));
        expect(nameKey(name.toUpperCase())).toBe(nameKey(name));
        expect(nameKey(tidyText(` ${name} `))).toBe(nameKey(name));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('letters with many marks', () => {
  const stacked = (marks: number) => `a${'\u0323\u0307'.repeat(marks / 2)}`;

  it('are taken up to 30 of them, and refused from there on', () => {
    expect(textFault(tidyText(stacked(30)), 500)).toBeNull();
    expect(textFault(tidyText(stacked(32)), 500)).toBe('must not hold letters with more than 30 marks');
    expect(nameFault('\uFF9E'.repeat(31), 100)).toBe('must not hold letters with more than 30 marks');
  });

  it('are not put in order where there are so many that it would take minutes', () => {
    const text = stacked(1_000_000);
    expect(tidyText(text)).toBe(text);
    expect(nameKey(text)).not.toBe('');
    // Characters that cannot be seen part the marks until they are left out.
    expect(nameKey('a\u0323\u200D\u0307\u200D'.repeat(250_000))).not.toBe('');
    expect(nameKey(`a${'\u0307\u200D\u0323\u200D'.repeat(250_000)}`)).not.toBe('');
  });
});
