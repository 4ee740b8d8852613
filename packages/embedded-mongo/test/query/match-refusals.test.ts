import { Undefined } from '../../src/bson/types.js';
import { compileFilter } from '../../src/query/match/match.js';
import { codeOf, doc, value, type Plain } from './notation.js';

describe('refusals', () => {
  it.each<[Record<string, Plain>, number]>([
    [{ $foo: 1 }, 2],
    [{ $where: 'true' }, 2],
    [{ $jsonSchema: 5 }, 14],
    [{ a: { $foo: 1 } }, 2],
    [{ a: { $near: [0, 0] } }, 2],
    [{ a: { $gt: 1, b: 2 } }, 2],
    [{ $and: 1 }, 2],
    [{ $or: [] }, 2],
    [{ $nor: [1] }, 2],
    [{ a: { $in: 1 } }, 2],
    [{ a: { $in: [{ $gt: 1 }] } }, 2],
    [{ a: { $ne: /x/ } }, 2],
    [{ a: { $gt: /x/ } }, 2],
    [{ a: Undefined.instance }, 2],
    [{ a: { $not: 1 } }, 2],
    [{ a: { $not: {} } }, 2],
    [{ a: { $size: -1 } }, 2],
    [{ a: { $size: 1.5 } }, 2],
    [{ a: { $size: 'x' } }, 2],
    [{ a: { $all: 1 } }, 2],
    [{ a: { $all: [{ $gt: 1 }] } }, 2],
    [{ a: { $all: [{ $elemMatch: {} }, 1] } }, 2],
    [{ a: { $elemMatch: 1 } }, 2],
    [{ a: { $elemMatch: { $expr: true } } }, 2],
    [{ a: { $mod: [] } }, 2],
    [{ a: { $mod: [1] } }, 2],
    [{ a: { $mod: [1, 2, 3] } }, 2],
    [{ a: { $mod: [0, 1] } }, 2],
    [{ a: { $mod: ['x', 1] } }, 2],
    [{ a: { $mod: [NaN, 1] } }, 2],
    [{ a: { $type: 'nonsense' } }, 2],
    [{ a: { $type: 99 } }, 2],
    [{ a: { $type: null } }, 14],
    [{ a: { $type: [] } }, 9],
    [{ a: { $regex: 1 } }, 2],
    [{ a: { $options: 'i' } }, 2],
    [{ a: { $regex: 'x', $options: 1 } }, 2],
    [{ a: { $regex: /x/i, $options: 'i' } }, 51075],
    [{ a: { $regex: 'x', $options: 'g' } }, 51108],
    [{ a: { $regex: '(' } }, 51091],
    [{ a: { $regex: 'a++' } }, 51091],
    [{ a: { $regex: '[a' } }, 51091],
    [{ a: { $regex: 'a\\' } }, 51091],
    [{ a: { $regex: 'a\0b' } }, 2],
    [{ $expr: { $nonsense: 1 } }, 168],
    [{ $expr: '$$unknown' }, 17276],
  ])('%j is refused with code %i', (filter, code) => {
    expect(codeOf(() => compileFilter(doc(filter)))).toBe(code);
  });

  it('names the operator', () => {
    expect(() => compileFilter(doc({ a: { $foo: 1 } }))).toThrow('unknown operator: $foo');
    expect(() => compileFilter(doc({ $foo: 1 }))).toThrow('unknown top level operator: $foo');
    expect(() => compileFilter(doc({ a: value({ $near: 1 }) }))).toThrow('$near');
  });
});
