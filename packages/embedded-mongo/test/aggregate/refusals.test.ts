import { Long } from 'bson';
import { compilePipeline } from '../../src/aggregate/pipeline.js';
import { codeOf, doc, value, type Plain } from '../query/notation.js';

type PlainDoc = Record<string, Plain>;

describe('refusals', () => {
  it.each<[PlainDoc, number]>([
    [{}, 40323],
    [{ $match: {}, $limit: 1 }, 40323],
    [{ $nope: 1 }, 40324],
    [{ $graphLookup: {} }, 40324],
    [{ $match: 1 }, 15959],
    [{ $match: { $foo: 1 } }, 2],
    [{ $sort: 1 }, 15973],
    [{ $sort: {} }, 15976],
    [{ $sort: { a: 2 } }, 15975],
    [{ $limit: 0 }, 15958],
    [{ $limit: -1 }, 2107201],
    [{ $limit: 'x' }, 2107201],
    [{ $limit: 1.5 }, 2107201],
    [{ $skip: -1 }, 5107200],
    [{ $skip: 'x' }, 5107200],
    [{ $count: '' }, 40156],
    [{ $count: 5 }, 40156],
    [{ $count: '$a' }, 40158],
    [{ $count: 'a.b' }, 40160],
    [{ $project: {} }, 51272],
    [{ $project: 1 }, 15969],
    [{ $project: { a: 1, b: 0 } }, 31254],
    [{ $project: { a: { $elemMatch: {} } } }, 168],
    [{ $addFields: 1 }, 40272],
    [{ $set: {} }, 40177],
    [{ $set: { a: 1, 'a.b': 1 } }, 31249],
    [{ $unset: [] }, 31119],
    [{ $unset: 5 }, 31002],
    [{ $unset: ['a', 5] }, 31120],
    [{ $group: 1 }, 15947],
    [{ $group: {} }, 15955],
    [{ $group: { _id: 1, a: 1 } }, 40234],
    [{ $group: { _id: 1, a: {} } }, 40234],
    [{ $group: { _id: 1, a: { $sum: 1, $avg: 1 } } }, 40238],
    [{ $group: { _id: 1, a: { $nope: 1 } } }, 15952],
    [{ $group: { _id: 1, 'a.b': { $sum: 1 } } }, 40235],
    [{ $group: { _id: 1, $a: { $sum: 1 } } }, 40236],
    [{ $group: { _id: 1, a: { $sum: [1, 2] } } }, 40237],
    [{ $group: { _id: 1, a: { $count: 1 } } }, 14],
  ])('%j is refused with code %i', (stage, code) => {
    expect(codeOf(() => compilePipeline([doc(stage)]))).toBe(code);
    expect(codeOf(() => compilePipeline([doc({ $unset: 'x' }), doc(stage)]))).toBe(code);
  });

  it('names the stage, and wants documents', () => {
    expect(() => compilePipeline([doc({ $densify: {} })])).toThrow(
      "Unrecognized pipeline stage name: '$densify'",
    );
    expect(codeOf(() => compilePipeline([value(Long.ONE)]))).toBe(14);
  });
});
