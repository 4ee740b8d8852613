import { EngineError } from '../../src/errors.js';
import { regexTest } from '../../src/query/regex/regex.js';
import { mayTake } from '../../src/query/regex/cost.js';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const many = 'a'.repeat(20_000);
const catastrophes: [pattern: string, text: string][] = [
  ['^(a+)+$', `${many}!`],
  ['^(a|a)*$', `${many}!`],
  ['^(a|aa)+$', `${'a'.repeat(60)}!`],
  ['^(a*)*$', `${'a'.repeat(40)}!`],
  ['(.*)(.*)(.*)(.*)(.*)(.*)x', 'a'.repeat(300)],
  ['a*a*a*a*a*b', 'a'.repeat(500)],
  ['x*y', 'x'.repeat(2_000_000)],
  ['(a+)\\1+b', 'a'.repeat(5_000)],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(60)],
  ['(?=(a+)+$)b|(a+)+$', `${'a'.repeat(50)}!`],
  ['^(\\w+\\s?)*$', `${'word '.repeat(12)}!`],
];

function codeOf(action: () => unknown): number {
  try {
    action();
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  throw new Error('it was not refused');
}

/** What a search finds; one that is ended because the machine stood still under it is made again, some times. */
async function foundInTime(pattern: string, text: string): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    await nextTurn();
    try {
      return regexTest(pattern, '')(text);
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 51156 || tries === 20) throw error;
    }
  }
}

describe('a regular expression', () => {
  it.each(catastrophes)('is ended when it backtracks for long: %s', async (pattern, text) => {
    await nextTurn();
    expect(codeOf(() => regexTest(pattern, '')(text))).toBe(51156);
  });

  it('shares its time with all others of one stretch', async () => {
    await nextTurn();
    const slow = Array.from({ length: 200 }, () => regexTest('^(a+)+$', ''));
    const text = `${'a'.repeat(24)}!`;
    // Each of them alone would be allowed.
    expect(codeOf(() => slow.every((test) => !test(text)))).toBe(51156);
  });

  it('is compiled in the time of the same stretch', async () => {
    await nextTurn();
    const large = '(?:ab|cd){3}'.repeat(2700);
    const compileAll = (): void => {
      for (let left = 100; left > 0; left -= 1) regexTest(`${large}${String(left)}`, '')('abab');
    };
    expect(codeOf(compileAll)).toBe(51156);
    await nextTurn();
    expect(regexTest('^a', '')('ab')).toBe(true);
  });

  it('finds in guarded searches what it finds in others', async () => {
    const cases: [string, string, boolean][] = [
      ['^(a|b)+$', 'ab'.repeat(50), true],
      ['^(a|b)+$', `${'ab'.repeat(8)}c`, false],
      ['.*needle.*', `${'hay '.repeat(200)}needle`, true],
      ['NEEDLE', `${'hay '.repeat(2_000_000)}needle`, false],
      ['(?i)NEEDLE', `${'hay '.repeat(2_000_000)}needle`, true],
    ];
    for (const [pattern, text, found] of cases) expect(await foundInTime(pattern, text)).toBe(found);
  });

  it('is refused where it is too long or too large', () => {
    const refused: [string, number][] = [
      ['a'.repeat(32_765), 2],
      ['('.repeat(16_000) + ')'.repeat(16_000), 51091],
      ['\\p{L}'.repeat(101), 2],
    ];
    for (const [pattern, code] of refused) {
      expect(codeOf(() => regexTest(pattern, '')('aaaab'))).toBe(code);
    }
  });

  it('is guarded by how many ways it may try', () => {
    const free = 2_000_000;
    expect(mayTake('^[a-z0-9]+@example\\.org$')(500)).toBeLessThan(free);
    expect(mayTake('(?:one|two|three|four)')(10_000)).toBeLessThan(free);
    expect(mayTake('.*word.*')(100)).toBeLessThan(free);
    expect(mayTake('(?<![^])name[(*+]{2}')(1000)).toBeLessThan(free);
    expect(mayTake('(a+)+')(30)).toBeGreaterThan(free);
    expect(mayTake('(a{2}|b)*')(30)).toBeGreaterThan(free);
    expect(mayTake('.*.*.*')(100)).toBeGreaterThan(free);
  });
});
