import { BSONSymbol, Int32, Timestamp } from 'bson';
import { DateTime, Undefined, type Value } from '../../src/bson/types.js';
import { compileExpression } from '../../src/query/expression.js';
import { compileVariables } from '../../src/query/variables.js';
import { codeOf, decimal, doc, double, expectIdentical, value, type Plain } from './notation.js';

const sample = doc({
  one: 1,
  two: 2n,
  half: 0.5,
  text: 'Grüße',
  list: [1, 2, 3],
  items: [{ n: 1, k: 'a' }, { n: 2 }, 5, [{ n: 3 }]],
  sub: { x: { y: 7 } },
  none: null,
  day: new Date(1000),
});

function evaluate(expression: Plain, variables = compileVariables()): Value | undefined {
  return compileExpression(value(expression), variables)(sample, variables);
}

function check(cases: readonly [expression: Plain, expected: Plain | undefined][]): void {
  for (const [expression, expected] of cases) {
    const wanted = expected === undefined ? undefined : value(expected);
    expectIdentical(evaluate(expression), wanted, expression);
  }
}

describe('paths, literals and variables', () => {
  it('reads fields through documents and arrays', () =>
    check([
      ['$one', 1],
      ['$sub.x.y', 7],
      ['$sub.x.nope', undefined],
      ['$one.x', undefined],
      ['$items.n', [1, 2, [3]]],
      ['$list.0', []],
      ['$$ROOT.one', 1],
      ['$$CURRENT.sub.x', { y: 7 }],
      ['$$REMOVE', undefined],
      ['plain', 'plain'],
      [{ $literal: '$one' }, '$one'],
      [{ $literal: { $add: [1, 2] } }, { $add: [1, 2] }],
      [
        ['$one', '$nope', { $add: [1, 1] }],
        [1, null, 2],
      ],
      [
        { a: '$one', b: '$nope', c: { d: '$two' } },
        { a: 1, c: { d: 2n } },
      ],
    ]));

  it('knows the command’s variables', () => {
    const variables = compileVariables(doc({ x: 5, y: { $add: [1, 2] } }), new DateTime(9n));
    expect(evaluate({ $add: ['$$x', '$$y'] }, variables)).toEqual(new Int32(8));
    expect(evaluate('$$NOW', variables)).toEqual(new DateTime(9n));
    expect(evaluate({ $let: { vars: { x: 1 }, in: { $add: ['$$x', '$$y'] } } }, variables)).toEqual(
      new Int32(4),
    );
  });

  it.each<[Plain, number]>([
    ['$', 16872],
    ['$a.', 40353],
    ['$a..b', 15998],
    ['$a.$b', 16410],
    ['$$nope', 17276],
    [{ $nope: 1 }, 168],
    [{ $add: [1], $subtract: [1, 1] }, 15983],
    [{ a: 1, $add: [1] }, 16410],
    [{ 'a.b': 1 }, 16412],
    [{ $subtract: [1] }, 16020],
    [{ $round: [1, 2, 3] }, 28667],
    [{ $let: { vars: { X: 1 }, in: 1 } }, 9],
    [{ $map: { input: [] } }, 9],
    [{ $filter: { input: [], cond: true, foo: 1 } }, 9],
    [{ $cond: { if: 1, then: 2 } }, 17082],
    [{ $cond: { if: 1, then: 2, else: 3, foo: 4 } }, 17083],
    [{ $cond: [1, 2] }, 16020],
    [{ $switch: { branches: [] } }, 40068],
    [{ $getField: { field: 'a', nope: 1 } }, 3041701],
  ])('%j is refused with code %i', (expression, code) => {
    expect(codeOf(() => compileExpression(value(expression)))).toBe(code);
  });

  it('refuses bad names of let variables', () => {
    expect(codeOf(() => compileVariables(doc({ Now: 1 })))).toBe(9);
    expect(codeOf(() => compileVariables(doc({ '': 1 })))).toBe(9);
  });
});

describe('arithmetic', () => {
  it('is exact in every type', () =>
    check([
      [{ $add: [1, 2] }, 3],
      [{ $add: [2147483647, 1] }, 2147483648n],
      [{ $add: [9223372036854775807n, 1] }, double(9223372036854775808)],
      [{ $add: [1, decimal('0.1')] }, decimal('1.1')],
      [{ $add: ['$half', 1] }, double(1.5)],
      [{ $add: ['$none', 1] }, null],
      [{ $add: ['$nope', 1] }, null],
      [{ $add: [] }, 0],
      [{ $add: ['$day', 500] }, new Date(1500)],
      [{ $subtract: [5, 7n] }, -2n],
      [{ $subtract: ['$day', new Date(400)] }, 600n],
      [{ $subtract: ['$day', 1] }, new Date(999)],
      [{ $multiply: [3, 4] }, 12],
      [{ $multiply: [decimal('1.10'), 2] }, decimal('2.20')],
      [{ $divide: [7, 2] }, double(3.5)],
      [{ $divide: [decimal('1'), 8] }, decimal('0.125')],
      [{ $mod: [-7, 3] }, -1],
      [{ $mod: [7.5, 2] }, double(1.5)],
      [{ $abs: -5 }, 5],
      [{ $abs: -2147483648 }, 2147483648n],
      [{ $abs: decimal('-1.50') }, decimal('1.50')],
      [{ $abs: -0.5 }, double(0.5)],
      [{ $abs: '$nope' }, null],
    ]));

  it('rounds', () =>
    check([
      [{ $ceil: 1.2 }, double(2)],
      [{ $ceil: -1.2 }, double(-1)],
      [{ $floor: -1.2 }, double(-2)],
      [{ $floor: 5 }, 5],
      [{ $round: 2.5 }, double(2)],
      [{ $round: 3.5 }, double(4)],
      [{ $round: [1.005, 2] }, double(1)],
      [{ $round: [decimal('1.005'), 2] }, decimal('1.00')],
      [{ $round: [decimal('1.0051'), 2] }, decimal('1.01')],
      [{ $round: [1235, -1] }, 1240],
      [{ $round: [1245, -1] }, 1240],
      [{ $round: [-1235n, -1] }, -1240n],
      [{ $round: [2147483647, -1] }, 2147483650n],
      [{ $round: [0.4, -20] }, double(0)],
      [{ $trunc: -1.9 }, double(-1)],
      [{ $trunc: [123.456, 1] }, double(123.4)],
      [{ $trunc: [decimal('-99.99'), -1] }, decimal('-9E+1')],
      [{ $ceil: decimal('1.1') }, decimal('2')],
      [{ $round: [Infinity, 2] }, Infinity],
      [{ $floor: NaN }, NaN],
      [{ $round: ['$nope', 1] }, null],
    ]));

  it.each<[Plain, number]>([
    [{ $add: ['x', 1] }, 14],
    [{ $add: ['$day', '$day'] }, 16612],
    [{ $subtract: ['x', 1] }, 14],
    [{ $multiply: ['x', 1] }, 14],
    [{ $divide: [1, 0] }, 2],
    [{ $divide: ['x', 1] }, 14],
    [{ $mod: [1, double(0)] }, 16610],
    [{ $mod: ['x', 1] }, 16611],
    [{ $abs: 'x' }, 28765],
    [{ $abs: -9223372036854775808n }, 28680],
    [{ $round: ['x'] }, 51081],
    [{ $round: [1.5, 101] }, 51083],
  ])('%j is refused with code %i', (expression, code) => {
    expect(codeOf(() => evaluate(expression))).toBe(code);
  });
});

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
    [{ $substrCP: ['abc', -1, 1] }, 34452],
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
