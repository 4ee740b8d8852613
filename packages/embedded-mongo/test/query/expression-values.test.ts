import { Int32 } from 'bson';
import { DateTime } from '../../src/bson/types.js';
import { compileExpression } from '../../src/query/expression/expression.js';
import { compileVariables } from '../../src/query/expression/variables.js';
import { codeOf, decimal, doc, double, value, type Plain } from './notation.js';
import { check, evaluate } from './expression-cases.js';

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
    [{ $map: { input: [] } }, 16882],
    [{ $map: { in: 1 } }, 16880],
    [{ $map: 1 }, 16878],
    [{ $reduce: { input: [] } }, 40078],
    [{ $let: { vars: {} } }, 16877],
    [{ $switch: {} }, 40068],
    [{ $switch: { branches: [{ case: true }] } }, 40065],
    [{ $switch: { branches: [5] } }, 40062],
    [{ $convert: { input: 1 } }, 9],
    [{ $filter: { input: [], cond: true, foo: 1 } }, 28647],
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
