import { Decimal128, Double, Int32, Long, Timestamp } from 'bson';
import { equalValues } from '../../src/bson/compare.js';
import { DateTime, type Doc } from '../../src/bson/types.js';
import { identical } from '../../src/update/identical.js';
import { compileUpdate } from '../../src/update/update.js';
import {
  codeOf,
  decimal,
  doc,
  double,
  entries,
  expectIdentical,
  id,
  value,
  type Plain,
} from '../query/notation.js';

type PlainDoc = Record<string, Plain>;

const maxInt = 2147483647;
const maxLong = 9223372036854775807n;

function changes(cases: readonly [update: PlainDoc, before: PlainDoc, after: PlainDoc][]): void {
  for (const [update, before, after] of cases) {
    const stored = doc(before);
    expectIdentical(compileUpdate(doc(update)).apply(stored), doc(after), update);
    expectIdentical(stored, doc(before), update);
  }
}

function leaves(cases: readonly [update: PlainDoc, stored: PlainDoc][]): void {
  for (const [update, before] of cases) {
    const stored = doc(before);
    expect(compileUpdate(doc(update)).apply(stored)).toBe(stored);
  }
}

describe('$set, $unset, $rename, $setOnInsert, $currentDate', () => {
  it('$set puts values at paths, new fields in the order of their names', () =>
    changes([
      [{ $set: { a: 2 } }, { a: 1, b: 1 }, { a: 2, b: 1 }],
      [{ $set: { c: 3, b: 2, a: 1 } }, { z: 0 }, { z: 0, a: 1, b: 2, c: 3 }],
      [{ $set: { 'a.b.c': 1 } }, {}, { a: { b: { c: 1 } } }],
      [{ $set: { 'a.b': 1 } }, { a: { c: 2 } }, { a: { c: 2, b: 1 } }],
      [{ $set: { 'a.0': 9 } }, { a: [1, 2] }, { a: [9, 2] }],
      [{ $set: { 'a.3': 9 } }, { a: [1] }, { a: [1, null, null, 9] }],
      [{ $set: { 'a.0.b': 9 } }, { a: [{ b: 1 }] }, { a: [{ b: 9 }] }],
      [{ $set: { a: double(1) } }, { a: 1 }, { a: double(1) }],
      [{ $set: { a: -0 } }, { a: 0.5 }, { a: -0 }],
      [{ $set: { a: { y: 1, x: 2 } } }, { a: { x: 2, y: 1 } }, { a: { y: 1, x: 2 } }],
      [{ $set: { a: 1 }, $inc: { b: 1 } }, {}, { a: 1, b: 1 }],
      [{ $set: { a: { $price: 1 } } }, {}, { a: { $price: 1 } }],
    ]));

  it('orders new numeric names by size', () => {
    const update = entries(['$set', entries(['a.10', 1], ['a.9', 2], ['a.b', 3])]);
    const [, inner] = [...compileUpdate(update).apply(new Map())][0] ?? [];
    expect([...(inner as Doc).keys()]).toEqual(['9', '10', 'b']);
  });

  it('sets fields that are named like object properties', () => {
    const update = compileUpdate(
      entries(['$set', entries(['__proto__.x', 1], ['constructor.prototype.y', 2])]),
    );
    const result = update.apply(new Map());
    expect([...result.keys()]).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(({} as Record<string, unknown>)['y']).toBeUndefined();
  });

  it('$unset removes fields, and leaves null in arrays', () =>
    changes([
      [{ $unset: { a: '' } }, { a: 1, b: 2 }, { b: 2 }],
      [{ $unset: { 'a.b': 1 } }, { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
      [{ $unset: { 'a.0': 1 } }, { a: [1, 2] }, { a: [null, 2] }],
      [{ $unset: { 'a.b': 1, c: 1 } }, { c: 1 }, {}],
    ]));

  it('$rename moves values', () =>
    changes([
      [{ $rename: { a: 'b' } }, { a: 1 }, { b: 1 }],
      [{ $rename: { a: 'b' } }, { a: 1, b: 2, c: 3 }, { b: 1, c: 3 }],
      [{ $rename: { a: 'b.c' } }, { a: 1, b: { d: 2 } }, { b: { d: 2, c: 1 } }],
      [{ $rename: { 'a.b': 'c' } }, { a: { b: 1 } }, { a: {}, c: 1 }],
      [{ $rename: { a: 'b', c: 'd' } }, { c: 3, a: 1 }, { b: 1, d: 3 }],
    ]));

  it('$setOnInsert does nothing to a document that exists', () =>
    leaves([
      [{ $setOnInsert: { a: 1 } }, {}],
      [{ $setOnInsert: { 'a.b': 1 } }, { a: 5 }],
    ]));

  it('$currentDate sets dates and timestamps', () => {
    const update = compileUpdate(
      doc({ $currentDate: { a: true, b: { $type: 'date' }, c: { $type: 'timestamp' } } }),
    );
    const result = update.apply(new Map());
    expect(result.get('a')).toBeInstanceOf(DateTime);
    expect(result.get('b')).toBeInstanceOf(DateTime);
    expect(result.get('c')).toBeInstanceOf(Timestamp);
    expect(Number((result.get('a') as DateTime).ms)).toBeLessThanOrEqual(Date.now());
  });

  it('gives the same document back where nothing changes', () =>
    leaves([
      [{ $set: { a: 1 } }, { a: 1 }],
      [{ $set: { a: { b: [1, 'x', null] } } }, { a: { b: [1, 'x', null] } }],
      [{ $set: { a: NaN } }, { a: NaN }],
      [{ $set: {} }, { a: 1 }],
      [{ $unset: { b: 1, 'a.b': 1, 'c.5': 1, 'c.x': 1 } }, { a: 1, c: [1] }],
      [{ $unset: { 'a.0': 1 } }, { a: [null] }],
      [{ $rename: { x: 'y' } }, { a: 1 }],
      [{ $rename: { x: 'a.b' } }, { a: 1 }],
      [{ $rename: { 'a.5': 'b' } }, { a: [1] }],
      [{ $inc: { a: 0 } }, { a: 1 }],
      [{ $mul: { a: 1 } }, { a: 3 }],
      [{ $min: { a: 5 } }, { a: 5 }],
      [{ $max: { a: 3n } }, { a: 20 }],
      [{ $addToSet: { a: 1n } }, { a: [1] }],
      [{ $push: { a: { $each: [] } } }, { a: [1] }],
      [{ $push: { a: { $each: [], $sort: 1 } } }, { a: [1, 2] }],
      [{ $pull: { a: 5, b: 1 } }, { a: [1] }],
      [{ $pullAll: { a: [5] } }, { a: [1] }],
      [{ $pop: { a: 1, b: 1 } }, { a: [] }],
      [{ $bit: { a: { or: 1 } } }, { a: 1 }],
    ]));
});

describe('arithmetic', () => {
  it('$inc keeps types, widens ints and stays exact', () =>
    changes([
      [{ $inc: { a: 2 } }, { a: 1 }, { a: 3 }],
      [{ $inc: { a: -2 } }, {}, { a: -2 }],
      [{ $inc: { a: 1 } }, { a: maxInt }, { a: 2147483648n }],
      [{ $inc: { a: 1n } }, { a: 1 }, { a: 2n }],
      [{ $inc: { a: 1 } }, { a: 9007199254740993n }, { a: 9007199254740994n }],
      [{ $inc: { a: double(1) } }, { a: 1 }, { a: double(2) }],
      [{ $inc: { a: 1 } }, { a: double(5) }, { a: double(6) }],
      [{ $inc: { a: decimal('0.1') } }, { a: decimal('0.2') }, { a: decimal('0.3') }],
      [{ $inc: { a: 1 } }, { a: decimal('1.50') }, { a: decimal('2.50') }],
      [{ $inc: { 'a.b': 1 } }, { a: { b: 1 } }, { a: { b: 2 } }],
      [{ $inc: { 'a.1': 1 } }, { a: [1, 1] }, { a: [1, 2] }],
    ]));

  it('$mul multiplies; a missing field becomes a zero of the type', () =>
    changes([
      [{ $mul: { a: 3 } }, { a: 2 }, { a: 6 }],
      [{ $mul: { a: 3 } }, {}, { a: 0 }],
      [{ $mul: { a: 3n } }, {}, { a: 0n }],
      [{ $mul: { a: 1.5 } }, { a: 2 }, { a: double(3) }],
      [{ $mul: { a: maxInt } }, { a: 2 }, { a: 4294967294n }],
    ]));

  it('$min and $max compare across types', () =>
    changes([
      [{ $min: { a: 3 } }, { a: 5 }, { a: 3 }],
      [{ $max: { a: 7n } }, { a: 5 }, { a: 7n }],
      [{ $max: { a: 9007199254740993n } }, { a: double(9007199254740992) }, { a: 9007199254740993n }],
      [{ $min: { a: 3 } }, { a: 'x' }, { a: 3 }],
      [{ $max: { a: new Date(1) } }, { a: 'x' }, { a: new Date(1) }],
      [{ $min: { a: null } }, { a: 1 }, { a: null }],
      [{ $max: { a: 1 } }, {}, { a: 1 }],
    ]));

  it('$bit', () =>
    changes([
      [{ $bit: { a: { and: 10 } } }, { a: 12 }, { a: 8 }],
      [{ $bit: { a: { or: 3, xor: 1 } } }, { a: 4 }, { a: 6 }],
      [{ $bit: { a: { xor: 5n } } }, { a: 4 }, { a: 1n }],
      [{ $bit: { a: { or: 5 } } }, {}, { a: 5 }],
    ]));
});

describe('arrays', () => {
  it('$push appends, inserts, sorts and cuts', () =>
    changes([
      [{ $push: { a: 1 } }, {}, { a: [1] }],
      [{ $push: { a: [1, 2] } }, { a: [0] }, { a: [0, [1, 2]] }],
      [{ $push: { a: { $each: [1, 2] } } }, { a: [0] }, { a: [0, 1, 2] }],
      [{ $push: { a: { $each: [] } } }, {}, { a: [] }],
      [{ $push: { a: { $each: [9], $position: 0 } } }, { a: [1, 2] }, { a: [9, 1, 2] }],
      [{ $push: { a: { $each: [9], $position: 99 } } }, { a: [1] }, { a: [1, 9] }],
      [{ $push: { a: { $each: [9], $position: -1 } } }, { a: [1, 2] }, { a: [1, 9, 2] }],
      [{ $push: { a: { $each: [9], $position: -9 } } }, { a: [1, 2] }, { a: [9, 1, 2] }],
      [{ $push: { a: { $each: [3], $slice: 2 } } }, { a: [1, 2] }, { a: [1, 2] }],
      [{ $push: { a: { $each: [3], $slice: -2 } } }, { a: [1, 2] }, { a: [2, 3] }],
      [{ $push: { a: { $each: [], $slice: 0 } } }, { a: [1, 2] }, { a: [] }],
      [{ $push: { a: { $each: [2], $sort: 1 } } }, { a: [3, 1] }, { a: [1, 2, 3] }],
      [{ $push: { a: { $each: [2], $sort: -1, $slice: 2 } } }, { a: [3, 1] }, { a: [3, 2] }],
      [
        { $push: { a: { $each: [{ n: 1, k: 'x' }], $sort: { n: 1 } } } },
        { a: [{ n: 2 }, 5, { n: 1 }] },
        { a: [5, { n: 1 }, { n: 1, k: 'x' }, { n: 2 }] },
      ],
      [{ $push: { a: { $slice: 1 } } }, { a: [] }, { a: [{ $slice: 1 }] }],
    ]));

  it('$addToSet adds what is not there by value', () =>
    changes([
      [{ $addToSet: { a: 2 } }, { a: [1] }, { a: [1, 2] }],
      [{ $addToSet: { a: { $each: [1, 2, 2, double(2)] } } }, { a: [1] }, { a: [1, 2] }],
      [
        { $addToSet: { a: { x: 1, y: 2 } } },
        { a: [{ y: 2, x: 1 }] },
        {
          a: [
            { y: 2, x: 1 },
            { x: 1, y: 2 },
          ],
        },
      ],
      [{ $addToSet: { a: { $each: [1, 1] } } }, {}, { a: [1] }],
    ]));

  it('$pull, $pullAll and $pop take out', () =>
    changes([
      [{ $pull: { a: 1 } }, { a: [1, 2, double(1), 'x'] }, { a: [2, 'x'] }],
      [{ $pull: { a: { $gte: 2 } } }, { a: [1, 2, 3] }, { a: [1] }],
      [{ $pull: { a: { $in: ['x', /^y/] } } }, { a: ['x', 'yy', 'z'] }, { a: ['z'] }],
      [{ $pull: { a: { b: 1 } } }, { a: [{ b: 1, c: 2 }, { b: 2 }, 1] }, { a: [{ b: 2 }, 1] }],
      [{ $pull: { a: { b: { $gt: 1 }, c: 2 } } }, { a: [{ b: 2, c: 2 }, { b: 2 }] }, { a: [{ b: 2 }] }],
      [{ $pull: { a: { $or: [{ b: 1 }, { b: 2 }] } } }, { a: [{ b: 1 }, { b: 3 }] }, { a: [{ b: 3 }] }],
      [{ $pull: { a: /^x/ } }, { a: ['xx', 'y', 1] }, { a: ['y', 1] }],
      [{ $pull: { a: [1] } }, { a: [[1], 1] }, { a: [1] }],
      [{ $pull: { a: { $elemMatch: { q: 1 } } } }, { a: [[{ q: 1 }], [{ q: 2 }]] }, { a: [[{ q: 2 }]] }],
      [{ $pull: { a: null } }, { a: [null, 1] }, { a: [1] }],
      [{ $pull: { 'a.b': 1 } }, { a: { b: [1, 2] } }, { a: { b: [2] } }],
      [{ $pullAll: { a: [1, 'x'] } }, { a: [1n, 'x', 2] }, { a: [2] }],
      [{ $pop: { a: 1 } }, { a: [1, 2] }, { a: [1] }],
      [{ $pop: { a: -1 } }, { a: [1, 2] }, { a: [2] }],
    ]));
});

describe('replacement', () => {
  const replace = (update: PlainDoc, before: PlainDoc): Doc => compileUpdate(doc(update)).apply(doc(before));

  it('keeps the id and puts it first', () => {
    expectIdentical(replace({ b: 1 }, { _id: 7, a: 1 }), doc({ _id: 7, b: 1 }));
    expectIdentical(replace({ b: 1, _id: 7 }, { _id: 7, a: 1 }), doc({ _id: 7, b: 1 }));
    expectIdentical(replace({}, { _id: 7, a: 1 }), doc({ _id: 7 }));
    expect(compileUpdate(doc({})).isReplacement).toBe(true);
    expect(compileUpdate(doc({ $set: { a: 1 } })).isReplacement).toBe(false);
  });

  it('gives the same document back where nothing changes', () => {
    const stored = doc({ _id: 7, a: 1 });
    expect(compileUpdate(doc({ a: 1 })).apply(stored)).toBe(stored);
    expect(compileUpdate(doc({ a: double(1) })).apply(stored)).not.toBe(stored);
  });

  it('refuses another id', () => {
    expect(codeOf(() => replace({ _id: 8 }, { _id: 7 }))).toBe(66);
  });
});

describe('upsert', () => {
  const made = id('f');
  const upsert = (filter: PlainDoc, update: PlainDoc): Doc =>
    compileUpdate(doc(update)).upsert(doc(filter), () => made);

  it('starts from the equalities of the filter', () => {
    expectIdentical(
      upsert({ a: 1, 'b.c': { $eq: 2 }, d: { $gt: 5 }, e: /x/ }, { $set: { f: 3 } }),
      doc({ _id: made, a: 1, b: { c: 2 }, f: 3 }),
    );
    expectIdentical(
      upsert({ $and: [{ a: 1 }, { b: { $in: [2] } }], $or: [{ c: { $all: [3] } }] }, { $inc: { a: 1 } }),
      doc({ _id: made, a: 2, b: 2, c: 3 }),
    );
    expectIdentical(
      upsert({ a: { $in: [1, 2] }, $or: [{ b: 1 }, { c: 1 }], $nor: [{ d: 1 }] }, { $set: {} }),
      doc({ _id: made }),
    );
  });

  it('takes $setOnInsert, and the id from filter or update', () => {
    expectIdentical(
      upsert({ x: 1 }, { $set: { a: 1 }, $setOnInsert: { b: 2 } }),
      doc({ _id: made, x: 1, a: 1, b: 2 }),
    );
    expectIdentical(upsert({ x: 1, _id: 5 }, { $set: { a: 1 } }), doc({ _id: 5, x: 1, a: 1 }));
    expectIdentical(upsert({ x: 1 }, { $set: { _id: 9 } }), doc({ _id: 9, x: 1 }));
    expectIdentical(upsert({ _id: null }, { $set: { a: 1 } }), doc({ _id: null, a: 1 }));
    expect(codeOf(() => upsert({ _id: 5 }, { $set: { _id: 6 } }))).toBe(66);
  });

  it('replaces with the filter’s id only', () => {
    expectIdentical(upsert({ x: 1, _id: 5 }, { a: 1 }), doc({ _id: 5, a: 1 }));
    expectIdentical(upsert({ x: 1 }, { a: 1 }), doc({ _id: made, a: 1 }));
    expectIdentical(upsert({ x: 1 }, { a: 1, _id: 4 }), doc({ _id: 4, a: 1 }));
    expect(codeOf(() => upsert({ _id: 5 }, { _id: 6 }))).toBe(66);
    expect(codeOf(() => upsert({ '_id.x': 5 }, { a: 6 }))).toBe(111);
  });

  it('refuses what fixes a field twice, and bad ids', () => {
    expect(codeOf(() => upsert({ a: 1, $and: [{ a: 1 }] }, { $set: { b: 1 } }))).toBe(54);
    expect(codeOf(() => upsert({ a: { b: 1 }, 'a.b': 1 }, { $set: { c: 1 } }))).toBe(54);
    expect(codeOf(() => upsert({ a: { $all: [1, 2] } }, { $set: { c: 1 } }))).toBe(54);
    expect(codeOf(() => upsert({}, { $set: { _id: [1] } }))).toBe(53);
    expect(codeOf(() => upsert({}, { _id: /x/ }))).toBe(53);
    expect(codeOf(() => upsert({}, { $set: { _id: { $x: 1 } } }))).toBe(52);
  });
});

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
    [{ $set: { 'a.$': 1 } }, 2],
    [{ $set: { 'a.$[]': 1 } }, 2],
    [{ $inc: { 'a.$[x].b': 1 } }, 2],
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
    [{ $bit: { a: { or: 1 } } }, { a: 1.5 }, 2],
    [{ $rename: { 'a.0': 'b' } }, { a: [1] }, 2],
    [{ $rename: { b: 'a.0' } }, { a: [1], b: 1 }, 2],
    [{ $rename: { a: Array(100).fill('b').join('.') } }, { a: nested(90) }, 15],
  ])('%j upon %j is refused with code %i', (update, stored, code) => {
    expect(codeOf(() => compileUpdate(doc(update)).apply(doc(stored)))).toBe(code);
  });

  it('names what is wrong', () => {
    expect(() => compileUpdate(doc({ $foo: {} }))).toThrow('Unknown modifier: $foo');
    expect(() => compileUpdate([])).toThrow('pipeline');
    expect(() => compileUpdate(doc({ $set: { a: 1, 'a.b': 2 } }))).toThrow(
      "Updating the path 'a.b' would create a conflict at 'a'",
    );
    expect(() => compileUpdate(doc({ $set: { 'a.b': 1 } })).apply(doc({ a: 5 }))).toThrow(
      "Cannot create field 'b' in element {a: 5}",
    );
  });
});

describe('identical', () => {
  it('tells number types and signs of zero apart, unlike comparison', () => {
    const ones = [
      new Int32(1),
      Long.fromInt(1),
      new Double(1),
      Decimal128.fromString('1'),
      Decimal128.fromString('1.0'),
    ];
    for (const a of ones) {
      for (const b of ones) {
        expect(equalValues(a, b)).toBe(true);
        expect(identical(a, b)).toBe(a === b);
      }
    }
    expect(identical(new Double(0), new Double(-0))).toBe(false);
    expect(identical(value([1, { a: 'x' }]), value([1, { a: 'x' }]))).toBe(true);
    expect(identical(value({ a: 1 }), value({ b: 1 }))).toBe(false);
    expect(identical(undefined, null)).toBe(false);
  });
});
