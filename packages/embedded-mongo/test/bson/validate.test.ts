import { ObjectId } from 'bson';
import fc from 'fast-check';
import { decodeDoc, encodeDoc } from '../../src/bson/codec.js';
import { readField, withIdFirst } from '../../src/bson/fields.js';
import { MAX_COMMAND_SIZE, MAX_DEPTH, MAX_DOCUMENT_SIZE, validateDoc } from '../../src/bson/validate.js';
import { EngineError } from '../../src/errors.js';
import { anyDoc } from './arbitraries.js';

const INVALID = expect.objectContaining({ code: 22 }) as Error;

/** Whether the bytes pass; anything but an EngineError fails the test. */
function isValid(bytes: Uint8Array): boolean {
  try {
    validateDoc(bytes);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
    return false;
  }
}

/** What passes must be readable by every reader, and come out as a valid document again. */
function readEverything(bytes: Uint8Array): void {
  const doc = decodeDoc(bytes);
  validateDoc(encodeDoc(doc));
  readField(bytes, 'no such field');
  withoutRepeatedIds(bytes);
}

function withoutRepeatedIds(bytes: Uint8Array): void {
  try {
    validateDoc(withIdFirst(bytes, () => new ObjectId()));
  } catch (error) {
    expect(error).toMatchObject({ code: 2 });
  }
}

/** A document of that many levels, each a document or an array in turn. */
function nested(levels: number): Uint8Array {
  let bytes: Uint8Array = Buffer.from('0500000000', 'hex');
  for (let level = 2; level <= levels; level++)
    bytes = field(level % 2 ? '03' : '04', Buffer.from(bytes).toString('hex'));
  return bytes;
}

/** The bytes of `{ a: <value> }` with the right length. */
function field(type: string, value: string): Buffer {
  const bytes = Buffer.from(`00000000${type}6100${value}00`.replaceAll(' ', ''), 'hex');
  bytes.writeInt32LE(bytes.length);
  return bytes;
}

describe('validation', () => {
  it('refuses every truncation', () => {
    fc.assert(
      fc.property(anyDoc, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (doc, part) => {
        const bytes = encodeDoc(doc);
        expect(() => validateDoc(bytes.subarray(0, Math.floor(bytes.length * part)))).toThrow(EngineError);
      }),
      { numRuns: 1500 },
    );
  });

  it('lets through only what every reader can read, whatever bytes are changed', () => {
    const change = fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 3, 4, 5, 15, 127, 255)));
    fc.assert(
      fc.property(anyDoc, fc.array(change, { minLength: 1, maxLength: 4 }), (doc, changes) => {
        const bytes = encodeDoc(doc);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        if (isValid(bytes)) readEverything(bytes);
      }),
      { numRuns: 4000 },
    );
  });

  it('lets through only what every reader can read, whatever bit of a document flips', () => {
    fc.assert(
      fc.property(anyDoc, (doc) => {
        const valid = encodeDoc(doc);
        for (let bit = 0; bit < valid.length * 8; bit += 3) {
          const bytes = Uint8Array.from(valid);
          bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
          if (isValid(bytes)) readEverything(bytes);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('lets through only what every reader can read, of bytes at random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        if (isValid(bytes)) readEverything(bytes);
        const framed = Buffer.from([0, 0, 0, 0, ...bytes, 0]);
        framed.writeInt32LE(framed.length);
        if (isValid(framed)) readEverything(framed);
      }),
      { numRuns: 4000 },
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a length alone', Buffer.from('04000000', 'hex')],
    ['a length below the smallest', Buffer.from('0400000000', 'hex')],
    ['a negative length', Buffer.from('ffffffff00', 'hex')],
    ['bytes behind the end', Buffer.from('050000000000', 'hex')],
    ['an end byte that is none', Buffer.from('0500000001', 'hex')],
    ['an end byte before the end', Buffer.from('08000000006100 00'.replaceAll(' ', ''), 'hex')],
    ['an unknown type', field('14', '')],
    ['a name without an end', Buffer.from('080000000a616100', 'hex')],
    ['a name that is not UTF-8', Buffer.from('080000000aff0000', 'hex')],
    ['a bool of 2', field('08', '02')],
    ['a string of length 0', field('02', '00000000')],
    ['a negative string length', field('02', 'ffffffff00')],
    ['the longest string length', field('02', 'ffffff7f00')],
    ['a string without its end byte', field('02', '02000000 6161')],
    ['a string that is not UTF-8', field('02', '03000000 c32800')],
    ['a surrogate in UTF-8', field('02', '04000000 eda08000')],
    ['an overlong UTF-8 form', field('02', '03000000 c08000')],
    ['a binary longer than its document', field('05', '05000000 00 0102')],
    ['an old binary whose lengths differ', field('05', '05000000 02 02000000 01')],
    ['an old binary without room for its length', field('05', '02000000 02 0000')],
    ['a nested document that ends late', field('03', '06000000 00')],
    ['a nested document that ends early', field('03', '05000000 00 00')],
    ['a code with scope of a wrong length', field('0f', '10000000 02000000 6600 05000000 00')],
    ['a code with scope whose string runs over', field('0f', '0f000000 09000000 6600 05000000 00')],
    ['half a regular expression', Buffer.from('0a0000000b6100780000', 'hex').subarray(0, 9)],
  ])('refuses %s', (_, bytes) => {
    expect(() => validateDoc(bytes)).toThrow(INVALID);
  });

  it('refuses documents nested too deep, arrays and scopes included', () => {
    expect(() => validateDoc(nested(MAX_DEPTH))).not.toThrow();
    expect(() => validateDoc(nested(MAX_DEPTH + 1))).toThrow(expect.objectContaining({ code: 15 }) as Error);
    expect(() => validateDoc(nested(3), 2)).toThrow(EngineError);
    expect(() => validateDoc(field('0f', '0f000000 02000000 6600 05000000 00'), 1)).toThrow(EngineError);
    expect(() => validateDoc(field('04', '05000000 00'), 1)).toThrow(EngineError);
  });

  it('does not overflow the stack on a document of nothing but depth', () => {
    expect(() => validateDoc(nested(5_000), 180)).toThrow(EngineError);
  });

  it('refuses documents beyond the size that is asked for', () => {
    const bytes = encodeDoc(new Map([['a', 'x'.repeat(MAX_DOCUMENT_SIZE - 13)]]));
    expect(bytes).toHaveLength(MAX_DOCUMENT_SIZE);
    expect(() => validateDoc(bytes, MAX_DEPTH, MAX_DOCUMENT_SIZE)).not.toThrow();
    const tooLarge = expect.objectContaining({ code: 10334 }) as Error;
    expect(() => validateDoc(bytes, MAX_DEPTH, MAX_DOCUMENT_SIZE - 1)).toThrow(tooLarge);
    expect(() => validateDoc(new Uint8Array(MAX_COMMAND_SIZE + 1))).toThrow(tooLarge);
  });
});
