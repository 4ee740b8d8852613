import { compileUpdate } from '../../src/update/update.js';
import { codeOf, doc, type Plain } from '../query/notation.js';
import { type PlainDoc } from './update-cases.js';

const maxLong = 9223372036854775807n;

describe('refusals', () => {
  const nested = (levels: number): Plain => (levels === 0 ? 1 : { a: nested(levels - 1) });

  it.each<[PlainDoc, number]>([
    [{ $foo: { a: 1 } }, 9],
    [{ $set: { a: 1 }, b: 1 }, 9],
    [{ $set: 5 }, 9],
    [{ $set: { '': 1 } }, 56],
    [{ $set: { 'a.': 1 } }, 56],
    [{ $set: { 'a..b': 1 } }, 56],
    [{ $set: { $a: 1 } }, 52],
    [{ a: 1, $b: 1 }, 52],
    [{ $set: { '$.a': 1 } }, 2],
    [{ $set: { '$[].a': 1 } }, 2],
    [{ $set: { 'a.$.b.$': 1 } }, 2],
    [{ $inc: { 'a.$[x].b': 1 } }, 2],
    [{ $rename: { 'a.$': 'b' } }, 2],
    [{ $rename: { a: 'b.$[]' } }, 2],
    [{ $set: { 'a.0': 1, 'a.$[]': 1 } }, 40],
    [{ $set: { 'a.$[]': 1, 'a.$[].b': 1 } }, 40],
    [{ $set: { a: 1 }, $inc: { a: 1 } }, 40],
    [{ $set: { a: 1, 'a.b': 1 } }, 40],
    [{ $set: { 'a.b': 1, a: 1 } }, 40],
    [{ $set: { a: 1 }, $rename: { a: 'b' } }, 40],
    [{ $set: { b: 1 }, $rename: { a: 'b' } }, 40],
    [{ $set: { a: nested(180) } }, 15],
    [{ $set: { [Array(181).fill('a').join('.')]: 1 } }, 15],
    [{ $inc: { a: 'x' } }, 14],
    [{ $inc: { a: null } }, 14],
    [{ $mul: { a: 'x' } }, 14],
    [{ $rename: { a: 1 } }, 2],
    [{ $rename: { a: 'a' } }, 2],
    [{ $rename: { a: 'a.b' } }, 2],
    [{ $rename: { 'a.b': 'a' } }, 2],
    [{ $rename: { a: 'b.' } }, 56],
    [{ $currentDate: { a: 1 } }, 2],
    [{ $currentDate: { a: { $type: 'x' } } }, 2],
    [{ $currentDate: { a: { $foo: 'date' } } }, 2],
    [{ $push: { a: { $each: 1 } } }, 2],
    [{ $push: { a: { $each: [], $foo: 1 } } }, 2],
    [{ $push: { a: { $each: [], $slice: 'x' } } }, 2],
    [{ $push: { a: { $each: [], $position: 1.5 } } }, 2],
    [{ $push: { a: { $each: [], $sort: 2 } } }, 2],
    [{ $push: { a: { $each: [], $sort: 'x' } } }, 2],
    [{ $push: { a: { $each: [], $sort: {} } } }, 2],
    [{ $push: { a: { $each: [], $sort: { b: 3 } } } }, 2],
    [{ $addToSet: { a: { $each: 1 } } }, 14],
    [{ $addToSet: { a: { $each: [], $slice: 1 } } }, 2],
    [{ $pull: { a: { $foo: 1 } } }, 2],
    [{ $pull: { a: { $expr: true } } }, 224],
    [{ $pullAll: { a: 1 } }, 2],
    [{ $pop: { a: 2 } }, 9],
    [{ $pop: { a: 'x' } }, 9],
    [{ $bit: { a: 1 } }, 2],
    [{ $bit: { a: {} } }, 2],
    [{ $bit: { a: { not: 1 } } }, 2],
    [{ $bit: { a: { or: 1.5 } } }, 2],
  ])('%j is refused with code %i', (update, code) => {
    expect(codeOf(() => compileUpdate(doc(update)))).toBe(code);
  });

  it.each<[PlainDoc, PlainDoc, number]>([
    [{ $set: { _id: 2 } }, { _id: 1 }, 66],
    [{ $unset: { _id: 1 } }, { _id: 1 }, 66],
    [{ $set: { '_id.a': 2 } }, { _id: { a: 1 } }, 66],
    [{ $rename: { _id: 'a' } }, { _id: 1 }, 66],
    [{ $inc: { _id: 1 } }, { _id: 1 }, 66],
    [{ $set: { 'a.b': 1 } }, { a: 5 }, 28],
    [{ $set: { 'a.b': 1 } }, { a: null }, 28],
    [{ $set: { 'a.b': 1 } }, { a: [1] }, 28],
    [{ $set: { 'a.01': 1 } }, { a: [1] }, 28],
    [{ $inc: { 'a.b.c': 1 } }, { a: { b: 'x' } }, 28],
    [{ $set: { 'a.1500002': 1 } }, { a: [1] }, 34],
    [{ $inc: { a: 1 } }, { a: 'x' }, 14],
    [{ $inc: { a: 1 } }, { a: null }, 14],
    [{ $inc: { a: 1 } }, { a: maxLong }, 2],
    [{ $mul: { a: 2n } }, { a: maxLong }, 2],
    [{ $push: { a: 1 } }, { a: 5 }, 2],
    [{ $addToSet: { a: 1 } }, { a: 5 }, 2],
    [{ $pull: { a: 1 } }, { a: 5 }, 2],
    [{ $pullAll: { a: [1] } }, { a: 5 }, 2],
    [{ $pop: { a: 1 } }, { a: 5 }, 14],
    [{ $set: { 'a.$': 1 } }, { a: [1] }, 2],
    [{ $set: { 'a.$[]': 1 } }, { a: 5 }, 2],
    [{ $set: { 'a.$[]': 1 } }, { b: 5 }, 2],
    [{ $unset: { 'a.$[]': 1 } }, {}, 2],
    [{ $set: { 'a.$[].b': 1 } }, { a: [1] }, 28],
    [{ $bit: { a: { or: 1 } } }, { a: 1.5 }, 2],
    [{ $rename: { 'a.0': 'b' } }, { a: [1] }, 2],
    [{ $rename: { b: 'a.0' } }, { a: [1], b: 1 }, 2],
    [{ $rename: { a: Array(100).fill('b').join('.') } }, { a: nested(90) }, 15],
  ])('%j upon %j is refused with code %i', (update, stored, code) => {
    expect(codeOf(() => compileUpdate(doc(update)).apply(doc(stored)))).toBe(code);
  });

  it('names what is wrong', () => {
    expect(() => compileUpdate(doc({ $foo: {} }))).toThrow('Unknown modifier: $foo');
    expect(() => compileUpdate(doc({ $set: { a: 1, 'a.b': 2 } }))).toThrow(
      "Updating the path 'a.b' would create a conflict at 'a'",
    );
    expect(() => compileUpdate(doc({ $set: { 'a.b': 1 } })).apply(doc({ a: 5 }))).toThrow(
      "Cannot create field 'b' in element {a: 5}",
    );
  });
});
