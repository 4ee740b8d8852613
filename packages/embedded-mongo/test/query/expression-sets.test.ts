import { codeOf, decimal, double, entries, type Plain } from './notation.js';
import { check, evaluate } from './expression-cases.js';

describe('sets', () => {
  it('combine and compare', () =>
    check([
      [
        {
          $setUnion: [
            [1, 2, double(1)],
            [3n, 2],
          ],
        },
        [1, 2, 3n],
      ],
      [{ $setUnion: [] }, []],
      [{ $setUnion: ['$list', '$none'] }, null],
      [{ $setIntersection: ['$list', [3, double(2), 9]] }, [2, 3]],
      [{ $setIntersection: [[[1]], [[1], 1]] }, [[1]]],
      [{ $setDifference: ['$list', [2n]] }, [1, 3]],
      [{ $setDifference: ['$nope', [2]] }, null],
      [{ $setEquals: ['$list', [3, 2, 1, 1], [1n, 2n, 3n]] }, true],
      [{ $setEquals: ['$list', [1, 2]] }, false],
      [{ $setIsSubset: [[1, 1], '$list'] }, true],
      [{ $setIsSubset: [[1, 4], '$list'] }, false],
      [{ $anyElementTrue: [[0, false, null]] }, false],
      [{ $anyElementTrue: '$list' }, true],
      [{ $allElementsTrue: [[]] }, true],
      [{ $allElementsTrue: [[1, null]] }, false],
    ]));

  it.each<[Plain, number]>([
    [{ $setUnion: [1] }, 17043],
    [{ $setIntersection: ['$list', 1] }, 17047],
    [{ $setDifference: [1, []] }, 17048],
    [{ $setDifference: [[], 1] }, 17049],
    [{ $setEquals: [[]] }, 17045],
    [{ $setEquals: [[], null] }, 17044],
    [{ $setIsSubset: [null, []] }, 17046],
    [{ $setIsSubset: [[], null] }, 17042],
    [{ $anyElementTrue: '$none' }, 17041],
    [{ $allElementsTrue: '$one' }, 17040],
  ])('%j is refused with code %i', (expression, code) => {
    expect(codeOf(() => evaluate(expression))).toBe(code);
  });
});

describe('fields by name', () => {
  it('are set, removed, listed and built', () =>
    check([
      [{ $setField: { field: 'a.b', input: { x: 1 }, value: '$two' } }, { x: 1, 'a.b': 2n }],
      [{ $setField: { field: { $literal: '$p' }, input: {}, value: 1 } }, { $p: 1 }],
      [{ $setField: { field: 'x', input: '$sub', value: '$$REMOVE' } }, {}],
      [{ $setField: { field: 'x', input: '$none', value: 1 } }, null],
      [{ $unsetField: { field: 'x', input: { x: 1, y: 2 } } }, { y: 2 }],
      [
        { $objectToArray: { a: 1, b: '$text' } },
        [
          { k: 'a', v: 1 },
          { k: 'b', v: 'Grüße' },
        ],
      ],
      [{ $objectToArray: '$none' }, null],
      [
        {
          $arrayToObject: [
            [
              ['a', 1],
              ['b', '$two'],
            ],
          ],
        },
        { a: 1, b: 2n },
      ],
      [{ $arrayToObject: { $literal: [{ k: '__proto__', v: 1 }] } }, entries(['__proto__', 1])],
      [{ $arrayToObject: '$nope' }, null],
    ]));

  it.each<[Plain, number]>([
    [{ $setField: { field: '$text', input: {}, value: 1 } }, 4161108],
    [{ $setField: { field: 5, input: {}, value: 1 } }, 4161107],
    [{ $setField: { field: 'a', input: 5, value: 1 } }, 4161105],
    [{ $setField: { field: 'a', input: {} } }, 4161103],
    [{ $objectToArray: '$one' }, 40390],
    [{ $arrayToObject: '$one' }, 40386],
    [{ $arrayToObject: { $literal: [['a']] } }, 40397],
    [{ $arrayToObject: { $literal: [{ k: 'a' }] } }, 40392],
    [{ $arrayToObject: { $literal: [{ k: 1, v: 1 }] } }, 40394],
    [{ $arrayToObject: { $literal: [['a', 1], { k: 'a', v: 1 }] } }, 40396],
  ])('%j is refused with code %i', (expression, code) => {
    expect(codeOf(() => evaluate(expression))).toBe(code);
  });
});

describe('sequences', () => {
  it('are made and searched', () =>
    check([
      [{ $range: [0, 5, 2] }, [0, 2, 4]],
      [{ $range: [3, 0, -1] }, [3, 2, 1]],
      [{ $range: [3, 0] }, []],
      [{ $range: [double(0), decimal('2')] }, [0, 1]],
      [{ $reverseArray: '$list' }, [3, 2, 1]],
      [{ $indexOfArray: ['$list', 3n] }, 2],
      [{ $indexOfArray: ['$list', 1, 1] }, -1],
      [{ $indexOfArray: ['$none', 1] }, null],
      [
        { $zip: { inputs: ['$list', ['a', 'b']] } },
        [
          [1, 'a'],
          [2, 'b'],
        ],
      ],
      [
        { $zip: { inputs: ['$list', ['a']], useLongestLength: true, defaults: [0, '-'] } },
        [
          [1, 'a'],
          [2, '-'],
          [3, '-'],
        ],
      ],
      [{ $zip: { inputs: ['$list', '$none'] } }, null],
    ]));

  it.each<[Plain, number]>([
    [{ $range: ['a', 1] }, 34443],
    [{ $range: [0, 1.5] }, 34446],
    [{ $range: [0, 'x'] }, 34445],
    [{ $trim: { chars: 'a' } }, 50695],
    [{ $zip: {} }, 34465],
    [{ $replaceOne: { input: 'a', find: 'a' } }, 51747],
    [{ $range: [0, 1, 0] }, 34449],
    [{ $range: [0, 2_000_000_000] }, 292],
    [{ $zip: { inputs: [] } }, 34465],
    [{ $zip: { inputs: [5] } }, 34468],
    [{ $rand: 1 }, 3040501],
  ])('%j is refused with code %i', (expression, code) => {
    expect(codeOf(() => evaluate(expression))).toBe(code);
  });

  it('$rand gives doubles from 0 to 1', () => {
    const first = Number(evaluate({ $rand: {} }));
    expect(first >= 0 && first < 1).toBe(true);
    expect(Number(evaluate({ $rand: [] }))).not.toBe(first);
  });
});

describe('texts', () => {
  it('are cut, searched and changed', () =>
    check([
      [{ $split: ['a-b-c', '-'] }, ['a', 'b', 'c']],
      [{ $split: ['abc', 'x'] }, ['abc']],
      [{ $trim: { input: ' \u00a0a b\n' } }, 'a b'],
      [{ $ltrim: { input: 'xxaxx', chars: 'x' } }, 'axx'],
      [{ $rtrim: { input: 'xyaxy', chars: 'yx' } }, 'xya'],
      [{ $trim: { input: '$none' } }, null],
      [{ $indexOfCP: ['$text', 'ß'] }, 3],
      [{ $indexOfCP: ['😀a😀b', 'b'] }, 3],
      [{ $indexOfCP: ['aXa', 'a', 1] }, 2],
      [{ $indexOfCP: ['abc', 'z'] }, -1],
      [{ $indexOfCP: ['😀abc', 'c', 1, 3] }, -1],
      [{ $indexOfCP: ['😀abc', 'b', 1, 3] }, 2],
      [{ $indexOfCP: ['abc', '', 9] }, -1],
      [{ $replaceOne: { input: 'a.a', find: '.', replacement: { $literal: '$&' } } }, 'a$&a'],
      [{ $replaceAll: { input: 'a.a.', find: '.', replacement: '-' } }, 'a-a-'],
      [{ $replaceAll: { input: 'a', find: '$none', replacement: '-' } }, null],
      [{ $replaceAll: { input: 'aü😀', find: '', replacement: '-' } }, '-a-ü-😀-'],
      [{ $replaceOne: { input: 'a', find: '', replacement: '-' } }, '-a'],
      [{ $strcasecmp: ['ABC', 'abd'] }, -1],
      [{ $strLenBytes: '$text' }, 7],
    ]));

  it('are not made larger than anything can hold', () => {
    const half = 'a'.repeat(10_000);
    const grown = { $replaceAll: { input: half, find: 'a', replacement: half } };
    expect(codeOf(() => evaluate(grown))).toBe(10334);
    const zip = { $zip: { inputs: Array.from({ length: 1000 }, () => '$$many') } };
    const zipped = { $let: { vars: { many: { $range: [0, 10_000] } }, in: zip } };
    expect(codeOf(() => evaluate(zipped))).toBe(10334);
  });

  it.each<[Plain, number]>([
    [{ $split: ['a', ''] }, 40087],
    [{ $split: [1, '-'] }, 40085],
    [{ $trim: { input: 5 } }, 50699],
    [{ $trim: { input: 'a', chars: 5 } }, 50700],
    [{ $indexOfCP: [5, 'a'] }, 40093],
    [{ $replaceOne: { input: 5, find: 'a', replacement: 'b' } }, 51746],
  ])('%j is refused with code %i', (expression, code) => {
    expect(codeOf(() => evaluate(expression))).toBe(code);
  });
});
