import type { Doc, Value } from '../../src/bson/types.js';
import { compileSortOrder } from '../../src/query/sort/sort.js';
import { codeOf, doc, double, highest, id, lowest, value, type Plain } from './notation.js';

type PlainDoc = Record<string, Plain>;

/** The documents' `n` in sorted order; each document's place in the list is its `n`. */
function order(sort: PlainDoc, docs: readonly PlainDoc[]): number[] {
  const { keyOf, compareKeys } = compileSortOrder(doc(sort));
  return docs
    .map((plain, n): { n: number; key: Value[] } => ({ n, key: keyOf(doc(plain)) }))
    .sort((a, b) => compareKeys(a.key, b.key))
    .map(({ n }) => n);
}

describe('sort', () => {
  it('orders all types, missing as null', () => {
    const values: Plain[] = [
      lowest,
      null,
      1,
      double(1.5),
      2n,
      'a',
      { x: 1 },
      id('1'),
      true,
      new Date(0),
      highest,
    ];
    const docs = values.map((a) => ({ a }));
    expect(order({ a: 1 }, docs)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(order({ a: -1 }, docs)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(order({ a: 1 }, [{ a: 1 }, {}, { a: lowest }, { a: null }])).toEqual([2, 1, 3, 0]);
  });

  it('takes the least element of an array upwards, the greatest downwards', () => {
    const docs = [{ a: [5, 1] }, { a: 3 }, { a: [] }, { a: [4] }, {}];
    expect(order({ a: 1 }, docs)).toEqual([2, 4, 0, 1, 3]);
    expect(order({ a: -1 }, docs)).toEqual([0, 3, 1, 4, 2]);
  });

  it('follows paths, several fields and positions', () => {
    expect(order({ 'a.b': 1 }, [{ a: { b: 2 } }, { a: [{ b: 3 }, { b: 1 }] }, { a: 5 }])).toEqual([2, 1, 0]);
    expect(
      order({ a: 1, b: -1 }, [
        { a: 1, b: 1 },
        { a: 0, b: 1 },
        { a: 1, b: 2 },
      ]),
    ).toEqual([1, 2, 0]);
    expect(order({ 'a.1': 1 }, [{ a: [0, 9] }, { a: [9, 0] }])).toEqual([1, 0]);
    expect(order({ 'a.0.b': 1 }, [{ a: [{ b: 2 }] }, { a: [{ b: 1 }, { b: 9 }] }])).toEqual([1, 0]);
  });

  it('keeps fields of one array element together', () => {
    const docs = [
      {
        a: [
          { x: 1, y: 5 },
          { x: 2, y: 0 },
        ],
      },
      { a: [{ x: 1, y: 3 }] },
    ];
    expect(order({ 'a.x': 1, 'a.y': 1 }, docs)).toEqual([1, 0]);
  });

  it('does not look into nested arrays', () => {
    const key = (plain: PlainDoc): Value[] => compileSortOrder(doc({ 'a.b': 1 })).keyOf(doc(plain));
    expect(key({ a: [[{ b: 1 }]] })).toEqual([null]);
    expect(key({ a: [] })).toEqual([null]);
    expect(compileSortOrder(doc({ a: 1 })).keyOf(doc({ a: [[2, 1]] }))).toEqual([value([2, 1])]);
  });

  it('refuses parallel arrays', () => {
    const { keyOf } = compileSortOrder(doc({ a: 1, b: 1 }));
    const parallel: Doc = doc({ a: [1], b: [1] });
    expect(codeOf(() => keyOf(parallel))).toBe(2);
  });

  it.each<[PlainDoc, number]>([
    [{ a: 2 }, 15975],
    [{ a: 0 }, 15975],
    [{ a: 'asc' }, 15974],
    [{ a: true }, 15974],
    [{ a: { $meta: 'textScore' } }, 115],
    [{ a: { b: 1 } }, 17312],
    [{ '': 1 }, 40352],
    [{ 'a.': 1 }, 40353],
    [{ 'a..b': 1 }, 15998],
    [{ $a: 1 }, 16410],
  ])('%j is refused with code %i', (sort, code) => {
    expect(codeOf(() => compileSortOrder(doc(sort)))).toBe(code);
  });
});
