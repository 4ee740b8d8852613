import { parseIfMatch, requireVersion } from '../../src/http/conditional.js';
import { stableJson } from '../../src/http/idempotency-key.js';
import { Problem } from '../../src/kernel/problem.js';

describe('If-Match', () => {
  it.each<[string | undefined, readonly number[] | null]>([
    [undefined, null],
    ['*', null],
    [' * ', null],
    ['"7"', [7]],
    ['"0"', [0]],
    ['"7", "8"', [7, 8]],
    ['"7","8" ,\t"9"', [7, 8, 9]],
    ['"7",, "8",', [7, 8]],
    // Well formed, and never a version of ours: nothing matches.
    ['W/"7"', []],
    ['W/"7", "8"', [8]],
    ['"07"', []],
    ['""', []],
    ['"a,b"', []],
    ['"-1"', []],
    ['"7.0"', []],
    ['"9999999999999999999999"', []],
  ])('%j names the versions %j', (header, versions) => {
    expect(parseIfMatch(header)).toEqual(versions);
  });

  it.each([
    '',
    ' ',
    '7',
    '"7',
    '7"',
    "'7'",
    '"7" "8"',
    '"7";',
    ',',
    'w/"7"',
    '"7", *',
    '*, "7"',
    '"a b"',
    '"\u0001"',
  ])('%j is malformed', (header) => {
    const errors = [{ field: 'If-Match', message: expect.stringContaining('must be') as unknown }];
    expect(() => parseIfMatch(header)).toThrow(Problem);
    expect(() => parseIfMatch(header)).toThrow(
      expect.objectContaining({ code: 'invalid_request', errors }) as Error,
    );
  });

  it('takes no longer for a long header', () => {
    const header = `${'"1", '.repeat(3_000)}x`;
    expect(() => parseIfMatch(header)).toThrow('invalid_request');
    expect(parseIfMatch('"1", '.repeat(3_000))).toHaveLength(3_000);
  });

  it('lets a change be made on a version that it names', () => {
    for (const wanted of [null, [7], [6, 7]]) expect(requireVersion(wanted, 7)).toBeUndefined();
    for (const wanted of [[], [6], [6, 8]]) {
      const refused = { code: 'version_conflict', extra: { version: 7 } };
      expect(() => requireVersion(wanted, 7)).toThrow(expect.objectContaining(refused) as Error);
    }
  });
});

describe('the text that a fingerprint is made of', () => {
  it('is the same for the same fields in any order, at any depth', () => {
    const one = { a: 1, b: [{ x: 'é', y: null }], c: { d: true, e: 0.1 } };
    const other = { c: { e: 0.1, d: true }, b: [{ y: null, x: 'é' }], a: 1 };
    expect(stableJson(one)).toBe(stableJson(other));
  });

  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: '1' }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: null }, {}],
    [{ a: { b: 1 } }, { 'a.b': 1 }],
  ])('tells %j from %j', (one, other) => {
    expect(stableJson(one)).not.toBe(stableJson(other));
  });
});
