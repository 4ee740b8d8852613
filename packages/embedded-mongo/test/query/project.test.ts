import { compileProjection } from '../../src/query/project/project.js';
import { codeOf, doc, entries, expectIdentical, type Plain } from './notation.js';

type PlainDoc = Record<string, Plain>;

const stored: PlainDoc = {
  _id: 7,
  a: 1,
  b: { x: 1, y: 2 },
  c: [{ x: 1, y: 1 }, { x: 2, y: 2 }, 5, [{ x: 3, y: 3 }]],
  d: [1, 2, 3, 4],
};

function check(cases: readonly [spec: PlainDoc, expected: PlainDoc][]): void {
  for (const [spec, expected] of cases) {
    const source = doc(stored);
    expectIdentical(compileProjection(doc(spec))(source), doc(expected), spec);
    expectIdentical(source, doc(stored), spec);
  }
}

const { a, b, c, d } = stored as { a: number; b: PlainDoc; c: Plain[]; d: number[] };

describe('projection', () => {
  it('includes and excludes', () =>
    check([
      [{}, stored],
      [{ a: 1 }, { _id: 7, a: 1 }],
      [
        { d: true, a: 1 },
        { _id: 7, a: 1, d },
      ],
      [{ a: 1, _id: 0 }, { a: 1 }],
      [{ _id: 1 }, { _id: 7 }],
      [{ _id: 0 }, { a, b, c, d }],
      [
        { c: 0, d: 0 },
        { _id: 7, a, b },
      ],
      [
        { _id: 1, c: 0, d: 0 },
        { _id: 7, a, b },
      ],
      [
        { _id: 0, b: 0, c: 0 },
        { a, d },
      ],
      [{ nope: 1 }, { _id: 7 }],
      [{ nope: 0 }, stored],
    ]));

  it('follows dotted paths through documents and arrays', () =>
    check([
      [{ 'b.x': 1 }, { _id: 7, b: { x: 1 } }],
      [{ b: { x: 1 } }, { _id: 7, b: { x: 1 } }],
      [{ 'c.x': 1 }, { _id: 7, c: [{ x: 1 }, { x: 2 }, [{ x: 3 }]] }],
      [{ 'a.x': 1 }, { _id: 7 }],
      [
        { 'b.x': 0, d: 0, c: 0 },
        { _id: 7, a: 1, b: { y: 2 } },
      ],
      [
        { _id: 0, 'c.x': 0, d: 0, b: 0 },
        { a: 1, c: [{ y: 1 }, { y: 2 }, 5, [{ y: 3 }]] },
      ],
      [{ 'a.x': 0 }, stored],
      [
        { 'b.x': 1, 'b.y': 1 },
        { _id: 7, b: { x: 1, y: 2 } },
      ],
      [{ 'b.nope': 1 }, { _id: 7, b: {} }],
    ]));

  it('slices', () =>
    check([
      [{ d: { $slice: 2 } }, { _id: 7, a, b, c, d: [1, 2] }],
      [
        { d: { $slice: -1 }, a: 1 },
        { _id: 7, a: 1, d: [4] },
      ],
      [
        { d: { $slice: [1, 2] }, a: 1 },
        { _id: 7, a: 1, d: [2, 3] },
      ],
      [
        { d: { $slice: [-3, 2] }, a: 1 },
        { _id: 7, a: 1, d: [2, 3] },
      ],
      [
        { d: { $slice: [-9, 2] }, a: 1 },
        { _id: 7, a: 1, d: [1, 2] },
      ],
      [
        { d: { $slice: 1 }, b: 0, c: 0 },
        { _id: 7, a, d: [1] },
      ],
      [
        { _id: 1, d: { $slice: 1 } },
        { _id: 7, d: [1] },
      ],
      [{ a: { $slice: 1 } }, stored],
    ]));

  it('$elemMatch keeps the first element that matches', () =>
    check([
      [{ c: { $elemMatch: { x: { $gt: 1 } } } }, { _id: 7, c: [{ x: 2, y: 2 }] }],
      [{ d: { $elemMatch: { $gte: 3 } } }, { _id: 7, d: [3] }],
      [{ d: { $elemMatch: { $gt: 9 } } }, { _id: 7 }],
      [{ a: { $elemMatch: { x: 1 } } }, { _id: 7 }],
      [
        { d: { $elemMatch: { $gte: 3 } }, b: 0, c: 0 },
        { _id: 7, a: 1, d: [3] },
      ],
      [{ _id: 0, d: { $elemMatch: { $gte: 3 } } }, { d: [3] }],
    ]));

  it('computes', () =>
    check([
      [{ s: { $add: ['$a', 1] } }, { _id: 7, s: 2 }],
      [
        { a: '$b.x', t: 'text', n: { $literal: 5 } },
        { _id: 7, a: 1, t: 'text', n: 5 },
      ],
      [
        { a: 1, 'b.z': '$a' },
        { _id: 7, a: 1, b: { z: 1 } },
      ],
      [{ b: { x: 1, z: '$a' } }, { _id: 7, b: { x: 1, z: 1 } }],
      [{ 'q.r': '$a' }, { _id: 7, q: { r: 1 } }],
      [{ a: '$nope' }, { _id: 7 }],
      [{ _id: '$a' }, { _id: 1 }],
      [{ _id: 0, l: ['$a', '$nope'] }, { l: [1, null] }],
      [{ d: { $slice: ['$d', 1, 1] } }, { _id: 7, d: [2] }],
    ]));

  it('treats the names of object properties as plain names', () => {
    const source = entries(['__proto__', { x: 1 }], ['constructor', 2]);
    expectIdentical(compileProjection(entries(['__proto__.x', 1]))(source), entries(['__proto__', { x: 1 }]));
    expectIdentical(compileProjection(entries(['constructor', 0]))(source), entries(['__proto__', { x: 1 }]));
    expectIdentical(compileProjection(doc({ a: 1 }))(entries(['a', 1])), entries(['a', 1]));
  });

  it.each<[PlainDoc, number]>([
    [{ a: 1, b: 0 }, 31254],
    [{ a: 0, b: 1 }, 31253],
    [{ a: 0, b: 'x' }, 31310],
    [{ a: 0, b: { $add: [1] } }, 31252],
    [{ b: { $add: [1] }, a: 0 }, 31254],
    [{ a: 1, 'a.b': 1 }, 31249],
    [{ 'a.b': 1, a: 1 }, 31250],
    [{ a: {} }, 51270],
    [{ '': 1 }, 40352],
    [{ 'a.': 1 }, 40353],
    [{ 'a..b': 1 }, 15998],
    [{ $a: 1 }, 16410],
    [{ 'a.$': 0 }, 31395],
    [{ b: 0, 'a.$': 1 }, 31395],
    [{ 'a.$': 1, b: 0 }, 31254],
    [{ 'a.$.b': 1 }, 31394],
    [{ $: 1 }, 31394],
    [{ 'a.$': 1, 'b.$': 1 }, 31276],
    [{ 'a.$': 1, b: { $elemMatch: { c: 1 } } }, 31255],
    [{ b: { $elemMatch: { c: 1 } }, 'a.$': 1 }, 31256],
    [{ 'a.$': 1, a: 1 }, 31250],
    [{ a: { $elemMatch: 1 } }, 31274],
    [{ 'a.b': { $elemMatch: {} } }, 31275],
    [{ a: { $slice: [1, 0] } }, 28724],
    [{ a: { $slice: 1.5 } }, 28725],
    [{ a: { $meta: 'textScore' } }, 115],
    [{ a: { $nope: 1 } }, 31325],
    [{ a: { $add: [1, { $nope: 1 }] } }, 168],
    [{ [Array(300).fill('a').join('.')]: 1 }, 15],
  ])('%j is refused with code %i', (spec, code) => {
    expect(codeOf(() => compileProjection(doc(spec)))).toBe(code);
  });
});
