import { positionOf } from '../../src/query/match/position.js';
import { compileUpdate } from '../../src/update/update.js';
import { codeOf, doc, expectIdentical, value } from '../query/notation.js';
import type { PlainDoc } from './update-cases.js';

interface Case {
  readonly filter?: PlainDoc;
  readonly update: PlainDoc;
  readonly arrayFilters?: readonly PlainDoc[];
  readonly before: PlainDoc;
  readonly after: PlainDoc;
}

function updateOf({ filter = {}, update, arrayFilters }: Omit<Case, 'before' | 'after'>) {
  return compileUpdate(doc(update), {
    position: positionOf(doc(filter)),
    arrayFilters: arrayFilters?.map(doc),
  });
}

describe('array updates', () => {
  it.each<Case>([
    { filter: { a: 2 }, update: { $set: { 'a.$': 9 } }, before: { a: [1, 2, 2] }, after: { a: [1, 9, 2] } },
    { filter: { a: 2 }, update: { $unset: { 'a.$': 1 } }, before: { a: [1, 2] }, after: { a: [1, null] } },
    {
      filter: { 'a.b': 2 },
      update: { $inc: { 'a.$.c': 1 } },
      before: { a: [{ b: 1 }, { b: 2 }] },
      after: { a: [{ b: 1 }, { b: 2, c: 1 }] },
    },
    {
      filter: { a: { $elemMatch: { b: 2 } } },
      update: { $set: { 'a.$.b': 3, 'a.0.b': 4 } },
      before: { a: [{ b: 1 }, { b: 2 }] },
      after: { a: [{ b: 4 }, { b: 3 }] },
    },
    {
      filter: { 'a.b': 2 },
      update: { $set: { 'a.$.b': 3, 'a.1.c': 4 } },
      before: { a: [{ b: 1 }, { b: 2 }] },
      after: { a: [{ b: 1 }, { b: 3, c: 4 }] },
    },
    {
      filter: { b: 2 },
      update: { $set: { 'a.$': 1 } },
      before: { b: [0, 2] },
      after: { b: [0, 2], a: { '1': 1 } },
    },
    { update: { $inc: { 'a.$[]': 1 } }, before: { a: [1, 2] }, after: { a: [2, 3] } },
    { update: { $set: { 'a.$[]': 1 } }, before: { a: [] }, after: { a: [] } },
    {
      update: { $inc: { 'a.$[].b.$[]': 1 } },
      before: { a: [{ b: [1] }, { b: [2, 3] }] },
      after: { a: [{ b: [2] }, { b: [3, 4] }] },
    },
    {
      update: { $unset: { 'a.$[].b': 1 } },
      before: { a: [{ b: 1 }, { c: 1 }] },
      after: { a: [{}, { c: 1 }] },
    },
    {
      update: { $set: { 'a.$[x]': 0 } },
      arrayFilters: [{ x: { $gt: 1 } }],
      before: { a: [1, 2, 3] },
      after: { a: [1, 0, 0] },
    },
    {
      update: { $set: { 'a.$[x].done': true } },
      arrayFilters: [{ 'x.n': 2, 'x.m': 1 }],
      before: { a: [{ n: 2 }, { n: 2, m: 1 }] },
      after: { a: [{ n: 2 }, { n: 2, m: 1, done: true }] },
    },
    {
      update: { $set: { 'a.$[x]': 0 } },
      arrayFilters: [{ $or: [{ x: 1 }, { x: 3 }] }],
      before: { a: [1, 2, 3] },
      after: { a: [0, 2, 0] },
    },
    {
      update: { $set: { 'a.$[x].b': 1, 'a.$[y].c': 2 } },
      arrayFilters: [{ 'x.n': { $gte: 1 } }, { 'y.n': { $lte: 1 } }],
      before: { a: [{ n: 0 }, { n: 1 }, { n: 2 }] },
      after: {
        a: [
          { n: 0, c: 2 },
          { n: 1, b: 1, c: 2 },
          { n: 2, b: 1 },
        ],
      },
    },
    {
      update: { $push: { 'a.$[x]': 1 } },
      arrayFilters: [{ x: { $size: 1 } }],
      before: { a: [[0], [0, 0]] },
      after: {
        a: [
          [0, 1],
          [0, 0],
        ],
      },
    },
    {
      update: { $set: { 'a.$[x].b.$[]': 0, 'a.$[x].__proto__': 5 } },
      arrayFilters: [{ 'x.n': 1 }],
      before: { a: [{ n: 1, b: [1] }] },
      after: { a: [doc({ n: 1, b: [0] }).set('__proto__', value(5))] },
    },
  ])('$update upon $before', (each) => {
    const stored = doc(each.before);
    expectIdentical(updateOf(each).apply(stored), doc(each.after), each.update);
    expectIdentical(stored, doc(each.before));
  });

  it('give the very same document back where nothing changes', () => {
    const stored = doc({ a: [1, 2] });
    const filters = { arrayFilters: [doc({ x: 2 })] };
    expect(compileUpdate(doc({ $set: { 'a.$[x]': 2 } }), filters).apply(stored)).toBe(stored);
    expect(compileUpdate(doc({ $min: { 'a.$[]': 5 } })).apply(stored)).toBe(stored);
  });

  it('work upon the equalities of an upsert, but without a position', () => {
    const makeId = (): never => {
      throw new Error('there is an _id');
    };
    const filter = { _id: 1, a: [1, 2] };
    const each = updateOf({ filter, update: { $set: { 'a.$[]': 0 } } });
    expectIdentical(each.upsert(doc(filter), makeId), doc({ _id: 1, a: [0, 0] }));
    const one = updateOf({ filter: { _id: 1, a: 1 }, update: { $set: { 'a.$': 0 } } });
    expect(codeOf(() => one.upsert(doc({ _id: 1 }), makeId))).toBe(2);
  });
});

describe('refused', () => {
  it.each<[update: PlainDoc, arrayFilters: PlainDoc[], code: number]>([
    [{ $set: { 'a.$[x]': 1 } }, [], 2],
    [{ $set: { 'a.$[x]': 1 } }, [{ y: 1 }], 2],
    [{ $set: { a: 1 } }, [{ x: 1 }], 9],
    [{ a: 1 }, [{ x: 1 }], 9],
    [{ $set: { 'a.$[x]': 1 } }, [{}], 9],
    [{ $set: { 'a.$[x]': 1 } }, [{ x: 1, y: 1 }], 9],
    [{ $set: { 'a.$[x]': 1 } }, [{ $or: [{ x: 1 }, { y: 1 }] }], 9],
    [{ $set: { 'a.$[x]': 1 } }, [{ x: 1 }, { 'x.a': 1 }], 9],
    [{ $set: { 'a.$[X]': 1 } }, [{ X: 1 }], 2],
    [{ $set: { 'a.$[x]': 1 } }, [{ x: { $foo: 1 } }], 2],
    [{ $set: { 'a.$[x]': 1 } }, [{ x: 1, $expr: true }], 224],
  ])('%j with the array filters %j, with code %i', (update, arrayFilters, code) => {
    expect(codeOf(() => updateOf({ update, arrayFilters }))).toBe(code);
  });

  it('where two filters change the same of one element', () => {
    const update = updateOf({
      update: { $set: { 'a.$[x].b': 1, 'a.$[y].b': 2 } },
      arrayFilters: [{ 'x.n': 1 }, { 'y.m': 1 }],
    });
    expect(update.apply(doc({ a: [{ n: 1 }, { m: 1 }] }))).toBeDefined();
    expect(codeOf(() => update.apply(doc({ a: [{ n: 1, m: 1 }] })))).toBe(40);
  });

  it('where the position and a number change the same', () => {
    const update = updateOf({ filter: { a: 1 }, update: { $set: { 'a.$': 1, 'a.0': 2 } } });
    expect(update.apply(doc({ a: [0, 1] }))).toBeDefined();
    expect(codeOf(() => update.apply(doc({ a: [1] })))).toBe(40);
  });
});
