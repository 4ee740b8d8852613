import { compileFilter } from '../../src/query/match/match.js';
import { doc, entries } from './notation.js';
import { check } from './match-cases.js';

describe('paths', () => {
  it('walks documents and arrays', () =>
    check([
      [{ 'a.b': 1 }, { a: { b: 1 } }, true],
      [{ 'a.b': 1 }, { a: [{ b: 2 }, { b: 1 }] }, true],
      [{ 'a.b': 1 }, { a: [[{ b: 1 }]] }, false],
      [{ 'a.0.b': 1 }, { a: [[{ b: 1 }]] }, true],
      [{ 'a.0.b': 1 }, { a: [{ b: 1 }] }, true],
      [{ 'a.1.b': 1 }, { a: [{ b: 1 }] }, false],
      [{ 'a.0': 5 }, { a: [5, 6] }, true],
      [{ 'a.1': 5 }, { a: [5, 6] }, false],
      [{ 'a.0': 1 }, { a: [[1, 2]] }, false],
      [{ 'a.0': [1, 2] }, { a: [[1, 2]] }, true],
      [{ 'a.0.1': 2 }, { a: [[1, 2]] }, true],
      [{ 'a.0': 4 }, { a: { '0': 4 } }, true],
      [{ 'a.0': 4 }, { a: [{ '0': 4 }] }, true],
      [{ 'a.00': 5 }, { a: [5] }, false],
      [{ 'a.b.c': 1 }, { a: [{ b: [{ c: 1 }] }] }, true],
    ]));

  it('matches arrays by element and as a whole', () =>
    check([
      [{ a: 1 }, { a: [1, 2] }, true],
      [{ a: [1, 2] }, { a: [1, 2] }, true],
      [{ a: [1, 2] }, { a: [[1, 2], 3] }, true],
      [{ a: [1] }, { a: [1, 2] }, false],
      [{ a: { $gt: 1, $lt: 0 } }, { a: [-1, 2] }, true],
      [{ a: { $ne: 1 } }, { a: [1, 2] }, false],
      [{ a: { $not: { $gt: 1 } } }, { a: [0, 2] }, false],
      [{ a: { $exists: true } }, { a: [] }, true],
    ]));

  it('finds missing fields behind documents, not behind arrays of scalars', () =>
    check([
      [{ 'a.b': null }, {}, true],
      [{ 'a.b': null }, { a: 5 }, true],
      [{ 'a.b': null }, { a: {} }, true],
      [{ 'a.b': null }, { a: [] }, false],
      [{ 'a.b': null }, { a: [1, 2] }, false],
      [{ 'a.b': null }, { a: [{ b: 1 }, {}] }, true],
      [{ 'a.b': { $exists: false } }, { a: [] }, true],
      [{ 'a.b': { $exists: false } }, { a: [{ b: 1 }, {}] }, false],
      [{ a: null }, { a: [] }, false],
      [{ a: null }, { a: [null] }, true],
    ]));

  it('treats the names of object properties as plain names', () => {
    const stored = entries(['__proto__', { polluted: 1 }], ['constructor', 2]);
    expect(compileFilter(entries(['__proto__.polluted', 1])).matches(stored)).toBe(true);
    expect(compileFilter(entries(['constructor', 2])).matches(stored)).toBe(true);
    expect(compileFilter(entries(['constructor', { $exists: true }])).matches(doc({}))).toBe(false);
    expect(compileFilter(entries(['toString', null])).matches(doc({}))).toBe(true);
    expect(compileFilter(entries(['a.length', 1])).matches(doc({ a: [1] }))).toBe(false);
  });
});
