import { BSONSymbol, Timestamp } from 'bson';
import { Undefined } from '../../src/bson/types.js';
import { compileFilter } from '../../src/query/match/match.js';
import { bytes, decimal, doc, double, highest, id, lowest } from './notation.js';
import { check } from './match-cases.js';

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
      [{ a: { $gt: lowest } }, {}, true],
      [{ a: { $lte: highest } }, {}, true],
      [{ a: { $lt: lowest } }, {}, false],
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
