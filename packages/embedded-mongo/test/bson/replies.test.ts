import { Double, Int32, Long, serialize } from 'bson';
import { decodeDoc, encodeReply, type Reply } from '../../src/bson/codec.js';
import { DateTime, RawDoc, Undefined } from '../../src/bson/types.js';
import { doc } from './encoded.js';

describe('replies', () => {
  it('take plain JS values and leave out undefined', () => {
    const reply: Reply = {
      ok: 1,
      big: 5_000_000_000,
      half: 0.5,
      minusZero: -0,
      long: 7n,
      date: new Date(5),
      text: 't',
      none: undefined,
      nothing: null,
      raw: new RawDoc(serialize({ x: 1 })),
      list: [1, 'a', undefined, { y: true }, new Map([['z', 2]])],
      doc: doc(['d', new Int32(3)]),
      undefined: Undefined.instance,
      inner: { a: { b: 1 }, bare: Object.assign(Object.create(null), { c: 1 }) },
    };
    expect(decodeDoc(encodeReply(reply))).toEqual(
      doc(
        ['ok', new Int32(1)],
        ['big', new Double(5_000_000_000)],
        ['half', new Double(0.5)],
        ['minusZero', new Double(-0)],
        ['long', Long.fromNumber(7)],
        ['date', new DateTime(5n)],
        ['text', 't'],
        ['nothing', null],
        ['raw', doc(['x', new Int32(1)])],
        ['list', [new Int32(1), 'a', null, doc(['y', true]), doc(['z', new Int32(2)])]],
        ['doc', doc(['d', new Int32(3)])],
        ['undefined', Undefined.instance],
        ['inner', doc(['a', doc(['b', new Int32(1)])], ['bare', doc(['c', new Int32(1)])])],
      ),
    );
  });

  it('refuse objects that are neither plain nor BSON values', () => {
    const strange = Object.create({ inherited: 1 }) as Reply;
    expect(() => encodeReply({ strange })).toThrow(TypeError);
  });
});
