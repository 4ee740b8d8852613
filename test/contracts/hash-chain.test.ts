import { createHash } from 'node:crypto';

import canonicalize from 'canonicalize';
import fc from 'fast-check';

import { hashOf } from '../../src/event-store/hash-chain.js';

const DOCUMENT = {
  seq: 1,
  _id: 'tx_1',
  recorded_at: new Date('2026-01-31T09:30:00Z'),
  prev_hash: null,
  nested: { b: null, a: [1, -2.5, 'é'] },
  true: true,
};

describe('the hash of an event', () => {
  // sha256sum of {"_id":"tx_1","nested":{"a":[1,-2.5,"é"],"b":null},"prev_hash":null,
  // "recorded_at":"2026-01-31T09:30:00.000Z","seq":1,"true":true} (one line, UTF-8)
  const EXPECTED = '46ecb369c017c4e9375c2d8f7187c9a3329ebd49d0e4184aed0c2e124891b3bc';

  it('is the SHA-256 of the RFC 8785 form, dates as RFC 3339 UTC with milliseconds', () => {
    expect(hashOf(DOCUMENT)).toBe(EXPECTED);
  });

  it('is that of what another implementation makes of any document', () => {
    const text = fc.string({ unit: 'grapheme' });
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        text,
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((number) => (Object.is(number, -0) ? 0 : number)),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(text, tie('tree'), { maxKeys: 5, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(text, tree, { noNullPrototype: true }), (document) => {
        const { hash: _, ...hashed } = document;
        const form = canonicalize(hashed) ?? '';
        expect(hashOf(document)).toBe(createHash('sha256').update(form, 'utf8').digest('hex'));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves out the hash itself, and nothing else', () => {
    expect(hashOf({ ...DOCUMENT, hash: 'anything' })).toBe(EXPECTED);
    expect(hashOf({ ...DOCUMENT, prev_hash: EXPECTED })).not.toBe(EXPECTED);
    expect(hashOf({ ...DOCUMENT, nested: { ...DOCUMENT.nested, hash: 'anything' } })).not.toBe(EXPECTED);
  });

  it.each([
    ['undefined', undefined],
    ['-0', -0],
    ['NaN', Number.NaN],
    ['an infinity', Number.POSITIVE_INFINITY],
    ['a Map', new Map()],
    ['a bigint', 1n],
    ['half a surrogate pair', '\ud800'],
    ['half a pair in a name', { '\udc00': 1 }],
    ['an undefined list entry', [undefined]],
    ['a deep undefined', { a: { b: undefined } }],
  ])('refuses %s, which would not come back from the database as it was hashed', (_, value) => {
    expect(() => hashOf({ value })).toThrow(TypeError);
  });

  it('says which field it refuses', () => {
    expect(() => hashOf({ list: [1, { within: [-0] }] })).toThrow('field list[1].within[0] holds');
    expect(() => hashOf({ a: { '\udc00': 1 } })).toThrow('field a.\udc00 holds');
  });
});
