import { withEqualities } from '../../src/aggregate/expression-equalities.js';
import { compileVariables } from '../../src/query/expression/variables.js';
import { doc, double, expectIdentical, value, type Plain } from '../query/notation.js';
import { check, run, type PlainDoc } from './pipelines.js';

const items: PlainDoc[] = [
  { _id: 1, sku: 'a', n: 5 },
  { _id: 2, sku: 'b', n: 7 },
  { _id: 3, sku: ['a', 'c'], n: 9 },
  { _id: 4, n: 1 },
  { _id: 5, sku: null },
  { _id: 6, sku: /a/ },
];
const collections = { items };

/** The `_id`s that a lookup finds for one document. */
async function found(lookup: PlainDoc, row: PlainDoc): Promise<Plain> {
  const [result] = await run([{ $lookup: { from: 'items', as: 'r', ...lookup } }], [row], collections);
  const docs = result?.get('r') as ReadonlyMap<string, Plain>[];
  return docs.map((each) => Number(each.get('_id')));
}

describe('$lookup by fields', () => {
  const join = { localField: 'k', foreignField: 'sku' };

  it.each<[PlainDoc, number[]]>([
    [{ k: 'b' }, [2]],
    [{ k: 'a' }, [1, 3]],
    [{ k: ['b', 'c'] }, [2, 3]],
    [{ k: null }, [4, 5]],
    [{}, [4, 5]],
    [{ k: 'zzz' }, []],
    [{ k: /a/ }, [6]],
    [{ k: [/a/, 'b'] }, [2, 6]],
  ])('%j finds %j', async (row, ids) => {
    expect(await found(join, row)).toEqual(ids);
  });

  it('follows paths through arrays of documents', async () => {
    const path = { localField: 'l.k', foreignField: 'sku' };
    expect(await found(path, { l: [{ k: 'b' }, { k: ['c'] }, 5] })).toEqual([2, 3]);
    expect(await found({ localField: 'l.1', foreignField: 'sku' }, { l: ['a', 'b'] })).toEqual([2]);
  });

  it('compares numbers of all types', async () => {
    expect(await found({ localField: 'k', foreignField: 'n' }, { k: double(7) })).toEqual([2]);
  });

  it('puts the array where it is told, also deep', () =>
    check(
      [{ $lookup: { from: 'items', localField: 'k', foreignField: 'sku', as: 'o.found' } }],
      [{ k: 'b', o: { x: 1 } }],
      [{ k: 'b', o: { x: 1, found: [{ _id: 2, sku: 'b', n: 7 }] } }],
      collections,
    ));

  it('goes on with a pipeline', async () => {
    expect(await found({ ...join, pipeline: [{ $match: { n: { $gt: 5 } } }] }, { k: 'a' })).toEqual([3]);
  });

  it('finds nothing in a collection that is not there', () =>
    check(
      [{ $lookup: { from: 'nowhere', localField: 'k', foreignField: 'x', as: 'r' } }],
      [{ k: 1 }],
      [{ k: 1, r: [] }],
    ));
});

describe('$lookup by a pipeline', () => {
  const byLeast = {
    let: { least: '$least' },
    pipeline: [{ $match: { $expr: { $gte: ['$n', '$$least'] } } }, { $sort: { n: -1 } }],
  };

  it('binds variables to each document', async () => {
    expect(await found(byLeast, { least: 6 })).toEqual([3, 2]);
    expect(await found(byLeast, { least: 9 })).toEqual([3]);
  });

  it('finds the same for all without them', async () => {
    const lookup = {
      $lookup: { from: 'items', as: 'r', pipeline: [{ $limit: 1 }, { $project: { _id: 1 } }] },
    };
    await check(
      [lookup],
      [{ x: 1 }, { x: 2 }],
      [
        { x: 1, r: [{ _id: 1 }] },
        { x: 2, r: [{ _id: 1 }] },
      ],
      collections,
    );
  });

  it('nests', () =>
    check(
      [
        {
          $lookup: {
            from: 'items',
            as: 'r',
            let: { k: '$k' },
            pipeline: [
              { $match: { $expr: { $eq: ['$sku', '$$k'] } } },
              {
                $lookup: {
                  from: 'items',
                  as: 's',
                  pipeline: [{ $match: { $expr: { $eq: ['$sku', '$$k'] } } }, { $count: 'c' }],
                },
              },
              { $project: { s: 1 } },
            ],
          },
        },
      ],
      [{ k: 'b' }],
      [{ k: 'b', r: [{ _id: 2, s: [{ c: 1 }] }] }],
      collections,
    ));

  it('takes documents from its own first stage', () =>
    check(
      [{ $lookup: { as: 'r', let: { k: '$k' }, pipeline: [{ $documents: [{ a: '$$k' }] }] } }],
      [{ k: 5 }],
      [{ k: 5, r: [{ a: 5 }] }],
    ));
});

describe('equalities of $expr', () => {
  const variables = compileVariables(doc({ v: 5, list: [1], none: null }));

  it.each<[PlainDoc, PlainDoc[]]>([
    [{ $eq: ['$a', '$$v'] }, [{ a: { $eq: 5 } }]],
    [{ $eq: ['x', '$a.b'] }, [{ 'a.b': { $eq: 'x' } }]],
    [
      { $and: [{ $eq: ['$a', 1] }, { $gt: ['$b', 1] }, { $eq: ['$c', { $literal: '$d' }] }] },
      [{ a: { $eq: 1 } }, { c: { $eq: '$d' } }],
    ],
    [{ $eq: ['$a', '$$list'] }, [{ a: { $eq: [1] } }]],
    [{ $eq: ['$a', '$$none'] }, [{ a: { $eq: null } }]],
    [{ $eq: ['$a.b', '$$list'] }, []],
    [{ $eq: ['$a', '$b'] }, []],
    [{ $eq: ['$a', '$$ROOT'] }, []],
    [{ $eq: ['$a', { $add: [1, 2] }] }, []],
    [{ $or: [{ $eq: ['$a', 1] }] }, []],
  ])('%j adds %j', (expression, added) => {
    const filter = doc({ $expr: expression });
    const expected =
      added.length === 0 ? filter : new Map([['$and', [filter, ...added.map((each) => value(each))]]]);
    expectIdentical(withEqualities(filter, variables), expected);
  });
});
