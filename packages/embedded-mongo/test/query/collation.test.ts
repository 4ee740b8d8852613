import { readCollation, type Collation } from '../../src/query/collation.js';
import { compileSortKey } from '../../src/query/execute/sort.js';
import { compileFilter } from '../../src/query/match/match.js';
import { compareSortKeys } from '../../src/query/sort/sort.js';
import { codeOf, doc, value, type Plain } from './notation.js';

type PlainDoc = Readonly<Record<string, Plain>>;

const collation = (spec: PlainDoc): Collation => {
  const found = readCollation(doc(spec));
  if (found === undefined) throw new Error('this is the plain order');
  return found;
};

const byBase = collation({ locale: 'en', strength: 1 });
const byAccent = collation({ locale: 'en_US', strength: 2 });
const byCase = collation({ locale: 'en', strength: 1, caseLevel: true });
const byAll = collation({ locale: 'en' });

const matches = (filter: PlainDoc, stored: PlainDoc, by: Collation): boolean =>
  compileFilter(doc(filter), { collation: by }).matches(doc(stored));

describe('a collation', () => {
  it('tells strings apart by its strength', () => {
    const equal = (by: Collation): boolean[] =>
      ['a', 'A', 'á', 'b'].map((text) => by.compare(text, 'a') === 0);
    expect(equal(byBase)).toEqual([true, true, true, false]);
    expect(equal(byAccent)).toEqual([true, true, false, false]);
    expect(equal(byCase)).toEqual([true, false, true, false]);
    expect(equal(byAll)).toEqual([true, false, false, false]);
  });

  it.each<[string, PlainDoc, PlainDoc, boolean]>([
    ['a plain value', { a: 'PING' }, { a: 'ping' }, true],
    ['another one', { a: 'PING' }, { a: 'pong' }, false],
    ['an element of an array', { a: 'PING' }, { a: ['x', 'ping'] }, true],
    ['a document', { a: { b: 'PING' } }, { a: { b: 'ping' } }, true],
    ['$in', { a: { $in: [1, 'PING'] } }, { a: 'ping' }, true],
    ['$nin', { a: { $nin: ['PING'] } }, { a: 'ping' }, false],
    ['$ne', { a: { $ne: 'PING' } }, { a: 'ping' }, false],
    ['$gt', { a: { $gt: 'B' } }, { a: 'c' }, true],
    ['$gt with an equal one', { a: { $gt: 'B' } }, { a: 'b' }, false],
    ['$gte with an equal one', { a: { $gte: 'B' } }, { a: 'b' }, true],
    ['$elemMatch', { a: { $elemMatch: { b: 'PING' } } }, { a: [{ b: 'ping' }] }, true],
    ['$all', { a: { $all: ['PING'] } }, { a: ['ping'] }, true],
    ['$not', { a: { $not: { $eq: 'PING' } } }, { a: 'ping' }, false],
    ['$or', { $or: [{ a: 'PING' }, { a: 1 }] }, { a: 'ping' }, true],
    ['$regex, which does not heed it', { a: { $regex: 'PING' } }, { a: 'ping' }, false],
    ['a number', { a: 1 }, { a: 1 }, true],
  ])('holds for %s', (_name, filter, stored, expected) => {
    expect(matches(filter, stored, byAccent)).toBe(expected);
  });

  it('orders strings, wherever they stand, and leaves the order of types', () => {
    const keyOf = compileSortKey(doc({ a: 1 }), byAccent);
    const docs = ['b', 'A', 5, 'a', 'B', null].map((a, _id) => doc({ _id, a }));
    const sorted = docs
      .map((one) => ({ one, key: keyOf(one) }))
      .sort((x, y) => compareSortKeys(x.key, y.key))
      .map(({ one }) => one.get('a'));
    expect(sorted).toEqual([null, value(5), 'A', 'a', 'b', 'B']);
  });

  it('orders downwards, digits as numbers where asked, and by the language', () => {
    const order = (spec: PlainDoc, direction: 1 | -1, ...texts: string[]): unknown[] => {
      const keyOf = compileSortKey(doc({ a: direction }), collation(spec));
      return texts
        .map((a) => ({ a, key: keyOf(doc({ a })) }))
        .sort((x, y) => compareSortKeys(x.key, y.key))
        .map(({ a }) => a);
    };
    expect(order({ locale: 'en' }, -1, 'a', 'B', 'c')).toEqual(['c', 'B', 'a']);
    expect(order({ locale: 'en', numericOrdering: true }, 1, 'x10', 'x9')).toEqual(['x9', 'x10']);
    expect(order({ locale: 'sv' }, 1, 'ö', 'z')).toEqual(['z', 'ö']);
    expect(order({ locale: 'de' }, 1, 'z', 'ö')).toEqual(['ö', 'z']);
  });

  it('folds equal strings into one', () => {
    const folded = ['b', 'A', 'a', 'c', 'B', 'á'].map((text) => byBase.fold(text));
    expect(folded).toEqual(['b', 'A', 'A', 'c', 'b', 'A']);
    expect(byBase.fold(doc({ x: ['a', 1] }))).toEqual(doc({ x: ['A', 1] }));
  });

  it('is none where it is the simple one', () => {
    expect(readCollation(doc({ locale: 'simple' }))).toBeUndefined();
  });

  it.each<[PlainDoc, number]>([
    [{}, 40414],
    [{ locale: 'nonsense' }, 2],
    [{ locale: 'not a tag' }, 2],
    [{ locale: 'simple', strength: 1 }, 2],
    [{ locale: 'en', strength: 0 }, 2],
    [{ locale: 'en', strength: 'x' }, 2],
    [{ locale: 'en', strength: 4 }, 115],
    [{ locale: 'en', backwards: true }, 115],
    [{ locale: 'en', caseFirst: 'x' }, 2],
    [{ locale: 'en', colour: 1 }, 40415],
  ])('is refused: %j', (spec, code) => {
    expect(codeOf(() => readCollation(doc(spec)))).toBe(code);
  });
});
