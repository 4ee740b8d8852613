import { BSONSymbol, Int32, Timestamp } from 'bson';
import { Undefined } from '../../src/bson/types.js';
import { codeOf, decimal, double, type Plain } from './notation.js';
import { check, evaluate } from './expression-cases.js';

describe('logic', () => {
  it('compares across types and takes truth as MongoDB does', () =>
    check([
      [{ $eq: [1, 1n] }, true],
      [{ $eq: ['$nope', null] }, false],
      [{ $eq: ['$nope', '$nada'] }, true],
      [{ $lt: ['$nope', null] }, true],
      [{ $gt: ['x', 5] }, true],
      [{ $gte: [5, double(5)] }, true],
      [{ $lte: [[1], [1, 2]] }, true],
      [{ $ne: [{ a: 1 }, { a: 1 }] }, false],
      [{ $cmp: [2, 10] }, -1],
      [{ $and: [1, 'x', []] }, true],
      [{ $and: [] }, true],
      [{ $or: [0, null, '$nope', false, double(0), decimal('0')] }, false],
      [{ $or: ['$one', { $divide: [1, 0] }] }, true],
      [{ $not: ['$none'] }, true],
      [{ $not: '$one' }, false],
      [{ $cond: ['$one', 'yes', 'no'] }, 'yes'],
      [{ $cond: { if: '$none', then: { $divide: [1, 0] }, else: '$nope' } }, undefined],
      [{ $ifNull: ['$none', '$nope', 5] }, 5],
      [{ $ifNull: ['$one', 5] }, 1],
      [{ $ifNull: ['$none', '$nope'] }, undefined],
      [
        {
          $switch: {
            branches: [
              { case: '$none', then: 1 },
              { case: '$one', then: 2 },
            ],
          },
        },
        2,
      ],
      [{ $switch: { branches: [{ case: 0, then: 1 }], default: 3 } }, 3],
    ]));

  it('$switch without a branch that holds is an error', () => {
    expect(codeOf(() => evaluate({ $switch: { branches: [{ case: 0, then: 1 }] } }))).toBe(40066);
  });
});

describe('arrays', () => {
  it('reads, joins and searches them', () =>
    check([
      [{ $in: [double(2), '$list'] }, true],
      [{ $in: ['$nope', '$list'] }, false],
      [{ $size: '$list' }, 3],
      [{ $arrayElemAt: ['$list', 0] }, 1],
      [{ $arrayElemAt: ['$list', -1] }, 3],
      [{ $arrayElemAt: ['$list', 9] }, undefined],
      [{ $arrayElemAt: ['$none', 0] }, null],
      [{ $first: '$list' }, 1],
      [{ $last: '$list' }, 3],
      [{ $concatArrays: ['$list', [4]] }, [1, 2, 3, 4]],
      [{ $concatArrays: ['$list', '$nope'] }, null],
      [{ $slice: ['$list', 2] }, [1, 2]],
      [{ $slice: ['$list', -2] }, [2, 3]],
      [{ $slice: ['$list', 1, 1] }, [2]],
      [{ $slice: ['$list', -9, 1] }, [1]],
      [{ $isArray: '$list' }, true],
      [{ $isArray: [['x']] }, true],
    ]));

  it('$filter, $map, $reduce', () =>
    check([
      [{ $filter: { input: '$list', cond: { $gt: ['$$this', 1] } } }, [2, 3]],
      [{ $filter: { input: '$list', as: 'n', cond: { $gt: ['$$n', '$one'] }, limit: 1 } }, [2]],
      [{ $filter: { input: '$nope', cond: true } }, null],
      [{ $map: { input: '$list', as: 'n', in: { $multiply: ['$$n', 10] } } }, [10, 20, 30]],
      [{ $map: { input: '$items', in: '$$this.k' } }, ['a', null, null, []]],
      [{ $reduce: { input: '$list', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, 6],
      [{ $reduce: { input: [], initialValue: 'x', in: 1 } }, 'x'],
      [
        {
          $map: {
            input: [[1], [2, 3]],
            as: 'row',
            in: { $map: { input: '$$row', in: { $add: ['$$this', { $size: '$$row' }] } } },
          },
        },
        [[2], [4, 5]],
      ],
    ]));

  it.each<[Plain, number]>([
    [{ $in: [1, 2] }, 40081],
    [{ $size: '$one' }, 17124],
    [{ $size: '$nope' }, 17124],
    [{ $arrayElemAt: ['$one', 0] }, 28689],
    [{ $arrayElemAt: ['$list', 'x'] }, 28690],
    [{ $arrayElemAt: ['$list', 1.5] }, 28691],
    [{ $concatArrays: ['$one'] }, 28664],
    [{ $slice: ['$one', 1] }, 28724],
    [{ $slice: ['$list', 'x'] }, 28725],
    [{ $slice: ['$list', 1, 0] }, 28729],
    [{ $filter: { input: 1, cond: 1 } }, 28651],
    [{ $filter: { input: '$list', cond: 1, limit: 0 } }, 327392],
    [{ $map: { input: 1, in: 1 } }, 16883],
    [{ $reduce: { input: 1, initialValue: 1, in: 1 } }, 40080],
  ])('%j is refused with code %i', (expression, code) => {
    expect(codeOf(() => evaluate(expression))).toBe(code);
  });
});

describe('strings, types, documents and totals', () => {
  it('strings', () =>
    check([
      [{ $concat: ['a', '$text'] }, 'aGrüße'],
      [{ $concat: ['a', '$nope'] }, null],
      [{ $toLower: 'ABÜ' }, 'abÜ'],
      [{ $toUpper: '$text' }, 'GRüßE'],
      [{ $toUpper: '$nope' }, ''],
      [{ $toLower: new BSONSymbol('AB') }, 'ab'],
      [{ $toLower: '$day' }, '1970-01-01t00:00:01.000z'],
      [{ $strLenCP: '$text' }, 5],
      [{ $strLenCP: '\u{1f600}' }, 1],
      [{ $substrCP: ['$text', 1, 2] }, 'rü'],
      [{ $substrCP: ['\u{1f600}b', 1, 9] }, 'b'],
      [{ $substrCP: ['abc', 9, 1] }, ''],
    ]));

  it('types and documents', () =>
    check([
      [{ $type: '$one' }, 'int'],
      [{ $type: '$nope' }, 'missing'],
      [{ $type: '$items' }, 'array'],
      [{ $type: [new Timestamp({ t: 1, i: 1 })] }, 'timestamp'],
      [{ $isNumber: '$half' }, true],
      [{ $isNumber: '$text' }, false],
      [{ $mergeObjects: ['$sub', '$nope', { x: 1, z: 2 }] }, { x: 1, z: 2 }],
      [{ $mergeObjects: [null] }, {}],
      [{ $getField: 'one' }, 1],
      [{ $getField: { field: 'y', input: '$sub.x' } }, 7],
      [{ $getField: { field: 'y', input: '$nope' } }, undefined],
      [{ $getField: { field: 'y', input: '$none' } }, null],
      [{ $getField: { field: { $literal: '$odd' }, input: { $literal: { $odd: 5 } } } }, 5],
    ]));

  it('totals', () =>
    check([
      [{ $sum: '$list' }, 6],
      [{ $sum: ['$one', '$two', 'x', null] }, 3n],
      [{ $sum: ['$list'] }, 6],
      [{ $sum: ['$list', 1] }, 1],
      [{ $sum: [2147483647, 1] }, 2147483648n],
      [{ $sum: [9223372036854775807n, 9223372036854775807n, -9223372036854775807n] }, 9223372036854775807n],
      [{ $sum: [9223372036854775807n, 1] }, double(9223372036854775808)],
      [{ $sum: [decimal('0.1'), decimal('0.2'), 1] }, decimal('1.3')],
      [{ $sum: [1e16, double(1), double(-1e16)] }, double(1)],
      [{ $sum: [] }, 0],
      [{ $avg: '$list' }, double(2)],
      [{ $avg: [1, decimal('2')] }, decimal('1.5')],
      [{ $avg: ['x'] }, null],
      [{ $min: ['$one', '$half', null] }, double(0.5)],
      [{ $max: ['$list'] }, 3],
      [{ $max: [3n, 20, double(4)] }, 20],
      [{ $min: [] }, null],
    ]));

  it.each<[Plain, number]>([
    [{ $concat: ['a', 1] }, 16702],
    [{ $toLower: true }, 16007],
    [{ $strLenCP: 5 }, 34471],
    [{ $substrCP: ['abc', 'x', 1] }, 34450],
    [{ $substrCP: ['abc', 0.5, 1] }, 34451],
    [{ $substrCP: ['abc', 1, 'x'] }, 34452],
    [{ $ceil: 'x' }, 28765],
    [{ $round: 'x' }, 51081],
    [{ $round: [1, 0.5] }, 51082],
    [{ $round: [1, 101] }, 51083],
    [{ $substrCP: ['abc', 1, 0.5] }, 34453],
    [{ $substrCP: ['abc', 1, -1] }, 34454],
    [{ $substrCP: ['abc', -1, 1] }, 34455],
    [{ $mergeObjects: ['$one'] }, 40400],
    [{ $getField: { field: 5, input: '$sub' } }, 3041704],
  ])('%j is refused with code %i', (expression, code) => {
    expect(codeOf(() => evaluate(expression))).toBe(code);
  });

  it('takes BSON’s undefined for null', () => {
    expect(evaluate({ $ifNull: [Undefined.instance, 1] })).toEqual(new Int32(1));
    expect(evaluate({ $add: [Undefined.instance, 1] })).toBeNull();
  });
});
