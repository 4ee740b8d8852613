import { deserialize, Int32, ObjectId, serialize } from 'bson';
import fc from 'fast-check';
import { decodeDoc, encodeDoc } from '../../src/bson/codec.js';
import { readField, withIdFirst } from '../../src/bson/fields.js';
import { validateDoc } from '../../src/bson/validate.js';
import { anyDoc } from './arbitraries.js';

const id = new ObjectId('0123456789abcdef01234567');
const makeId = (): ObjectId => id;
const never = (): ObjectId => {
  throw new Error('no id was due');
};

describe('reading one field', () => {
  it('gives what decoding the whole document gives', () => {
    fc.assert(
      fc.property(anyDoc, fc.string(), (value, other) => {
        const bytes = encodeDoc(value);
        for (const name of [...value.keys(), other]) {
          expect(readField(bytes, name)).toEqual(decodeDoc(bytes).get(name));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('takes names as they are, not their beginnings', () => {
    const bytes = serialize({ ab: 1, a: 2 });
    expect(readField(bytes, 'a')).toEqual(new Int32(2));
    expect(readField(bytes, 'b')).toBeUndefined();
    expect(readField(bytes, '')).toBeUndefined();
  });
});

describe('putting _id first', () => {
  it('gives the same bytes where it is first', () => {
    const bytes = serialize({ _id: 1, a: 2 });
    expect(withIdFirst(bytes, never)).toBe(bytes);
  });

  it('moves it there', () => {
    const moved = withIdFirst(serialize({ a: 1, _id: 'x', b: 2 }), never);
    validateDoc(moved);
    expect(Object.entries(deserialize(moved))).toEqual([
      ['_id', 'x'],
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('adds one where there is none', () => {
    const bytes = withIdFirst(serialize({ _ida: 1 }), makeId);
    validateDoc(bytes);
    expect(Object.entries(deserialize(bytes))).toEqual([
      ['_id', id],
      ['_ida', 1],
    ]);
    expect(deserialize(withIdFirst(serialize({}), makeId))).toEqual({ _id: id });
  });

  it('leaves the other fields of any document as they were', () => {
    fc.assert(
      fc.property(anyDoc, anyDoc, (before, after) => {
        const expected = [...new Map([...before, ...after])].filter(([name]) => name !== '_id');
        const bytes = encodeDoc(new Map([...before, ['_id', 'x'], ...after, ['_id', 'x']]));
        const moved = withIdFirst(bytes, never);
        validateDoc(moved);
        const [first, ...rest] = decodeDoc(moved);
        expect(first).toEqual(['_id', 'x']);
        expect(new Map(rest)).toEqual(new Map(expected));
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses several', () => {
    const twice = Buffer.concat([serialize({ _id: 1 }).subarray(4, -1), serialize({ _id: 2 }).subarray(4)]);
    const length = Buffer.alloc(4);
    length.writeInt32LE(twice.length + 4);
    const bytes = Buffer.concat([length, twice]);
    validateDoc(bytes);
    expect(() => withIdFirst(bytes, makeId)).toThrow(expect.objectContaining({ code: 2 }) as Error);
  });
});
