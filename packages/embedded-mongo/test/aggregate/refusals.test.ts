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
    [{ $unwind: 5 }, 15981],
    [{ $unwind: 'a' }, 28818],
    [{ $unwind: {} }, 28812],
    [{ $unwind: { path: 5 } }, 28808],
    [{ $unwind: { path: '$a', x: 1 } }, 28811],
    [{ $unwind: { path: '$a', preserveNullAndEmptyArrays: 1 } }, 28809],
    [{ $unwind: { path: '$a', includeArrayIndex: '' } }, 28810],
    [{ $unwind: { path: '$a', includeArrayIndex: '$i' } }, 28822],
    [{ $lookup: 1 }, 9],
    [{ $lookup: {} }, 9],
    [{ $lookup: { from: 'a', as: 'b' } }, 9],
    [{ $lookup: { from: 'a', as: 'b', localField: 'c' } }, 9],
    [{ $lookup: { from: 'a', as: 'b', localField: 'c', foreignField: 5 } }, 9],
    [{ $lookup: { from: 'a', as: 'b', let: {}, localField: 'c', foreignField: 'd' } }, 9],
    [{ $lookup: { as: 'b', pipeline: [{ $match: {} }] } }, 9],
    [{ $lookup: { from: 'a', as: '$b', pipeline: [] } }, 16410],
    [{ $lookup: { from: 'a', as: 'b', pipeline: [{ $out: 'x' }] } }, 51047],
    [{ $lookup: { from: 'a', as: 'b', pipeline: [{ $nope: 1 }] } }, 40324],
    [{ $lookup: { from: 'a', as: 'b', pipeline: [{ $set: { a: '$$nope' } }] } }, 17276],
    [{ $facet: 1 }, 40169],
    [{ $facet: {} }, 40169],
    [{ $facet: { a: 1 } }, 40170],
    [{ $facet: { 'a.b': [] } }, 9],
    [{ $facet: { a: [{ $facet: { b: [] } }] } }, 40600],
    [{ $facet: { a: [{ $merge: 'x' }] } }, 40600],
    [{ $facet: { a: [{ $documents: [] }] } }, 40600],
    [{ $unionWith: 5 }, 9],
    [{ $unionWith: {} }, 9],
    [{ $unionWith: { coll: 'a', pipeline: [{ $merge: 'b' }] } }, 31441],
    [{ $unionWith: { coll: 'a', x: 1 } }, 40415],
    [{ $replaceRoot: 5 }, 40229],
    [{ $replaceRoot: {} }, 40231],
    [{ $replaceRoot: { newRoot: {}, x: 1 } }, 40415],
    [{ $bucket: 1 }, 40201],
    [{ $bucket: { groupBy: '$a' } }, 40198],
    [{ $bucket: { groupBy: 'a', boundaries: [1, 2] } }, 40202],
    [{ $bucket: { groupBy: '$a', boundaries: 1 } }, 40200],
    [{ $bucket: { groupBy: '$a', boundaries: [1] } }, 40192],
    [{ $bucket: { groupBy: '$a', boundaries: [1, 'x'] } }, 40193],
    [{ $bucket: { groupBy: '$a', boundaries: [2, 1] } }, 40194],
    [{ $bucket: { groupBy: '$a', boundaries: [1, 3], default: 2 } }, 40199],
    [{ $bucket: { groupBy: '$a', boundaries: [1, 3], output: 1 } }, 40196],
    [{ $bucket: { groupBy: '$a', boundaries: [1, 3], x: 1 } }, 40197],
    [{ $sortByCount: 'a' }, 40148],
    [{ $sortByCount: 5 }, 40149],
    [{ $sortByCount: { a: 1 } }, 40147],
    [{ $out: 5 }, 16990],
    [{ $out: { db: 'a' } }, 40414],
    [{ $out: { db: 'a', coll: 'b', x: 1 } }, 40415],
    [{ $merge: 5 }, 51182],
    [{ $merge: { into: 5 } }, 51178],
    [{ $merge: { into: 'a', on: [] } }, 51187],
    [{ $merge: { into: 'a', on: 5 } }, 51186],
    [{ $merge: { into: 'a', on: ['b', 'b'] } }, 31465],
    [{ $merge: { into: 'a', whenMatched: 'x' } }, 2],
    [{ $merge: { into: 'a', whenMatched: 'fail', whenNotMatched: 'discard' } }, 51181],
    [{ $merge: { into: 'a', whenMatched: [{ $match: {} }] } }, 72],
    [{ $merge: { into: 'a', let: { x: 1 } } }, 51199],
    [{ $merge: { into: 'a', let: { new: 1 }, whenMatched: [] } }, 51273],
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

  it.each(['$collStats', '$currentOp', '$documents', '$listLocalSessions'])('%s must come first', (name) => {
    expect(codeOf(() => compilePipeline([{ $skip: 0 }, { [name]: {} }].map(doc)))).toBe(40602);
  });

  it.each(['$out', '$merge'])('%s must come last', (name) => {
    expect(codeOf(() => compilePipeline([{ [name]: 'a' }, { $skip: 0 }].map(doc)))).toBe(40601);
  });

  it('names the stage, and wants documents', () => {
    expect(() => compilePipeline([doc({ $densify: {} })])).toThrow(
      "Unrecognized pipeline stage name: '$densify'",
    );
    expect(codeOf(() => compilePipeline([value(Long.ONE)]))).toBe(14);
  });
});
