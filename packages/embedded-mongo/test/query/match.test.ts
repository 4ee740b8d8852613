import { BSONRegExp, BSONSymbol, Timestamp } from 'bson';
import { Undefined } from '../../src/bson/types.js';
import { compileFilter } from '../../src/query/match.js';
import {
  bytes,
  codeOf,
  decimal,
  doc,
  double,
  entries,
  highest,
  id,
  lowest,
  value,
  type Plain,
} from './notation.js';

type Case = [filter: Record<string, Plain>, stored: Record<string, Plain>, matches: boolean];

function check(cases: readonly Case[]): void {
  for (const [filter, stored, expected] of cases) {
    const actual = compileFilter(doc(filter)).matches(doc(stored));
    if (actual !== expected) {
      throw new Error(`${JSON.stringify(filter)} on ${JSON.stringify(stored)} gave ${String(actual)}`);
    }
  }
}

describe('comparisons', () => {
  it('compares numbers of all types exactly', () =>
    check([
      [{ a: 1 }, { a: 1n }, true],
      [{ a: 1 }, { a: double(1) }, true],
      [{ a: decimal('1.0') }, { a: 1 }, true],
      [{ a: { $gt: 5 } }, { a: 9007199254740993n }, true],
      [{ a: { $gt: double(9007199254740992) } }, { a: 9007199254740993n }, true],
      [{ a: 9007199254740993n }, { a: double(9007199254740992) }, false],
      [{ a: double(0) }, { a: double(-0) }, true],
      [{ a: NaN }, { a: NaN }, true],
      [{ a: { $lte: NaN } }, { a: NaN }, true],
      [{ a: { $lt: NaN } }, { a: NaN }, false],
      [{ a: { $lt: 5 } }, { a: NaN }, false],
      [{ a: { $lt: 5 } }, { a: decimal('NaN') }, false],
      [{ a: { $gt: NaN } }, { a: 5 }, false],
    ]));

  it('keeps ranges within one type', () =>
    check([
      [{ a: { $gt: 1 } }, { a: 'x' }, false],
      [{ a: { $lt: 'b' } }, { a: 1 }, false],
      [{ a: { $lt: 'b' } }, { a: 'a' }, true],
      [{ a: { $lt: 'b' } }, { a: new BSONSymbol('a') }, true],
      [{ a: 'a' }, { a: new BSONSymbol('a') }, true],
      [{ a: { $gte: new Date(5) } }, { a: new Date(5) }, true],
      [{ a: { $gt: new Date(5) } }, { a: new Timestamp({ t: 9, i: 1 }) }, false],
      [{ a: { $gt: false } }, { a: true }, true],
      [{ a: { $gt: false } }, { a: 1 }, false],
      [{ a: { $gt: id('1') } }, { a: id('2') }, true],
      [{ a: { $lt: { b: 2 } } }, { a: { b: 1 } }, true],
      [{ a: { $lt: { b: 2 } } }, { a: { b: 'x' } }, false],
      [{ a: { $gt: bytes(1) } }, { a: bytes(0, 0) }, true],
      [{ a: { $lt: [2] } }, { a: [1] }, true],
    ]));

  it('lets MinKey and MaxKey compare with all types', () =>
    check([
      [{ a: { $gt: lowest } }, { a: 'x' }, true],
      [{ a: { $gte: lowest } }, { a: lowest }, true],
      [{ a: { $gt: lowest } }, { a: lowest }, false],
      [{ a: { $lt: highest } }, { a: null }, true],
      [{ a: { $lt: lowest } }, { a: 1 }, false],
      [{ a: { $gt: highest } }, { a: 1 }, false],
      [{ a: { $gt: lowest } }, {}, false],
    ]));

  it('takes null for missing, but not for undefined', () =>
    check([
      [{ a: null }, {}, true],
      [{ a: null }, { a: null }, true],
      [{ a: null }, { a: Undefined.instance }, false],
      [{ a: null }, { a: 0 }, false],
      [{ a: { $ne: null } }, {}, false],
      [{ a: { $ne: null } }, { a: 1 }, true],
      [{ a: { $gte: null } }, {}, true],
      [{ a: { $lte: null } }, { a: null }, true],
      [{ a: { $gt: null } }, { a: null }, false],
      [{ a: { $in: [null] } }, {}, true],
      [{ a: { $nin: [null, 1] } }, {}, false],
      [{ a: { $not: { $gt: 1 } } }, {}, true],
      [{ a: { $eq: {} } }, { a: {} }, true],
      [{ a: {} }, { a: {} }, true],
      [{ a: {} }, { a: { b: 1 } }, false],
    ]));

  it('compares documents field by field, in order', () =>
    check([
      [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 2 } }, true],
      [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, false],
      [{ a: { b: 1 } }, { a: { b: double(1) } }, true],
      [{ a: { $ref: 'x', $id: 1 } }, { a: { $ref: 'x', $id: 1 } }, true],
    ]));

  it('finds members of lists, patterns among them', () =>
    check([
      [{ a: { $in: [1, 'x'] } }, { a: double(1) }, true],
      [{ a: { $in: [1, 'x'] } }, { a: 'x' }, true],
      [{ a: { $in: [1, 'x'] } }, { a: 'y' }, false],
      [{ a: { $in: [/^ab/] } }, { a: 'abc' }, true],
      [{ a: { $in: [/^ab/] } }, { a: 'xabc' }, false],
      [{ a: { $nin: [/^ab/] } }, { a: 'xabc' }, true],
      [{ a: { $in: [] } }, { a: 1 }, false],
      [{ a: { $nin: [] } }, {}, true],
      [{ a: { $in: [[1, 2]] } }, { a: [1, 2] }, true],
      [{ a: { $in: [[1, 2]] } }, { a: [[1, 2]] }, true],
      [{ a: { $in: [2] } }, { a: [1, 2] }, true],
      [{ a: { $nin: [2] } }, { a: [1, 2] }, false],
      [{ a: { $in: [id('a')] } }, { a: id('a') }, true],
    ]));
});

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

describe('operators', () => {
  it('$and, $or, $nor, $not and $comment', () =>
    check([
      [{ $and: [{ a: 1 }, { b: 2 }] }, { a: 1, b: 2 }, true],
      [{ $and: [{ a: 1 }, { b: 2 }] }, { a: 1, b: 3 }, false],
      [{ $or: [{ a: 1 }, { b: 2 }] }, { b: 2 }, true],
      [{ $nor: [{ a: 1 }, { b: 2 }] }, { b: 2 }, false],
      [{ $nor: [{ a: 1 }, { b: 2 }] }, {}, true],
      [{ $or: [{ a: 1 }, { b: 2 }], c: 3 }, { b: 2 }, false],
      [{ a: { $not: /^x/ } }, { a: 'yx' }, true],
      [{ a: { $not: { $gt: 1, $lt: 5 } } }, { a: 3 }, false],
      [{ a: { $not: { $gt: 1, $lt: 5 } } }, { a: 7 }, true],
      [{ $comment: 'why', a: 1 }, { a: 1 }, true],
      [{}, { a: 1 }, true],
    ]));

  it('$exists and $type', () =>
    check([
      [{ a: { $exists: true } }, { a: null }, true],
      [{ a: { $exists: true } }, {}, false],
      [{ a: { $exists: 0 } }, {}, true],
      [{ a: { $exists: double(0) } }, { a: 1 }, false],
      [{ a: { $exists: 'yes' } }, { a: 1 }, true],
      [{ a: { $type: 'int' } }, { a: 1 }, true],
      [{ a: { $type: 'int' } }, { a: double(1) }, false],
      [{ a: { $type: 'number' } }, { a: decimal('1') }, true],
      [{ a: { $type: 'number' } }, { a: '1' }, false],
      [{ a: { $type: ['string', 18] } }, { a: 1n }, true],
      [{ a: { $type: 'array' } }, { a: [] }, true],
      [{ a: { $type: 'array' } }, { a: 1 }, false],
      [{ a: { $type: 'int' } }, { a: ['x', 1] }, true],
      [{ a: { $type: 'null' } }, {}, false],
      [{ a: { $type: 10 } }, { a: null }, true],
      [{ a: { $type: 'minKey' } }, { a: lowest }, true],
      [{ a: { $type: 'timestamp' } }, { a: new Timestamp({ t: 1, i: 1 }) }, true],
      [{ a: { $type: 'long' } }, { a: new Timestamp({ t: 1, i: 1 }) }, false],
    ]));

  it('$size, $all and $elemMatch', () =>
    check([
      [{ a: { $size: 2 } }, { a: [1, 2] }, true],
      [{ a: { $size: 2n } }, { a: [1, 2] }, true],
      [{ a: { $size: 2 } }, { a: [[1, 2]] }, false],
      [{ a: { $size: 0 } }, {}, false],
      [{ 'a.b': { $size: 1 } }, { a: [{ b: [] }, { b: [1] }] }, true],
      [{ a: { $all: [1, 2] } }, { a: [2, 1, 3] }, true],
      [{ a: { $all: [1, 2] } }, { a: [1] }, false],
      [{ a: { $all: [1] } }, { a: 1 }, true],
      [{ a: { $all: [] } }, { a: [] }, false],
      [{ a: { $all: [[1]] } }, { a: [1] }, true],
      [{ a: { $all: [/^x/, 'y'] } }, { a: ['xx', 'y'] }, true],
      [
        { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } },
        { a: [{ b: 1 }, { b: 2 }] },
        true,
      ],
      [
        { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 3 } }] } },
        { a: [{ b: 1 }, { b: 2 }] },
        false,
      ],
      [{ a: { $elemMatch: { b: 1, c: 2 } } }, { a: [{ b: 1, c: 2 }] }, true],
      [{ a: { $elemMatch: { b: 1, c: 2 } } }, { a: [{ b: 1 }, { c: 2 }] }, false],
      [{ a: { $elemMatch: { $gt: 1, $lt: 5 } } }, { a: [0, 7, 3] }, true],
      [{ a: { $elemMatch: { $gt: 1, $lt: 5 } } }, { a: [0, 7] }, false],
      [{ a: { $elemMatch: { $gt: 1 } } }, { a: 2 }, false],
      [{ a: { $elemMatch: { $in: [1] } } }, { a: [[1]] }, false],
      [{ a: { $elemMatch: { $elemMatch: { $eq: 1 } } } }, { a: [[1]] }, true],
      [{ a: { $elemMatch: { '0': 1 } } }, { a: [[1]] }, true],
      [{ a: { $elemMatch: { $or: [{ b: 1 }, { c: 1 }] } } }, { a: [{ c: 1 }] }, true],
      [{ a: { $elemMatch: { $not: { $gt: 5 } } } }, { a: [9, 1] }, true],
      [{ a: { $elemMatch: {} } }, { a: [1] }, false],
      [{ a: { $elemMatch: {} } }, { a: [{}] }, true],
      [{ a: { $not: { $elemMatch: { b: 1 } } } }, { a: [{ b: 1 }] }, false],
    ]));

  it('$mod', () =>
    check([
      [{ a: { $mod: [4, 1] } }, { a: 5 }, true],
      [{ a: { $mod: [4, 1] } }, { a: double(5.9) }, true],
      [{ a: { $mod: [4, -1] } }, { a: -5 }, true],
      [{ a: { $mod: [4, 0] } }, { a: 5 }, false],
      [{ a: { $mod: [double(4.7), 1] } }, { a: 5n }, true],
      [{ a: { $mod: [10, 3] } }, { a: 9223372036854775803n }, true],
      [{ a: { $mod: [10, 3] } }, { a: decimal('9223372036854775803.9') }, true],
      [{ a: { $mod: [10, 0] } }, { a: decimal('1E+30') }, false],
      [{ a: { $mod: [10, 0] } }, { a: Infinity }, false],
      [{ a: { $mod: [10, 0] } }, { a: 'x' }, false],
    ]));

  it('$expr sees fields, variables and the whole document', () => {
    const spent = compileFilter(doc({ $expr: { $gt: ['$spent', '$budget'] } }));
    expect(spent.matches(doc({ spent: 5, budget: 3 }))).toBe(true);
    expect(spent.matches(doc({ spent: 3, budget: 3n }))).toBe(false);
    const withLet = compileFilter(doc({ $expr: { $eq: ['$a', '$$wanted'] } }), {
      let: doc({ wanted: { $add: [1, 1] } }),
    });
    expect(withLet.matches(doc({ a: 2 }))).toBe(true);
    expect(withLet.matches(doc({ a: 1 }))).toBe(false);
    expect(compileFilter(doc({ $expr: { $lte: ['$$NOW', '$$NOW'] } })).matches(doc({}))).toBe(true);
    expect(compileFilter(doc({ $expr: '$a' })).matches(doc({ a: 0 }))).toBe(false);
  });
});

describe('regular expressions', () => {
  const options = (pattern: string, flags: string): Record<string, Plain> => ({
    a: { $regex: pattern, $options: flags },
  });

  it('search strings, and equal themselves', () =>
    check([
      [{ a: /b/ }, { a: 'abc' }, true],
      [{ a: /^b/ }, { a: 'abc' }, false],
      [{ a: /B/i }, { a: 'abc' }, true],
      [{ a: /b/ }, { a: new BSONSymbol('abc') }, true],
      [{ a: /b/ }, { a: 5 }, false],
      [{ a: /b/ }, { a: ['x', 'b'] }, true],
      [{ a: /b/i }, { a: new BSONRegExp('b', 'i') }, true],
      [{ a: /b/i }, { a: new BSONRegExp('b', '') }, false],
      [{ a: { $eq: /b/ } }, { a: 'abc' }, false],
      [{ a: { $eq: /b/ } }, { a: /b/ }, true],
      [{ a: { $regex: 'b', $ne: 'abc' } }, { a: 'abc' }, false],
      [{ a: { $regex: /B/, $options: 'i' } }, { a: 'abc' }, true],
      [{ a: { $options: 'i', $regex: 'B' } }, { a: 'abc' }, true],
    ]));

  it('follow PCRE where JavaScript differs', () =>
    check([
      [options('^b$', 'm'), { a: 'a\nb\nc' }, true],
      [options('^b$', ''), { a: 'a\nb\nc' }, false],
      [options('c$', ''), { a: 'abc\n' }, true],
      [options('c$', ''), { a: 'abc\n\n' }, false],
      [options('c\\z', ''), { a: 'abc\n' }, false],
      [options('c\\Z', ''), { a: 'abc\n' }, true],
      [options('\\Aa', 'm'), { a: 'b\na' }, false],
      [options('a.c', ''), { a: 'a\rc' }, true],
      [options('a.c', ''), { a: 'a\nc' }, false],
      [options('a.c', 's'), { a: 'a\nc' }, true],
      [options('a b # blank', 'x'), { a: 'ab' }, true],
      [options('(?i)ABC', ''), { a: 'abc' }, true],
      [options('^\\Qa.c\\E$', ''), { a: 'a.c' }, true],
      [options('^\\Qa.c\\E$', ''), { a: 'abc' }, false],
      [options('^[[:alpha:]_]+$', ''), { a: 'ab_' }, true],
      [options('^[[:digit:]]+$', ''), { a: 'ab' }, false],
      [options('^[]a]+$', ''), { a: ']a' }, true],
      [options('^a{,2}$', ''), { a: 'a{,2}' }, true],
      [options('^a{1,2}$', ''), { a: 'aa' }, true],
      [options('a\\-b\\@c\\ d', ''), { a: 'a-b@c d' }, true],
      [options('(?P<x>a)(?#note)b', ''), { a: 'ab' }, true],
      [options('^.$', ''), { a: '\u{1f600}' }, true],
      [options('\\x{1F600}', ''), { a: '\u{1f600}' }, true],
      [options('^\\s$', ''), { a: '\u00a0' }, false],
      [options('^[\\s\\-]+$', ''), { a: ' -' }, true],
    ]));
});

describe('refusals', () => {
  it.each<[Record<string, Plain>, number]>([
    [{ $foo: 1 }, 2],
    [{ $where: 'true' }, 2],
    [{ $jsonSchema: {} }, 2],
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
