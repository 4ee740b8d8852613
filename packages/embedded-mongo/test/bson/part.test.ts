import { Int32, serialize } from 'bson';
import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { decodeDoc, encodeDoc } from '../../src/bson/codec.js';
import { decodePart, encodeWithPart } from '../../src/bson/part.js';
import type { Doc, Value } from '../../src/bson/types.js';
import { validateDoc } from '../../src/bson/validate.js';
import { crcOfKey } from '../../src/storage/keys.js';
import { anyDoc, anyValue, cText } from './arbitraries.js';

const namesIn = (doc: Doc, picks: readonly boolean[]): string[] =>
  [...doc.keys()].filter((_, position) => picks[position] === true);

describe('a part of a document', () => {
  it('holds the named fields, as decoding all of it gives them, in their order', () => {
    fc.assert(
      fc.property(anyDoc, fc.array(fc.boolean()), fc.array(cText), (doc, picks, others) => {
        const bytes = encodeDoc(doc);
        const whole = decodeDoc(bytes);
        const names = new Set([...namesIn(doc, picks), ...others]);
        expect([...decodePart(bytes, names)]).toEqual([...whole].filter(([name]) => names.has(name)));
      }),
      { numRuns: 2000 },
    );
  });

  it('changed, added to and taken from gives what encoding the whole changed document gives', () => {
    const changes = fc.array(fc.tuple(cText, fc.option(anyValue, { nil: undefined })), { maxLength: 4 });
    fc.assert(
      fc.property(anyDoc, fc.array(fc.boolean()), changes, (doc, picks, others) => {
        const bytes = encodeDoc(doc);
        const present = namesIn(doc, picks).map((name, at) => [name, others[at]?.[1]] as const);
        const wanted = new Map([...present, ...others]);
        const names = new Set(wanted.keys());
        const before = decodePart(bytes, names);
        const after = changed(before, wanted);
        const encoded = encodeWithPart(bytes, names, before, after);
        validateDoc(encoded);
        expect(Buffer.from(encoded)).toEqual(Buffer.from(encodeDoc(changed(decodeDoc(bytes), wanted))));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the first value of a repeated name alone once it is changed', () => {
    // { a: 1, b: 2, a: 3 }
    const bytes = Buffer.from(serialize({ a: 1, b: 2, c: 3 }));
    bytes[bytes.indexOf('c\0', 0, 'latin1')] = 'a'.charCodeAt(0);
    const names = new Set(['a']);
    const before = decodePart(bytes, names);
    expect([...before]).toEqual([['a', new Int32(1)]]);
    const encoded = encodeWithPart(bytes, names, before, new Map([['a', new Int32(7)]]));
    expect(Buffer.from(encoded)).toEqual(Buffer.from(serialize({ a: 7, b: 2 })));
  });
});

describe('the checksum of a key', () => {
  it("is zlib's", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(crcOfKey(Buffer.from(bytes).toString('latin1'))).toBe(crc32(bytes));
      }),
    );
  });
});

function changed(doc: Doc, wanted: ReadonlyMap<string, Value | undefined>): Doc {
  const result = new Map(doc);
  for (const [name, value] of wanted) {
    if (value === undefined) result.delete(name);
    else result.set(name, value);
  }
  return result;
}
