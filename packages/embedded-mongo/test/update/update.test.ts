import { Decimal128, Double, Int32, Long, Timestamp } from 'bson';
import { equalValues } from '../../src/bson/compare.js';
import { DateTime, type Doc } from '../../src/bson/types.js';
import { identical } from '../../src/update/identical.js';
import { compileUpdate } from '../../src/update/update.js';
import { codeOf, doc, double, entries, expectIdentical, id, value } from '../query/notation.js';
import { changes, leaves, type PlainDoc } from './update-cases.js';

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
