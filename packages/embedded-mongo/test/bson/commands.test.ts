import { Int32, serialize } from 'bson';
import { Layouts } from '../../src/bson/command-doc.js';
import { decodeCommand, decodeDoc } from '../../src/bson/codec.js';
import type { RawDoc } from '../../src/bson/types.js';
import { doc, hex, withCode } from './encoded.js';

describe('commands', () => {
  const layoutsOf = (...rawFields: string[]): Layouts => new Layouts(new Set(rawFields));
  const command = serialize({ insert: 'c', documents: [{ _id: 1 }, { _id: 2 }], ordered: true });

  it('leave the named documents encoded', () => {
    const decoded = decodeCommand(command, layoutsOf('documents'));
    expect([...decoded.keys()]).toEqual(['insert', 'documents', 'ordered']);
    const documents = decoded.get('documents') as RawDoc[];
    expect(documents.map(({ bytes }) => hex(bytes))).toEqual([1, 2].map((_id) => hex(serialize({ _id }))));
    expect(decoded.get('ordered')).toBe(true);
  });

  it('leave a single named document encoded and decode what is none', () => {
    const decoded = decodeCommand(serialize({ a: { b: 1 }, c: 'x', d: { e: 1 } }), layoutsOf('a', 'c'));
    expect(hex((decoded.get('a') as RawDoc).bytes)).toBe(hex(serialize({ b: 1 })));
    expect(decoded.get('c')).toBe('x');
    expect(decoded.get('d')).toEqual(doc(['e', new Int32(1)]));
  });

  it('share the names that they have in common, whatever comes in between', () => {
    const layouts = layoutsOf('raw');
    const long = 'x'.repeat(100);
    for (const sent of [
      { find: 'c', filter: 1, limit: 2 },
      { find: 'c', filter: 1, limit: 2 },
      { find: 'c', limit: 2, filter: 1 },
      { find: 'c', filte: 1, filters: 2, '': 3 },
      { find: 'c', filter: 1 },
      { é: 'c', 'Ã©': 1, [long]: 2 },
      { 'Ã©': 'c', é: 1, [long]: 2, [`${long}y`]: 3 },
      { [long]: 'c', __proto__: null, constructor: 1 },
      {},
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`field${String(i)}`, i])),
    ]) {
      for (let times = 0; times < 3; times += 1) {
        const decoded = decodeCommand(serialize(sent), layouts);
        expect(new Map(decoded)).toEqual(decodeDoc(serialize(sent)));
        expect([...decoded.keys()]).toEqual(Object.keys(sent));
        for (const name of ['find', 'filter', 'limit', 'é', long, 'field40', '__proto__']) {
          expect(decoded.has(name)).toBe(Object.hasOwn(sent, name));
          expect(decoded.get(name)).toEqual(decodeDoc(serialize(sent)).get(name));
        }
      }
    }
  });

  it('count only the first value of a repeated name', () => {
    const layouts = layoutsOf('b');
    const one = Buffer.from('10610001000000', 'hex');
    const again = Buffer.from('10610002000000', 'hex');
    const raw = Buffer.from('0462000c0000001030000500000000', 'hex');
    const last = Buffer.from('10630003000000', 'hex');
    const elements = Buffer.concat([one, again, Buffer.from('10620004000000', 'hex'), raw, last, again]);
    const bytes = Buffer.concat([Buffer.alloc(4), elements, Buffer.alloc(1)]);
    bytes.writeInt32LE(bytes.length);
    for (let times = 0; times < 3; times += 1) {
      const values = [...decodeCommand(bytes, layouts)].map(([name, value]) => [
        name,
        (value as Int32).value,
      ]);
      expect(values).toEqual([
        ['a', 1],
        ['b', 4],
        ['c', 3],
      ]);
    }
  });

  it('may get further fields', () => {
    const layouts = layoutsOf();
    for (let times = 0; times < 2; times += 1) {
      const decoded = decodeCommand(serialize({ insert: 'c', ordered: true }), layouts);
      decoded.set('documents', []);
      decoded.set('ordered', false);
      expect([...decoded]).toEqual([
        ['insert', 'c'],
        ['ordered', false],
        ['documents', []],
      ]);
    }
  });

  it('refuse a named array of anything but documents', () => {
    const bytes = serialize({ insert: 'c', documents: [{}, 5] });
    expect(() => decodeCommand(bytes, layoutsOf('documents'))).toThrow(withCode(14, 'documents.1'));
  });
});
